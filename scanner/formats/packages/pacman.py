"""Arch Linux's register of installed packages: `var/lib/pacman/local/NAME-VERSION/desc`, with `files` beside it.

Both are blocks of a heading, `%NAME%`, and lines up to an empty one.
"""

from collections import defaultdict
from collections.abc import Iterator

from scanner.formats.packages.days import day_of
from scanner.formats.packages.purls import package_purl
from scanner.formats.packages.system_files import owned
from scanner.formats.text_lines import numbered_lines
from scanner.model.observation import Observation, Package
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="pacman",
    version=1,
    line="Arch Linux and its relatives: the installed packages and their files",
    specification="https://man.archlinux.org/man/libalpm_databases.3",
    limits="Groups of packages are not read.",
    names=("desc",),
)


def wants(_name: str, head: bytes) -> bool:
    """Whether it begins as pacman's descriptions do."""
    return head.startswith((b"%NAME%", b"%FILENAME%"))


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the package, then its files. Raises `Unreadable` (limit) above 32 MiB."""
    blocks = _blocks(source, budget)
    purl = package_purl("alpm", _first(blocks, "NAME"), "arch")
    if purl is None or not _first(blocks, "INSTALLDATE"):
        return
    yield Package(
        purl=purl,
        version=_first(blocks, "VERSION"),
        role="registered",
        publisher=_first(blocks, "PACKAGER").partition(" <")[0],
        installed_on=day_of(_first(blocks, "INSTALLDATE")),
        installed_for="system",
        place="%NAME%",
    )
    files = source.group("files")
    if files is not None:
        yield from owned(purl, _blocks(files, budget).get("FILES", ()), "./desc", budget, "%FILES% of `files`")


def _blocks(source: Source, budget: Budget) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    heading = ""
    for _, line in numbered_lines(source, budget):
        if line.startswith("%") and line.endswith("%"):
            heading = line.strip("%")
        elif line and heading:
            found[heading].append(line)
    return found


def _first(blocks: dict[str, list[str]], heading: str) -> str:
    return next(iter(blocks.get(heading, ())), "")
