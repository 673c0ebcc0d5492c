"""The licences of all that is bundled with the program, put beside it."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

_TEXTS = ("licen", "copying", "copyright", "notice", "authors", "metadata")
"""How the files begin in which packages tell whose they are and what is allowed."""
_TOOLS = ("pip-", "setuptools-", "altgraph-", "packaging_legacy-", "pyinstaller_hooks_contrib-")
"""What builds and is not bundled. PyInstaller itself is: the program begins with a part of it."""


def collect_licences(environment: Path, program: Path) -> None:
    """Fill `licenses` in the program's folder: one folder a package, Python's own, and those of system libraries."""
    folder = program / "licenses"
    for package in sorted(environment.rglob("*.dist-info")):
        if package.name.lower().startswith(_TOOLS):
            continue
        for text in sorted(package.rglob("*")):
            if text.is_file() and text.name.lower().startswith(_TEXTS):
                _copy(text, folder / package.name.removesuffix(".dist-info") / text.relative_to(package))
    for text in Path(sys.base_prefix).rglob("LICENSE.txt"):
        if text.parent.name.startswith("python") or text.parent == Path(sys.base_prefix):
            _copy(text, folder / "python" / "LICENSE.txt")
    for package_name, text in _of_system(program):
        _copy(text, folder / "system" / package_name / "copyright")


def _copy(text: Path, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(text, to)


def _of_system(program: Path) -> Iterator[tuple[str, Path]]:
    """Packages of Debian and its kin whose libraries were taken along, by the names of the files."""
    if shutil.which("dpkg") is None:
        return
    names = {file.name for file in program.rglob("*.so*") if file.parent.name == "_internal"}
    found: set[str] = set()
    for name in sorted(names):
        told = subprocess.run(["dpkg", "-S", f"*/{name}"], capture_output=True, text=True, check=False).stdout  # noqa: S607
        found.update(line.partition(":")[0] for line in told.splitlines() if line.endswith(f"/{name}"))
    for package in sorted(found):
        text = Path("/usr/share/doc", package, "copyright")
        if text.exists():
            yield package, text
