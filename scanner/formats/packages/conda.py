"""Conda: environments as declared (environment.yml, conda-lock, explicit lists) and as installed (conda-meta)."""

import re
from collections.abc import Iterator

import msgspec

from scanner.formats.packages.dependencies import requires
from scanner.formats.packages.purls import conda_purl, pypi_purl
from scanner.formats.packages.python_owned_files import owned
from scanner.formats.packages.requirements import declared
from scanner.model.observation import Observation, Package, Requires
from scanner.model.source import Budget, Info, Source, Unreadable
from scanner.model.vocabulary import Cause, Scope

INFO = Info(
    name="conda",
    version=4,
    line="Conda environments: packages asked for, locked and installed, with the files of the installed ones",
    specification="https://docs.conda.io/projects/conda/en/stable/user-guide/tasks/manage-environments.html and "
    "https://conda.github.io/conda-lock/",
    limits="Environment files are read line by line, as conda writes them: YAML's other notations are not understood.",
    suffixes=(".yml", ".yaml", ".json", ".txt"),
)

_MAX_BYTES = 64 * 1024 * 1024
_EXPLICIT = b"@EXPLICIT"
_LOCKED = re.compile(rb"^package:\s*$", re.MULTILINE)
_LIST = re.compile(r"^dependencies:\s*(?:\[(.*)\])?\s*(?:#.*)?$")
_ITEM = re.compile(r"^(\s*)-\s+(.*?)\s*$")
_SPEC = re.compile(
    r"(?:[\w./-]+::)?([A-Za-z0-9_][\w.-]*)\s*(?:==?\s*([0-9][\w.!+]*)(?:=[\w.*]+)?)?(?=$|[\s<>=!~,;#\[])"
)
_FIELD = re.compile(r"^\s*(?:-\s+)?(name|version|manager|category):\s*['\"]?([\w.!+-]{1,200})['\"]?\s*$")
_BELOW = re.compile(r"    ([A-Za-z0-9_][\w.-]{0,200}): ")
"""In a lock, what stands deeper than an entry's fields: the packages under its `dependencies:`."""
_MOST_ASKED = 2000
_ON_DAY = re.compile(rb"==> (\d{4}-\d\d-\d\d) ")
_SYSTEM = re.compile(r"noarch|(?:linux|osx|win|emscripten|wasi|freebsd|zos)-\w+")
_FILE = re.compile(r"/([^/\s#]{1,300}?)-([^/\s#-]{1,100})-[^/\s#-]{1,200}\.(?:conda|tar\.bz2)(?:#\S*)?\s*$")


class _Installed(msgspec.Struct):
    name: str = ""
    version: str = ""
    files: list[str] = []
    depends: list[str] = []
    channel: str = ""
    dist_name: str = ""
    build: str = ""


def wants(name: str, head: bytes) -> bool:
    """Whether the beginning is that of one of conda's files: their names are common ones."""
    if name.endswith(".json"):
        return b'"build_number"' in head and b'"depends"' in head
    if name.endswith(".txt"):
        return _EXPLICIT in head
    is_named = "environment" in name or "conda" in name
    is_environment = b"\ndependencies:" in b"\n" + head and (is_named or b"channels:" in head)
    return is_environment or _is_lock(name, head)


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield packages as declared, or the installed one with its files.

    Raises:
        Unreadable: damaged, when the metadata of an installed package is not its JSON; limit, above 64 MiB.
    """
    if source.size > _MAX_BYTES:
        raise Unreadable(Cause.LIMIT, "The conda file is larger than 64 MiB and was not read.")
    budget.spend_bytes(2 * source.size)
    data, name = bytes(source.view()), source.name.lower()
    if name.endswith(".json"):
        yield from _installed(data, source.group("history"), budget)
        return
    lines = data.decode("utf-8", "backslashreplace").splitlines()
    if name.endswith(".txt"):
        yield from _explicit(lines, budget)
    elif _is_lock(name, source.head):
        yield from _locked(lines, budget)
    else:
        yield from _environment(lines, budget)


def _is_lock(name: str, head: bytes) -> bool:
    return "conda-lock" in name and (_LOCKED.search(head) is not None or b"content_hash" in head)


def _day_in(history: Source | None, package: _Installed, budget: Budget) -> str:
    """When a package came into its environment last, as the environment's history tells."""
    if history is None or history.size > _MAX_BYTES:
        return ""
    budget.spend_bytes(history.size)
    text = bytes(history.view())
    named = f"{package.name}-{package.version}-{package.build}\n".encode()
    at = max(text.rfind(before + named) for before in (b"::", b"+", b"/"))
    told = _ON_DAY.match(text, text.rfind(b"\n==> ", 0, at) + 1) if at >= 0 else None
    return told[1].decode() if told else ""


