"""Python distributions: the package whose METADATA or PKG-INFO lies here, and what it asks for.

The file is a mail header by Core Metadata's own words; only its header lines are read, up to the first empty line.
"""

import re
from collections.abc import Iterator

from scanner.formats.packages.purls import pypi_purl
from scanner.model.observation import Observation, Package
from scanner.model.source import Budget, Info, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="python-distribution",
    version=1,
    line="Python packages: installed ones and what they depend on",
    specification="Core metadata: https://packaging.python.org/specifications/core-metadata/",
    limits="Environment markers are not evaluated: optional dependencies count as declared. requires.txt is not read.",
    names=("metadata", "pkg-info"),
)

_MAX_HEADER_BYTES = 4 * 1024 * 1024
_FIELD = re.compile(rb"^([A-Za-z-]{1,64}):[ \t]*(.*)$")
_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)")
_PINNED = re.compile(r"[^;]*?===?\s*([A-Za-z0-9][A-Za-z0-9.!+_-]*)\s*\)?\s*(?:;|$)")


def wants(_name: str, head: bytes) -> bool:
    """Whether the file begins as core metadata does: `METADATA` is a common name."""
    return b"Metadata-Version:" in head


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the package itself as installed, then each requirement as declared.

    Raises:
        Unreadable: damaged, when the header has no name; limit, when it is longer than 4 MiB.
    """
    values: dict[bytes, str] = {}
    requirements: list[str] = []
    for key, value in _fields(source, budget):
        if key == b"requires-dist":
            requirements.append(value)
        else:
            values.setdefault(key, value)
    purl = pypi_purl(values.get(b"name", "").strip())
    if purl is not None:
        yield Package(purl=purl, version=values.get(b"version", "").strip(), role="installed", place="Name header")
    for index, requirement in enumerate(requirements):
        name = _REQUIREMENT.match(requirement)
        wanted = pypi_purl(name[1]) if name else None
        if name and wanted:
            pinned = _PINNED.match(requirement, name.end())
            version = pinned[1] if pinned else ""
            yield Package(purl=wanted, version=version, role="declares", place=f"Requires-Dist[{index}]")
    if purl is None:
        raise Unreadable(Cause.DAMAGED, "The metadata has no name, so the package is not known.")


def _fields(source: Source, budget: Budget) -> Iterator[tuple[bytes, str]]:
    """Lower-case field name and value of each header; continuation lines are dropped, no field here needs them."""
    for line in _header(source, budget).splitlines():
        budget.spend_items()
        match = _FIELD.match(line)
        if match:
            yield match[1].lower(), match[2].decode("utf-8", "backslashreplace")


def _header(source: Source, budget: Budget) -> bytes:
    length = min(source.size, _MAX_HEADER_BYTES)
    budget.spend_bytes(length)
    header, blank, _ = bytes(source.view(0, length)).replace(b"\r\n", b"\n").partition(b"\n\n")
    if not blank and source.size > length:
        raise Unreadable(Cause.LIMIT, "The metadata's header is longer than 4 MiB and was not read.")
    return header
