"""Where reports go: standard output or files, one or several formats in one run."""

import importlib
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from scanner.model.report import Report
from scanner.reports import Colour, Format, RenderOptions, format_named, formats, public_edition

_TEXT = "text"
_BOUNDS = (40, 120)
"""Columns: narrower cannot be read, wider is hard to."""


class BadOutput(Exception):
    """A format or file that cannot serve, in a sentence for the terminal."""


class Output(NamedTuple):
    """One format and where it goes; None is standard output."""

    format: Format
    file: Path | None


def planned_outputs(asked: Sequence[str], output: Path | None) -> tuple[Output, ...]:
    """What to write where. Raises `BadOutput` before the long run, not after it."""
    file = None if output is None or str(output) == "-" else output
    outputs = [_output(word, file) for word in asked] or [_output(_TEXT, file)]
    places = [o.file for o in outputs]
    if len(set(places)) < len(places):
        raise BadOutput("two formats cannot go to one place; give each its file, as in -f json=report.json.")
    for place in places:
        if place is not None:
            check_writable(place)
    return tuple(outputs)


def _output(word: str, file: Path | None) -> Output:
    name, equals, place = word.partition("=")
    found = format_named(name)
    if found is None:
        raise BadOutput(f"there is no format {name!a}; there are {', '.join(formats())}.")
    return Output(found, Path(place) if equals and place != "-" else None if equals else file)


def check_writable(place: Path) -> None:
    """Raises `BadOutput` if no file can be written there."""
    folder = place.parent
    if place.is_dir():
        raise BadOutput(f"{place}: this is a folder; name a file to write the report to.")
    if not folder.is_dir():
        raise BadOutput(f"{place}: the folder {folder} does not exist.")
    if not os.access(place if place.exists() else folder, os.W_OK):
        raise BadOutput(f"{place}: this account may not write there.")


def load_what_renders(outputs: Sequence[Output]) -> None:
    """Import now what writing these outputs would import then."""
    for module in dict.fromkeys(module for output in outputs for module in output.format.FORMAT.loads):
        importlib.import_module(module)


def write_outputs(report: Report, outputs: Sequence[Output]) -> None:
    """Render and write every output. Raises `BadOutput` if a file cannot be written."""
    for output in outputs:
        text = output.format.render(report, options_for(to_terminal=output.file is None))
        write_text(text, output.file)


def write_text(text: str, file: Path | None) -> None:
    """Write to a file, or to standard output for None. Raises `BadOutput` if the file cannot be written."""
    if file is None:
        _print(text)
        return
    try:
        file.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise BadOutput(f"{file}: the report could not be written ({error.strerror}).") from error


def edition(report: Report, *, public: bool) -> Report:
    """The report itself, or what of it an outsider may see."""
    return public_edition(report) if public else report


def leave_output() -> None:
    """Write no more to standard output, which failed: what is still in its buffer would be written, and fail, once more
    when the program ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _print(text: str) -> None:
    """UTF-8 whatever the locale says; a reader that closes early is no error. Raises `BadOutput`."""
    try:
        sys.stdout.buffer.write(text.encode("utf-8"))
        sys.stdout.buffer.flush()
    except OSError as error:
        leave_output()
        if not isinstance(error, BrokenPipeError):
            raise BadOutput(f"standard output: the report could not be written ({error.strerror}).") from error


def options_for(*, to_terminal: bool) -> RenderOptions:
    """What a format must know of the place where its text will be read."""
    low, high = _BOUNDS
    width = min(max(shutil.get_terminal_size((80, 24)).columns, low), high) if to_terminal else 80
    return RenderOptions(width=width, colour=_colour(to_terminal=to_terminal))


def _colour(*, to_terminal: bool) -> Colour:
    """NO_COLOR and FORCE_COLOR by their conventions (no-color.org, force-color.org)."""
    if os.environ.get("NO_COLOR"):
        return Colour.NEVER
    if os.environ.get("FORCE_COLOR") and to_terminal:
        return Colour.ALWAYS
    return Colour.ALWAYS if to_terminal and sys.stdout.isatty() and os.environ.get("TERM") != "dumb" else Colour.NEVER
