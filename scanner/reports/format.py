"""The contract of a report format: what a module under reports/ offers, and what it is told about the page."""

from enum import StrEnum
from typing import Protocol

import msgspec

from scanner.model.report import Report


class Colour(StrEnum):
    """Whether a report for a terminal carries colour; "auto" is decided before a format is asked."""

    NEVER = "never"
    ALWAYS = "always"


class RenderOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What a format must know of the place where its report will be read."""

    width: int = 80
    """Columns of the terminal; only formats of lines care."""
    colour: Colour = Colour.NEVER


class ReportFormat(msgspec.Struct, frozen=True, kw_only=True):
    """What a format says of itself."""

    name: str
    """The word after `--format`."""
    suffix: str
    """The usual ending of a file of this format, with the dot."""
    line: str
    """One line for the documentation's table and for `--help`."""
    loads: tuple[str, ...] = ()
    """Modules that `render` imports, for who has the time to import them before."""


class Format(Protocol):
    """A module under reports/ that renders a report."""

    FORMAT: ReportFormat

    def render(self, report: Report, options: RenderOptions) -> str:
        """The whole report as text that ends with a line end; the same report gives the same text."""
