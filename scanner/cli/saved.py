"""Saved reports that commands are handed, with the file's name in every complaint about them."""

from pathlib import Path

from scanner.model.report import Report
from scanner.reports import MAX_REPORT_BYTES, BadReport, printable, read_report, with_baseline


def saved_report(file: Path) -> Report:
    """Read a report saved with `-f json`. Raises `BadReport` with the file's name in the sentence."""
    name = printable(str(file))
    try:
        with file.open("rb") as saved:
            data = saved.read(MAX_REPORT_BYTES + 1)
    except OSError as error:
        raise BadReport(f"{name}: the saved report could not be opened ({error.strerror}).") from error
    try:
        return read_report(data)
    except BadReport as error:
        raise BadReport(f"{name}: {error} `frscan PATH -f json=report.json` saves one.") from error


def earlier(file: Path | None) -> Report | None:
    """The report to compare with, if one was named. Raises `BadReport`."""
    if file is None:
        return None
    report = saved_report(file)
    if report.edition != "full":
        raise BadReport(f"{printable(str(file))}: a public edition names no finding twice alike; give the full report.")
    return report


def with_earlier(report: Report, before: Report | None) -> Report:
    """The report with what changed since the earlier one, if there is one."""
    return report if before is None else with_baseline(report, before)
