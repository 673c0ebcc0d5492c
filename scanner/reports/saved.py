"""Read a saved JSON report back, so that every other format can be rendered from it."""

import msgspec

from scanner.model.report import SCHEMA_VERSION, Report
from scanner.reports.printable import prose
from scanner.reports.shared_texts import spread

MAX_REPORT_BYTES = 1 << 29
"""A saved report over 512 MiB is refused before it is decoded."""


class BadReport(Exception):
    """The bytes are no report that this version can read; the message is a whole sentence without the file's name."""


class _Versioned(msgspec.Struct):
    schema_version: str


def read_report(data: bytes) -> Report:
    """Decode a saved JSON report. Fields that a later version added are passed over.

    Raises BadReport if the bytes are no JSON, no report, too long, or of another schema version.
    """
    if len(data) > MAX_REPORT_BYTES:
        raise BadReport(f"it is longer than {MAX_REPORT_BYTES >> 20} MiB, the most that is read.")
    if not data.strip():
        raise BadReport("it is no JSON report of this program: it is empty.")
    try:
        version = msgspec.json.decode(data, type=_Versioned).schema_version
        if version != SCHEMA_VERSION:
            raise BadReport(f"it has schema version {version[:20]!a}; this program reads version {SCHEMA_VERSION}.")
        return spread(msgspec.json.decode(data, type=Report))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError, IndexError) as error:
        raise BadReport(f"it is no JSON report of this program ({prose(str(error))}).") from error
