"""Published packages by exact version and SHA-256, brought by the registries' own clients, for checks outside the CI.

A row names `from` (`pypi` or `npm`), `package`, `version`, `file` and `sha256`, and for a wheel of another system its
`platform`.
"""

import hashlib
import subprocess
import sys
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

Row = dict[str, Any]

_PIP = (sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:")
_OF_PLATFORM = (
    "--implementation",
    "cp",
    "--python-version",
    "3.11",
    "--abi",
    "cp311",
    "--abi",
    "abi3",
    "--abi",
    "none",
)
_NPM = ("npm", "pack", "--silent", "--ignore-scripts")


def rows_of(listed: Path) -> list[Row]:
    """The rows of a YAML file."""
    rows: list[Row] = YAML(typ="safe").load(listed.read_text(encoding="utf-8"))
    return rows


def is_fetched(row: Row, folder: Path) -> bool:
    """Bring the file if it is not there yet; whether it is the one that was looked into."""
    path = folder / row["file"]
    if not path.exists():
        subprocess.run(_command(row), cwd=folder, check=True, timeout=600, stdout=subprocess.DEVNULL)
    return hashlib.sha256(path.read_bytes()).hexdigest() == row["sha256"]


def _command(row: Row) -> tuple[str, ...]:
    if row["from"] == "npm":
        return (*_NPM, f"{row['package']}@{row['version']}")
    of_platform = (*_OF_PLATFORM, "--platform", row["platform"]) if "platform" in row else ()
    return (*_PIP, *of_platform, f"{row['package']}=={row['version']}")
