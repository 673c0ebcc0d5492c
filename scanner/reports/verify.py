"""Hold a saved report against the files again: are those in which findings lie still the same?"""

import hashlib
from enum import Enum, auto
from pathlib import Path

from scanner.model.locator import text_name
from scanner.model.report import Report
from scanner.reports.saved import BadReport


class Same(Enum):
    """What came of hashing a file again."""

    SAME = auto()
    CHANGED = auto()
    MISSING = auto()
    UNREADABLE = auto()


def verified(report: Report, path: Path) -> tuple[tuple[str, Same], ...]:
    """Each file that the report has a digest of, with whether it is the same below `path`.

    `path` is the target or, if it was a file, the folder it lies in. Links are not followed. Raises `BadReport` if the
    report has no digests or there is nothing at `path`.
    """
    if not report.artifacts:
        raise BadReport("the report names no files with their digests, so there is nothing to verify.")
    if not path.exists():
        raise BadReport(f"{path}: there is no such file or folder.")
    return tuple((one.locator, _state(_place(path, one.locator), one.sha256)) for one in report.artifacts)


def _place(path: Path, locator: str) -> Path | None:
    """The file of a locator; locators escape some characters, so each name is looked up among those there."""
    if path.is_file():
        return path
    for part in locator.split("/"):
        try:
            path = next(entry for entry in path.iterdir() if text_name(entry.name) == part and not entry.is_symlink())
        except (OSError, StopIteration):
            return None
    return path


def _state(file: Path | None, sha256: str) -> Same:
    if file is None:
        return Same.MISSING
    try:
        with file.open("rb") as opened:
            return Same.SAME if hashlib.file_digest(opened, "sha256").hexdigest() == sha256 else Same.CHANGED
    except OSError:
        return Same.UNREADABLE
