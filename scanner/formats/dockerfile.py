"""Dockerfiles: the images they build on, variables they set, and packages they install by name."""

import re
import shlex
from collections.abc import Callable, Iterator
from functools import partial

from scanner.formats.config_facts import image, setting
from scanner.formats.packages.purls import npm_purl, package_purl, pypi_purl
from scanner.formats.text_lines import numbered_lines
from scanner.model.observation import Config, Observation, Package
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="dockerfile",
    version=1,
    line="Dockerfiles: images built on, variables, packages installed by name (pip, npm, yarn, gem, apt …)",
    specification="https://docs.docker.com/reference/dockerfile/",
    limits="Scripts that an instruction runs are not followed. Of operating systems' packages only Debian's are read.",
    names=(
        "dockerfile",
        "containerfile",
        *(
            f"dockerfile.{kind}"
            for kind in (
                "arm64",
                "base",
                "cpu",
                "cuda",
                "dev",
                "gpu",
                "jetson",
                "local",
                "prod",
                "production",
                "rocm",
                "test",
            )
        ),
    ),
    suffixes=(".dockerfile", ".containerfile"),
)

_MAX_BYTES = 1024 * 1024
_MAX_JOINED = 16_384
_FROM = re.compile(r"FROM\s+(?:--\S+\s+){0,4}(\S+)(?:\s+AS\s+(\S+))?", re.IGNORECASE)
_COPY = re.compile(r"COPY\s+(?:--\S+\s+){0,4}?--from=(\S+)", re.IGNORECASE)
_SET = re.compile(r"(?:ENV|ARG)\s+(.*)", re.IGNORECASE)
_ASSIGNED = re.compile(r"""([A-Za-z_]\w{0,150})=("[^"]{0,500}"|'[^']{0,500}'|\S{0,500})""")
_REFERENCE = re.compile(r"\$(?:\{(\w{1,150})\}|(\w{1,150}))")
_SPACED = re.compile(r"([A-Za-z_]\w{0,150})\s+(\S.{0,500})")
_COMMANDS = re.compile(r"&&|\|\||[;|]")
_NAME = re.compile(
    r"([A-Za-z0-9][\w.-]{0,100})(?:\[[^\]]{0,200}\])?(?:={1,3}([\w.!+:~-]{1,60}))?(?:[<>~!=;,].{0,200})?"
)
_NPM = re.compile(r"((?:@[\w.~-]{1,100}/)?[\w.~-]{1,200})(?:@([\w.+^~-]{1,60}))?")
_TAKES_VALUE = frozenset(
    {"-r", "--requirement", "-c", "--constraint", "-i", "--index-url", "--extra-index-url", "-f", "--find-links", "-t",
     "--target", "--prefix", "--registry", "-v", "--version", "--trusted-host", "--platform", "--root"}
)  # fmt: skip
_INSTALLERS = (
    (re.compile(r"(?:\S*/)?(?:python[\d.]*\s+-m\s+)?(?:uv\s+)?pip[\d.]*\s+install\s(.*)"), "pypi"),
    (re.compile(r"(?:uv|poetry|pdm)\s+add\s(.*)"), "pypi"),
    (re.compile(r"(?:npm|pnpm|bun)\s+(?:-g\s+)?(?:i|install|add)\s(.*)"), "npm"),
    (re.compile(r"yarn\s+(?:global\s+)?add\s(.*)"), "npm"),
    (re.compile(r"gem\s+install\s(.*)"), "gem"),
    (re.compile(r"(?:sudo\s+)?apt(?:-get)?\s+(?:-\S+\s+){0,6}install\s(.*)"), "deb"),
)


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield images, variables, and packages as declared.

    Raises:
        Unreadable: limit, when the file is larger than 1 MiB.
    """
    stages: set[str] = set()
    values: dict[str, str] = {}
    for number, line in _instructions(source, budget):
        place = f"line {number}"
        base, copied, given = _FROM.match(line), _COPY.match(line), _SET.match(line)
        if base:
            reference = _REFERENCE.sub(lambda name: values.get(name[1] or name[2], name[0]), base[1])
            yield from _images(reference, stages, place)
            stages.add((base[2] or "").lower())
        elif copied:
            yield from _images(copied[1], stages, place)
        elif given:
            for name, value in _variables(given[1]):
                values[name] = value
                yield setting(name, value, place)
        elif line[:4].upper() == "RUN ":
            for command in _COMMANDS.split(line[4:]):
                budget.spend_items()
                yield from installed_by(command.strip(), place)


def _instructions(source: Source, budget: Budget) -> Iterator[tuple[int, str]]:
    """Instructions with the lines they go on in, comments left out; the number is that of the first line."""
    start, joined = 0, ""
    for number, line in numbered_lines(source, budget, _MAX_BYTES):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        start = start or number
        joined = f"{joined} {stripped.rstrip(chr(92))}".strip() if len(joined) < _MAX_JOINED else joined
        if not stripped.endswith("\\"):
            yield start, joined
            start, joined = 0, ""
    if joined:
        yield start, joined


def _images(reference: str, stages: set[str], place: str) -> Iterator[Config]:
    if reference.lower() not in stages and not reference.isdigit() and reference.lower() != "scratch":
        yield from image(reference, place)


def _variables(text: str) -> Iterator[tuple[str, str]]:
    assigned = list(_ASSIGNED.finditer(text))
    spaced = _SPACED.match(text) if not assigned else None
    for found in assigned or ([spaced] if spaced else []):
        yield found[1], found[2].strip("\"'")


def installed_by(command: str, place: str) -> Iterator[Package]:
    """The packages that a shell command names to an installer."""
    for pattern, kind in _INSTALLERS:
        found = pattern.match(command)
        if found:
            name = _NPM if kind == "npm" else _NAME
            for word in _names(found[1]):
                package = name.fullmatch(word)
                purl = _PURLS[kind](package[1]) if package else None
                if package and purl is not None:
                    version = (package[2] or "") if (package[2] or "x")[0].isdigit() else ""
                    yield Package(purl=purl, version=version, role="declares", place=place)
            return


def _names(text: str) -> Iterator[str]:
    try:
        words = shlex.split(text[:_MAX_JOINED])
    except ValueError:
        words = text.split()
    skips = False
    for word in words:
        if not skips and word[:1] not in ("-", ".", "/", "$") and "://" not in word:
            yield word
        skips = word in _TAKES_VALUE


_PURLS: dict[str, Callable[[str], str | None]] = {
    "pypi": pypi_purl,
    "npm": npm_purl,
    "gem": partial(package_purl, "gem"),
    "deb": partial(package_purl, "deb"),
}
