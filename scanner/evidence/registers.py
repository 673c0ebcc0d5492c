"""Registers of installed software: their rows are components, and so are the files that a row's package owns.

Only claims on the artifacts that are asked about are kept: the packages of a system own more files than fit in memory.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from urllib.parse import unquote

import msgspec

from scanner.catalogue.product_names import plain_company, plain_name
from scanner.evidence.owner import Owner, account_of, claimed_path, paths_upward
from scanner.model.observation import Diverted, Installed, Observation, Owns, Package, Product, Service

_MERGED = ("/bin/", "/sbin/", "/lib/", "/lib32/", "/lib64/", "/libx32/")
"""Folders that systems of today keep below `/usr`, with links in their old places (the `usr` merge)."""


_FOLDERS_OF_REGISTERS = re.compile(
    r"(?:^|/)(?=(?:var/lib|usr/lib/sysimage|usr/share/rpm|lib/apk|private/var/db|library/receipts|windows/system32"
    r"|etc/systemd|usr/lib/systemd|lib/systemd|library/launchdaemons|library/launchagents)/)",
    re.I,
)

_VERSIONS_SHOWN = 5


def registered(locator: str, observation: object) -> Owner | None:
    """The component that a row of a register of installed software stands for; None for other observations."""
    if isinstance(observation, Service):
        return _service(locator, observation)
    if not isinstance(observation, Package | Product) or observation.role != "registered":
        return None
    if isinstance(observation, Package):
        purl, name = observation.purl, _plain_name(observation.purl)
    else:
        purl, name = next((found for found in observation.ids if found.startswith("pkg:")), ""), observation.name
    return Owner(
        locator=locator,
        name=name,
        version=observation.version,
        purl=purl,
        identity=purl or _identity(observation, name),
        described_by=locator,
        publisher=observation.publisher,
        installed_on=observation.installed_on,
        installed_for=observation.installed_for,
    )


def _identity(row: Package | Product, name: str) -> str:
    """What stays the same from version to version: the identifier, where the register knows the product by nothing
    else."""
    if isinstance(row, Product) and name in row.ids:
        return name
    return f"product:{plain_company(row.publisher)}/{plain_name(name)}"


def _service(locator: str, row: Service) -> Owner | None:
    if not row.program:
        return None
    return Owner(
        locator=locator,
        name=row.title or row.name,
        identity=f"service:{row.name.lower()}",
        described_by=locator,
        publisher=row.publisher,
        installed_for=account_of(locator) or "system",
    )


def of_all_versions(owner: Owner, observations: Iterable[object]) -> Owner:
    """The component of a product that stands in a register in several versions: it is one, and names them all."""
    rows = (row for row in observations if isinstance(row, Product) and row.role == "registered")
    versions = sorted({row.version for row in rows if row.version})
    if len(versions) < 2:
        return owner
    more = len(versions) - _VERSIONS_SHOWN
    shown = ", ".join(versions[:_VERSIONS_SHOWN]) + (f" and {more} more" if more > 0 else "")
    return msgspec.structs.replace(owner, version=shown)


class Row(NamedTuple):
    """A row of a register, and what it claims."""

    path: str
    """A file, or a folder that ends in `/`."""
    owner: Owner
    all: tuple[Owner, ...]
    """What all registers say that it is: more than one where each account has its own."""

    @property
    def installed_for(self) -> str:
        """For everybody if one of the registers says so."""
        told = [row.installed_for for row in self.all]
        return "system" if "system" in told else self.owner.installed_for


class Registers:
    """The rows and claims of all registers in a target."""

    def __init__(self, asked: set[str]) -> None:
        """`asked` are artifacts and the folders around them, as `paths_upward` spells them."""
        self._rows: dict[tuple[str, str, str], Owner] = {}
        self._claims: dict[str, list[tuple[str, Owns]]] = defaultdict(list)
        self._put_aside: dict[str, tuple[str, str]] = {}
        """Where files were put aside: where they would lie, and which package has its own there."""
        self._takers: dict[str, str] = {}
        self._asked = asked
        self._days: dict[tuple[str, str, str], str] = {}
        self._started: dict[str, Owner] = {}
        self._ends: dict[str, list[tuple[str, str]]] = defaultdict(list)
        """By the end of a path, from a slash on, in lower case: the paths that end so, and the folders before that."""
        for path in asked:
            self._know(path)

    def _know(self, path: str) -> None:
        for end, root in _ends_of(path):
            self._ends[end.lower()].append((path, root))

    def learn(self, locator: str, observation: Observation) -> None:
        """Take in a fact of the artifact at `locator`."""
        if isinstance(observation, Owns):
            if observation.register:
                self._claim(locator, observation)
        elif isinstance(observation, Installed):
            row_of = (claimed_path(locator, observation.register), *_in_register(observation.purl, ""))
            self._days[row_of] = max(observation.on, self._days.get(row_of, ""))
        elif isinstance(observation, Diverted):
            self._divert(locator, observation)
        elif isinstance(observation, Service):
            self._start(locator, observation)
        elif (row := registered(locator, observation)) is not None:
            self._rows.setdefault((locator, *_in_register(row.purl, row.name)), row)

    def dated(self) -> dict[str, Owner]:
        """By their ids, the rows of which another file than the register tells when they were installed; from now on
        they say so."""
        for key, day in self._days.items():
            if key in self._rows and not self._rows[key].installed_on:
                self._rows[key] = msgspec.structs.replace(self._rows[key], installed_on=day)
        return {self._rows[key].id: self._rows[key] for key in self._days if key in self._rows}

    def row_of(self, locator: str) -> Row | None:
        """The registered package or product with the longest claim on an artifact."""
        for path in paths_upward(locator):
            rows = tuple(self._row(*claim) for claim in self._claims_on(path))
            if rows:
                return Row(path, rows[0], rows)
        return None

    def _row(self, register: str, owns: Owns) -> Owner:
        return self._rows.get((register, *_in_register(owns.purl, owns.name))) or _unlisted(register, owns)

    def _claims_on(self, path: str) -> Iterator[tuple[str, Owns]]:
        """The claims that hold, the first first: of a file that was put aside, those on its old place."""
        origin, taker = self._put_aside.get(path, (path, self._takers.get(path, "")))
        for register, owns in self._claims.get(origin, ()):
            is_takers = _plain_name(owns.purl) == taker
            if not taker or is_takers == (origin == path):
                yield register, owns

    def started(self, locator: str) -> Owner | None:
        """The service or task that starts an artifact."""
        return self._started.get(locator)

    def _claim(self, locator: str, owns: Owns) -> None:
        register = claimed_path(locator, owns.register)
        meant = self._meant(locator, owns.path) if owns.path.startswith("/") else (claimed_path(locator, owns.path),)
        for path in meant:
            if path in self._asked:
                self._claims[path].append((register, owns))
        if locator in self._asked and locator != register and locator not in self._claims:
            self._claims[locator].append((register, owns))  # the list of one package's files is that package's

    def _divert(self, locator: str, diverted: Diverted) -> None:
        self._takers.update(dict.fromkeys(self._meant(locator, diverted.path), diverted.by))
        for whole in tuple(self._meant(locator, diverted.to)):
            origin = whole[: len(whole) - len(diverted.to) + 1] + diverted.path.removeprefix("/")
            self._put_aside[whole] = origin, diverted.by
            if origin not in self._asked:
                self._asked.add(origin)
                self._know(origin)

    def _start(self, locator: str, service: Service) -> None:
        owner = _service(locator, service)
        if owner is not None:
            for path in self._meant(locator, service.program):
                self._started.setdefault(path, owner)

    def _meant(self, locator: str, path: str) -> Iterator[str]:
        """The paths that one from the root of a system can mean, for a register at `locator`."""
        ends = self._ends.get(path.lower())
        if ends is None:
            return
        own = _system_of(locator)
        for whole, root in ends:
            system = root.removesuffix("usr/") if path.startswith(_MERGED) else root
            if locator.startswith(system) and own in (None, system):
                yield whole


def _unlisted(register: str, owns: Owns) -> Owner:
    """What claims files without a row that tells more."""
    return Owner(
        locator=register,
        name=_plain_name(owns.purl) or owns.name,
        version=owns.version,
        purl=owns.purl,
        identity=owns.purl or f"product:{owns.name}",
        described_by=register,
    )


def program_of(locator: str, service: Service) -> str:
    """Where the program of a service lies, that stands in the register at `locator`; nothing if that is not known."""
    system = _system_of(locator)
    return system + service.program.removeprefix("/") if service.program and system is not None else ""


def _system_of(locator: str) -> str | None:
    """Where the system begins whose register lies at `locator`, by the folders that registers lie in; None where they
    do not tell. Systems lie in systems: those of containers in `/var/lib`."""
    starts = [found.end() for found in _FOLDERS_OF_REGISTERS.finditer(locator)]
    return locator[: starts[-1]].removesuffix("usr/") if starts else None


def _ends_of(path: str) -> Iterator[tuple[str, str]]:
    """Each end of a path inside its container, from a slash on, with what comes before it; a folder keeps its slash."""
    container, mark, inner = path.rpartition("!/")
    before = container + mark
    yield f"/{inner}", before
    at = inner.find("/")
    while 0 <= at < len(inner) - 1:
        yield inner[at:], before + inner[: at + 1]
        at = inner.find("/", at + 1)


def _plain_name(purl: str) -> str:
    """The package's name as the system's own tools want it, without the distribution."""
    return unquote(purl.rpartition("/")[2])


def _in_register(purl: str, name: str) -> tuple[str, str]:
    """How the rows of one register are told apart: its lists of files need not know whose distribution it is."""
    kind, _, rest = purl.partition("/")
    return kind, rest.rpartition("/")[2] or name
