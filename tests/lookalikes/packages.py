"""`python -m tests.lookalikes.packages [FOLDER]`: do real packages that only sound like it stay silent?

Fetches the packages of `packages.yaml` with pip and npm into FOLDER (or one that is removed afterwards), holds each
against its SHA-256, scans all and prints what has a verdict. The exit status is 1 if anything has, or if a file is
another.
"""

import sys
import tempfile
from pathlib import Path

from scanner.engine.scan import Settings, scan
from tests.lookalikes.raised import raised
from tests.registries import is_fetched, rows_of

_LISTED = Path(__file__).with_name("packages.yaml")


def fetched(folder: Path) -> list[str]:
    """Bring what is not there yet; the names of files that are not the ones that were looked into."""
    return [row["file"] for row in rows_of(_LISTED) if not is_fetched(row, folder)]


def main(folder: Path) -> int:
    """Fetch, scan and print."""
    wrong = fetched(folder)
    for name in wrong:
        print(f"{name}: another file than the one that was looked into")
    found = raised(scan([folder], Settings(uses_cache=False)))
    for line in found:
        print(line)
    return 1 if wrong or found else 0


if __name__ == "__main__":
    if len(sys.argv) > 1:
        raise SystemExit(main(Path(sys.argv[1])))
    with tempfile.TemporaryDirectory() as made:
        raise SystemExit(main(Path(made)))
