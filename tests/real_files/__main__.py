"""`python -m tests.real_files [FOLDER]`: native files of other systems, as they are published, say what they must.

Fetches the packages of `files.yaml` with pip and npm into FOLDER (or one that is removed afterwards), holds each
against its SHA-256, scans it and compares: the technologies with their presence, how many files of which type are in
it, and how many of the links between its files lead to the file that the loader would take. Prints what differs; the
exit status is 1 if anything does.
"""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from scanner.engine.facts import Facts
from scanner.engine.scan import Settings, scan
from scanner.evidence.edges import Names
from scanner.evidence.edges.native_libraries import edges
from tests.registries import Row, is_fetched, rows_of

_LISTED = Path(__file__).with_name("files.yaml")


def links_inside(facts: Facts) -> int:
    """How many links and loads between the files of a target lead to one of them."""
    known = Names()
    for locator in facts:
        known.add(facts[locator])
    return sum(1 for locator in facts for _ in edges(facts[locator], known))


def differences(row: Row, folder: Path) -> Iterator[str]:
    """What a scan says otherwise than `files.yaml`."""
    if not is_fetched(row, folder):
        yield f"{row['file']}: another file than the one that was looked into"
        return
    counted: list[int] = []
    settings = Settings(uses_cache=False)
    report = scan([folder / row["file"]], settings, keep=lambda facts, _target: counted.append(links_inside(facts)))
    found = {f.technology.id: str(f.presence) for f in report.findings if f.verdict != "none"}
    types = {kind: number for kind, number in report.coverage.by_type.items() if kind in row["types"]}
    said = {"technologies": found, "links": counted[0], "types": types, "complete": report.complete}
    for key, value in said.items():
        if value != row[key]:
            yield f"{row['file']}: {key} is {value} and should be {row[key]}"


def main(folder: Path) -> int:
    """Fetch, scan and print."""
    rows = rows_of(_LISTED)
    wrong = [line for row in rows for line in differences(row, folder)]
    for line in wrong:
        print(line)
    print(f"{len(rows)} packages looked into, {len(wrong)} differences")
    return 1 if wrong else 0


if __name__ == "__main__":
    if len(sys.argv) > 1:
        raise SystemExit(main(Path(sys.argv[1])))
    with tempfile.TemporaryDirectory() as made:
        raise SystemExit(main(Path(made)))
