"""Go modules: what go.mod requires, go.sum verifies, and vendor/modules.txt lists as copied."""

import re
from collections.abc import Iterator

from scanner.formats.packages.purls import package_purl
from scanner.formats.text_lines import numbered_lines
from scanner.model.observation import Observation, Package
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="go-modules",
    version=1,
    line="Go modules that a project requires",
    specification="https://go.dev/ref/mod",
    limits="go.sum also lists modules of which only their go.mod was read.",
    names=("go.mod", "go.sum", "modules.txt"),
)

_MODULE = r"([a-z0-9][\w.-]{0,100}\.[\w.-]{1,60}(?:/[\w.~!-]{1,100}){0,12})"
_REQUIRED = re.compile(rf"(?:require\s+)?{_MODULE}\s+(v\d[\w.+-]{{0,100}})(?:\s*//.*)?")
_REPLACED = re.compile(rf".*=>\s*{_MODULE}\s+(v\d[\w.+-]{{0,100}})")
_SUMMED = re.compile(rf"{_MODULE}\s+(v\d[\w.+-]{{0,100}})\s+h1:")
_COPIED = re.compile(rf"# {_MODULE}\s+(v\d[\w.+-]{{0,100}})")


def wants(name: str, head: bytes) -> bool:
    """Whether `modules.txt` is Go's."""
    return name != "modules.txt" or head.startswith(b"# ")


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield each module as declared.

    Raises:
        Unreadable: limit, when the file is larger than 32 MiB.
    """
    patterns = {"go.sum": (_SUMMED,), "modules.txt": (_COPIED,)}.get(source.name.lower(), (_REQUIRED, _REPLACED))
    for number, line in numbered_lines(source, budget):
        stripped = line.strip()
        for pattern in patterns:
            found = pattern.fullmatch(stripped) if pattern is _REQUIRED else pattern.match(stripped)
            if found:
                namespace, _, name = found[1].rpartition("/")
                purl = package_purl("golang", name, namespace)
                if purl is not None:
                    yield Package(purl=purl, version=found[2], role="declares", place=f"line {number}")
