"""One report, many formats.

A format is one module here, found by its place, with

- `FORMAT`: `scanner.reports.format.ReportFormat`, whose name is the module's, with `-` for `_`
- `render(report, options) -> str`

It renders from a `Report` alone, so that a saved JSON report is enough. Formats differ in words, never in numbers:
what they share stands in `summary`, `findings`, `laws` and `coverage`, whose texts have been through `printable`.
Heavy libraries are imported inside the function that needs them.
"""

import importlib
import pkgutil
from functools import cache
from typing import cast

from scanner.reports.baseline import with_baseline
from scanner.reports.format import Colour, Format, RenderOptions, ReportFormat
from scanner.reports.merge import merged
from scanner.reports.printable import printable, prose
from scanner.reports.public import public_edition
from scanner.reports.saved import MAX_REPORT_BYTES, BadReport, read_report

__all__ = [
    "MAX_REPORT_BYTES",
    "BadReport",
    "Colour",
    "Format",
    "RenderOptions",
    "ReportFormat",
    "format_named",
    "formats",
    "merged",
    "printable",
    "prose",
    "public_edition",
    "read_report",
    "with_baseline",
]


def format_named(name: str) -> Format | None:
    """The format of that name, which its module bears too, without loading the others; None if there is none."""
    known = {entry.name for entry in pkgutil.iter_modules(__path__)}
    module = name.replace("-", "_")
    found = _loaded(module) if module in known else None
    return found if found is not None and found.FORMAT.name == name else None


@cache
def formats() -> dict[str, Format]:
    """Every format under this package by its name, in order of the names."""
    found: dict[str, Format] = {}
    for entry in pkgutil.iter_modules(__path__):
        module = _loaded(entry.name)
        if module is not None:
            found[module.FORMAT.name] = module
    return dict(sorted(found.items()))


def _loaded(name: str) -> Format | None:
    """The module of that name below this package, if it is a format."""
    module = importlib.import_module(f"{__name__}.{name}")
    return cast("Format", module) if hasattr(module, "FORMAT") else None
