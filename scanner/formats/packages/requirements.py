"""Lists of Python requirements: requirements.txt, constraints, requirements.in, an egg's requires.txt.

Also the one place that reads a requirement, for all formats that hold some.
"""

import codecs
import re
from collections.abc import Iterator

from scanner.formats.packages.purls import pypi_purl
from scanner.model.observation import Observation, Package
from scanner.model.source import Budget, Info, Source, Unreadable
from scanner.model.vocabulary import Cause, Scope

INFO = Info(
    name="python-requirements",
    version=4,
    line="Python requirements: the packages a project asks for, by line",
    specification="Requirements file format: https://pip.pypa.io/en/stable/reference/requirements-file-format/",
    limits="Files that a line includes (`-r`) are read where they lie in the target, not from here; constraints are "
    "told by their file's name, or by a line (`-c`) of a list of a usual name beside it. Environment markers are not "
    "evaluated. A local path, or an address that names no package, is left out.",
    suffixes=(".txt", ".in", ".pip"),
)

_MAX_BYTES = 16 * 1024 * 1024
_MAX_LINE = 4096
_NAMED = re.compile(r"(?:^|[-_.])(?:requires?|requirements?|constraints?|reqs)(?:[-_.]|$)")
_NAME = re.compile(r"\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(\[[^\]]{0,200}\])?\s*(?=$|[;@,(<>=!~ \t])")
_PINNED = re.compile(r"\s*\(?\s*===?\s*([A-Za-z0-9][A-Za-z0-9.!+_-]*)\s*\)?\s*(?:;|$|--|\s#)")
_PIN_IN_HEAD = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._-]*(?:\[[^\]]{0,200}\])?\s*[=~>]=\s*\d[\w.*!+-]*\s*(?:[;,#\\].*|--hash.*)?"
)
_OF_EXTRA = re.compile(r";.*\bextra\s*==")
_FOR_DEVELOPERS = re.compile(r"(?:^|[-_.])(?:dev|develop|development|tests?|testing|docs?|lint|ci|build)(?:[-_.]|$)")
_CONSTRAINING = re.compile(r"(?:^|[-_.])constraints?(?:[-_.]|$)")
_EGG = re.compile(r"#(?:.{0,500}&)?egg=([A-Za-z0-9._-]{1,200})")
_WHEEL = re.compile(
    r"(?:^|[/\\])([A-Za-z0-9._]{1,200})-([A-Za-z0-9._!+]{1,100})-[^/\\-]+-[^/\\-]+-[^/\\]+\.whl(?:$|[#?])"
)
_VCS = re.compile(r"^(?:git|hg|svn|bzr)\+[a-z]+://.{0,500}?/([A-Za-z0-9._-]{1,200}?)(?:\.git)?(?:@[^#/]*)?(?:#.*)?$")
_BESIDE = ("requirements.txt", "requirements.in", "requirements-dev.txt", "dev-requirements.txt", "base.txt")
"""Lists that may name another as theirs; one by the name of every other list cannot be asked for."""
_NAMES_A_LIST = re.compile(
    r"^\s*(?:(-c|--constraint)|-r|--requirement)[ \t=]*(?:\./)?([\w.-]{1,200})[ \t]*(?:#.*)?\r?$", re.MULTILINE
)
_MAX_BESIDE_BYTES = 1024 * 1024
_EDITABLE = re.compile(r"^(?:-e|--editable)[ =]?\s*")
_ENCODINGS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def wants(name: str, head: bytes) -> bool:
    """Whether the name says requirements, or each of the first lines is a package with its version."""
    return _NAMED.search(name) is not None or _is_list_of_pins(head)


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield each requirement as declared; `place` is its line.

    Raises:
        Unreadable: limit, when it is larger than 16 MiB.
    """
    if source.size > _MAX_BYTES:
        raise Unreadable(Cause.LIMIT, "The list of requirements is larger than 16 MiB and was not read.")
    budget.spend_bytes(2 * source.size)
    scope = _scope_of(source.name.lower())
    if scope is Scope.RUNTIME and _only_constrains(source):
        scope = Scope.CONSTRAINT
    continued = False
    for number, line in enumerate(_decoded(bytes(source.view())).splitlines(), start=1):
        budget.spend_items()
        # A line that continues another holds its hashes or options.
        package = None if continued else declared(_EDITABLE.sub("", line.strip()), f"line {number}", scope=scope)
        continued = line.rstrip().endswith("\\")
        if package is not None:
            yield package


def _scope_of(name: str) -> Scope:
    """What the whole list is for; pip installs nothing for a list of constraints (`-c`)."""
    if _CONSTRAINING.search(name):
        return Scope.CONSTRAINT
    return Scope.DEV if _FOR_DEVELOPERS.search(name) else Scope.RUNTIME


def _only_constrains(source: Source) -> bool:
    """Whether a list beside it names it as constraints (`-c`), and none as a list of its own (`-r`)."""
    ways: set[str] = set()
    for name in _BESIDE:
        beside = source.group(name) if name != source.name else None
        if beside is not None and beside.size <= _MAX_BESIDE_BYTES:
            named = _NAMES_A_LIST.findall(_decoded(bytes(beside.view())))
            ways.update(way for way, what in named if what == source.name)
    return bool(ways) and "" not in ways


def declared(requirement: str, place: str, *, version: str = "", scope: Scope = Scope.RUNTIME) -> Package | None:
    """The package that one requirement asks for (PEP 508, an address, a wheel's file name), if it names one.

    A marker that names an extra makes it one that only those get who ask for that extra.
    """
    text = requirement[:_MAX_LINE].rstrip("\\").strip()
    if not text or text.startswith(("#", "-", "[")):
        return None
    name, pinned = _named(text)
    purl = pypi_purl(name) if name else None
    if scope is Scope.RUNTIME and _OF_EXTRA.search(text):
        scope = Scope.EXTRA
    return Package(purl=purl, version=version or pinned, role="declares", scope=scope, place=place) if purl else None


def _named(text: str) -> tuple[str, str]:
    match = _NAME.match(text)
    if match and not text.startswith(("git+", "hg+")) and "://" not in match[0]:
        pinned = _PINNED.match(text, match.end())
        return match[1], pinned[1] if pinned else ""
    wheel = _WHEEL.search(text)
    if wheel:
        return wheel[1], wheel[2]
    named = _EGG.search(text) or _VCS.match(text)
    return (named[1], "") if named else ("", "")


def _decoded(data: bytes) -> str:
    for mark, encoding in _ENCODINGS:  # PowerShell writes `pip freeze > requirements.txt` in UTF-16
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "backslashreplace")
    return data.decode("utf-8", "backslashreplace")


def _is_list_of_pins(head: bytes) -> bool:
    lines = [line.strip() for line in _decoded(head).splitlines()[:200]]
    if len(head) >= 4096:
        lines = lines[:-1]  # it may be cut
    told = [line for line in lines if line and not line.startswith(("#", "-", "\\"))]
    return bool(told) and all(_PIN_IN_HEAD.fullmatch(line) for line in told)
