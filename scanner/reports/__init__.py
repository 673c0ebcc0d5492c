"""One report, many formats.

A format is one module here, found by its place, with

- `FORMAT`: `scanner.reports.format.ReportFormat`
- `render(report, options) -> str`

It renders from a `Report` alone, so that a saved JSON report is enough. Formats differ in words, never in numbers:
what they share stands in `summary`, `findings`, `laws` and `coverage`, whose texts have been through `printable`.
Heavy libraries are imported inside the function that needs them.
"""

import importlib
import pkgutil
from functools import cache

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
    "formats",
    "merged",
    "printable",
    "prose",
    "public_edition",
    "read_report",
    "with_baseline",
]


@cache
def formats() -> dict[str, Format]:
    """Every format under this package by its name, in order of the names."""
    found: dict[str, Format] = {}
    for entry in pkgutil.iter_modules(__path__, f"{__name__}."):
        module = importlib.import_module(entry.name)
        if hasattr(module, "FORMAT"):
            found[module.FORMAT.name] = module
    return dict(sorted(found.items()))