def _installed(data: bytes, history: Source | None, budget: Budget) -> Iterator[Observation]:
    try:
        package = msgspec.json.decode(data, type=_Installed)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unreadable(Cause.DAMAGED, f"The metadata is not the JSON it should be: {error}.") from error
    except RecursionError as error:
        raise Unreadable(Cause.LIMIT, "The metadata is nested too deeply to be read.") from error
    purl = conda_purl(package.name)
    if purl is None:
        raise Unreadable(Cause.DAMAGED, "The metadata has no name, so the package is not known.")
    yield Package(
        purl=purl,
        version=package.version,
        role="installed",
        publisher=_channel(package.channel),
        installed_on=_day_in(history, package, budget),
        place="name",
    )
    yield from owned(purl, package.version, package.files, "../", budget, "files")
    for index, asked in enumerate(package.depends):
        budget.spend_items()
        yield from _asked_for(asked.partition(" ")[0], f"depends[{index}]")


def _channel(address: str) -> str:
    """Who packaged it: `conda-forge` of an address that ends in the kind of system."""
    parts = [part for part in address.split("/") if part]
    return next((part for part in reversed(parts) if not _SYSTEM.fullmatch(part) and part != "t"), "")


def _explicit(lines: list[str], budget: Budget) -> Iterator[Observation]:
    """Addresses of package files, one a line."""
    for number, line in enumerate(lines, start=1):
        budget.spend_items()
        match = _FILE.search(line[-1000:])
        purl = conda_purl(match[1]) if match else None
        if match and purl:
            yield Package(purl=purl, version=match[2], role="declares", place=f"line {number}")


def _locked(lines: list[str], budget: Budget) -> Iterator[Observation]:
    """conda-lock's list: name, version and manager of each entry, in any order."""
    entry: dict[str, str] = {}
    asked: list[str] = []
    first = 1
    for number, line in enumerate([*lines, "- name: end"], start=1):
        budget.spend_items()
        if line.startswith("- "):
            yield from _entry(entry, f"line {first}")
            yield from _edges(entry, asked, f"line {first}", budget)
            entry, asked, first = {}, [], number
        below = _BELOW.match(line[:1000])
        if below and len(asked) < _MOST_ASKED:
            asked.append(below[1])
        match = _FIELD.match(line[:1000]) if line.startswith(("- ", "  ")) and not line.startswith("   ") else None
        if match:
            entry.setdefault(match[1], match[2])


def _edges(entry: dict[str, str], asked: list[str], place: str, budget: Budget) -> Iterator[Requires]:
    """What a locked package asks for: packages of its own manager."""
    purl_of = pypi_purl if entry.get("manager") == "pip" else conda_purl
    yield from requires(purl_of(entry.get("name", "")), map(purl_of, asked), place, budget)


def _entry(entry: dict[str, str], place: str) -> Iterator[Package]:
    name, version = entry.get("name", ""), entry.get("version", "")
    scope = Scope.DEV if entry.get("category") == "dev" else Scope.RUNTIME
    if not name or not version:
        return
    if entry.get("manager") == "pip":
        package = declared(name, place, version=version)
    else:
        purl = conda_purl(name)
        package = Package(purl=purl, version=version, role="declares", place=place) if purl else None
    if package is not None:
        yield package if scope is Scope.RUNTIME else msgspec.structs.replace(package, scope=scope)


def _environment(lines: list[str], budget: Budget) -> Iterator[Observation]:
    """The items under `dependencies:`; those under its `pip:` item are Python requirements."""
    inside, pip_indent = False, -1
    for number, line in enumerate(lines, start=1):
        budget.spend_items()
        text = line[:2000]
        section = _LIST.match(text)
        if section or (text[:1].strip() and not text.startswith(("-", "#"))):
            inside, pip_indent = section is not None, -1
            for spec in (section[1] or "").split(",") if section else ():
                yield from _asked_for(spec.strip(), f"line {number}")
            continue
        item = _ITEM.match(text) if inside else None
        if item is None:
            continue
        indent, spec = len(item[1]), item[2].strip("'\"")
        if spec.startswith("pip:"):
            pip_indent = indent
        elif 0 <= pip_indent < indent:
            package = declared(spec, f"line {number}")
            if package is not None:
                yield package
        else:
            pip_indent = -1
            yield from _asked_for(spec, f"line {number}")


def _asked_for(spec: str, place: str) -> Iterator[Package]:
    match = _SPEC.match(spec.strip("'\" "))
    purl = conda_purl(match[1]) if match else None
    if match and purl:
        yield Package(purl=purl, version=match[2] or "", role="declares", place=place)
