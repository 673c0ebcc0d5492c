"""`python -m tests.real_files [FOLDER]`: native files of other systems, as they are published, say what they must.

Fetches the wheels of `wheels.yaml` with pip into FOLDER (or one that is removed afterwards), holds each against its
SHA-256, scans it and compares: the technologies with their presence, and how many of the links between its files lead
to the file that the loader would take. Prints what differs; the exit status is 1 if anything does.
"""

import hashlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from scanner.engine.facts import Facts
from scanner.engine.scan import Settings, scan
from scanner.evidence.edges import Names
from scanner.evidence.edges.native_libraries import edges

_LISTED = Path(__file__).with_name("wheels.yaml")
_PIP = (
    sys.executable,
    "-m",
    "pip",
    "download",
    "--quiet",
    "--no-deps",
    "--only-binary",
    ":all:",
    "--implementation",
    "cp",
)
_ABIS = ("--abi", "cp311", "--abi", "abi3", "--abi", "none", "--python-version", "3.11")

Row = dict[str, Any]


def fetched(row: Row, folder: Path) -> Path:
    """The wheel; raises ValueError if it is another file than the one that was looked into."""
    path = folder / row["file"]
    if not path.exists():
        command = (*_PIP, *_ABIS, "--platform", row["platform"], f"{row['package']}=={row['version']}")
        subprocess.run(command, cwd=folder, check=True, timeout=600, stdout=subprocess.DEVNULL)
    if hashlib.sha256(path.read_bytes()).hexdigest() != row["sha256"]:
        raise ValueError(f"{path.name} is another file than the one that was looked into")
    return path


def links_inside(facts: Facts) -> int:
    """How many links and loads between the files of a target lead to one of them."""
    known = Names()
    for locator in facts:
        known.add(facts[locator])
    return sum(1 for locator in facts for _ in edges(facts[locator], known))


def differences(row: Row, path: Path) -> Iterator[str]:
    """What a scan says otherwise than `wheels.yaml`."""
    counted: list[int] = []
    settings = Settings(uses_cache=False)
    report = scan([path], settings, keep=lambda facts, _target: counted.append(links_inside(facts)))
    found = {f.technology.id: str(f.presence) for f in report.findings if f.verdict != "none"}
    said = {"technologies": found, "links": counted[0], "complete": report.complete}
    for key, value in said.items():
        if value != row[key]:
            yield f"{row['file']}: {key} is {value} and should be {row[key]}"


def main(folder: Path) -> int:
    """Fetch, scan and print."""
    rows = YAML(typ="safe").load(_LISTED.read_text(encoding="utf-8"))
    wrong = [line for row in rows for line in differences(row, fetched(row, folder))]
    for line in wrong:
        print(line)
    print(f"{len(rows)} wheels looked into, {len(wrong)} differences")
    return 1 if wrong else 0


if __name__ == "__main__":
    if len(sys.argv) > 1:
        raise SystemExit(main(Path(sys.argv[1])))
    with tempfile.TemporaryDirectory() as made:
        raise SystemExit(main(Path(made)))
