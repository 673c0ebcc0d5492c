"""Python distributions: the package whose METADATA or PKG-INFO lies here, what it asks for, which files it owns.

The file is a mail header by Core Metadata's own words; only its header lines are read, up to the first empty line.
What it owns stands beside it: RECORD in *.dist-info, installed-files.txt or top_level.txt in *.egg-info.
"""

import re
from collections.abc import Iterator, Mapping

from scanner.formats.packages.makers import without_address
from scanner.formats.packages.purls import pypi_purl
from scanner.formats.packages.python_owned_files import owned, summary
from scanner.formats.packages.requirements import declared
from scanner.model.observation import Observation, Owns, Package
from scanner.model.source import Budget, Info, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="python-distribution",
    version=4,
    line="Python packages: installed ones, the files they own and what they depend on",
    specification="Core metadata: https://packaging.python.org/specifications/core-metadata/",
    limits="Environment markers are not evaluated, but for those that name an extra. Without a list of files "
    "(RECORD, installed-files.txt) the files are told by the names of modules, without those by the package's name.",
    names=("metadata", "pkg-info"),
    suffixes=(".egg-info",),
)

_MAX_HEADER_BYTES = 4 * 1024 * 1024
_MAX_LIST_BYTES = 64 * 1024 * 1024
_MAX_MODULES = 200
_FIELD = re.compile(rb"^([A-Za-z-]{1,64}):[ \t]*(.*)$")
_MODULE = re.compile(r"[\w./-]{1,200}")
_MAKERS = (b"author", b"author-email", b"maintainer", b"maintainer-email")
_BESIDE_EGG_INFO = ("top_level.txt", "SOURCES.txt", "dependency_links.txt")


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
    version = values.get(b"version", "").strip()
    if purl is not None:
        yield Package(purl=purl, version=version, role="installed", publisher=_maker(values), place="Name header")
        yield from _owned(purl, version, values[b"name"].strip(), source, budget)
    for index, requirement in enumerate(requirements):
        package = declared(requirement, f"Requires-Dist[{index}]")
        if package is not None:
            yield package
    if purl is None:
        raise Unreadable(Cause.DAMAGED, "The metadata has no name, so the package is not known.")


def _maker(values: Mapping[bytes, str]) -> str:
    """The author, else the maintainer; of an address only the name before it."""
    named = (without_address(values.get(field, "")) for field in _MAKERS)
    return next((name for name in named if name not in ("", "UNKNOWN")), "")


def _owned(purl: str, version: str, name: str, source: Source, budget: Budget) -> Iterator[Owns]:
    """The files of the distribution, by the best list that lies beside its metadata."""
    if source.name.lower().endswith(".egg-info"):
        return  # a single file among those of others, without a list
    record = _lines(source.group("RECORD"), budget)
    if record:
        files = (_recorded(line) for line in record)
        yield from owned(purl, version, files, "../", budget, "RECORD")
        return
    is_source = source.name.lower() == "pkg-info" and not any(source.group(beside) for beside in _BESIDE_EGG_INFO)
    yield Owns(purl=purl, version=version, path="./", place="Name header")
    if is_source:
        return
    installed = _lines(source.group("installed-files.txt"), budget)
    if installed:
        yield from owned(purl, version, installed, "", budget, "installed-files.txt")
        return
    for path in _of_modules(name, source, budget):
        yield Owns(purl=purl, version=version, path=path, place="top_level.txt")


def _of_modules(name: str, source: Source, budget: Budget) -> Iterator[str]:
    """Folders and files by the names of the modules at the top; of shared namespaces only what is its own."""
    modules = _lines(source.group("top_level.txt"), budget) or [re.sub(r"[-.]+", "_", name)]
    namespaces = set(_lines(source.group("namespace_packages.txt"), budget))
    for module in modules[:_MAX_MODULES]:
        if module in namespaces:
            sources = (path.removeprefix("src/") for path in _lines(source.group("SOURCES.txt"), budget))
            inits = (path for path in sources if path.startswith(f"{module}/"))
            own = (path for path in inits if path.rpartition("/")[0].replace("/", ".") not in namespaces)
            yield from (f"../{path}" for path in summary(own, budget))
        elif _MODULE.fullmatch(module) and ".." not in module:
            yield f"../{module}/"
            yield f"../{module}.py"


def _recorded(line: str) -> str:
    """The path in a line of RECORD, which is comma-separated with quotes where needed."""
    if line.startswith('"'):
        return line[1:].partition('",')[0].replace('""', '"')
    return line.partition(",")[0]


def _lines(listing: Source | None, budget: Budget) -> list[str]:
    """The lines of a neighbour that are not empty; none if it is not there or is too large."""
    if listing is None or listing.size > _MAX_LIST_BYTES:
        return []
    budget.spend_bytes(2 * listing.size)
    text = bytes(listing.view()).decode("utf-8", "backslashreplace")
    return [stripped for line in text.splitlines() if (stripped := line.strip())]


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
