"""`python -m tests.lookalikes.packages [FOLDER]`: do real packages that only sound like it stay silent?

Fetches the packages of `packages.yaml` with pip and npm into FOLDER (or one that is removed afterwards), holds each
against its SHA-256, scans all and prints what has a verdict. The exit status is 1 if anything has, or if a file is
another.
"""

import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path

from ruamel.yaml import YAML

from scanner.engine.scan import Settings, scan
from tests.lookalikes.raised import raised

_LISTED = Path(__file__).with_name("packages.yaml")
_PIP = (sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:")
_NPM = ("npm", "pack", "--silent", "--ignore-scripts")


def fetched(folder: Path) -> list[str]:
    """Bring what is not there yet; the names of files that are not the ones that were looked into."""
    wrong = []
    for row in YAML(typ="safe").load(_LISTED.read_text(encoding="utf-8")):
        path = folder / row["file"]
        if not path.exists():
            name, version = row["package"], row["version"]
            command = (*_PIP, f"{name}=={version}") if row["from"] == "pypi" else (*_NPM, f"{name}@{version}")
            subprocess.run(command, cwd=folder, check=True, timeout=300, stdout=subprocess.DEVNULL)
        if hashlib.sha256(path.read_bytes()).hexdigest() != row["sha256"]:
            wrong.append(row["file"])
    return wrong


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
