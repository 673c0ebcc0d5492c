"""Claims: what a file belongs to, when apps, packages and registers of installed software each say that it is theirs.

The component is what a person can remove. So, in this order:

1. the package of a system's own register (`dpkg`, `rpm` …) that lists the file: its manager removes it;
2. what is removed as one (`Owns.as_one`: an app, an extension, a snap) and what a register of programs says, whichever
   is around the other; where both mean the same folder they are one thing, told by both;
3. of a program that is an environment (Python itself, Anaconda, Node) the package that was put into it;
4. the package whose metadata claims it, of what is installed for all of Node with what it brought along;
5. the folder that a program was put into without any register;
6. the service or task that starts it, or the file alone.

Only claims on the artifacts that are asked about are kept: a system's packages own more files than fit in memory.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from scanner.evidence.edges.installed import is_of_program
from scanner.evidence.edges.nodes import name_of_package
from scanner.evidence.owner import (
    Owner,
    account_of,
    claimed_folder,
    claimed_path,
    folder_of,
    path_identity,
    paths_upward,
    program_folder,
    whole_claimed,
)
from scanner.evidence.registers import Registers, Row, registered
from scanner.formats.packages.purls import package_purl
from scanner.model.artifact import ArtifactFacts
from scanner.model.locator import base_name, containers_of
from scanner.model.observation import (
    Diverted,
    Identity,
    Installed,
    Library,
    Observation,
    Owns,
    Package,
    Product,
    Service,
)

CLAIMING = (Owns, Identity, Package, Product, Service, Installed, Diverted)
"""What says whose an artifact is: all that `Claims` and `Registers` learn from."""

_SHIPPED_AS_ONE = (
    ".apk", ".aab", ".apks", ".xapk", ".apkm", ".aar", ".jar", ".war", ".ear", ".ipa", ".whl", ".xpi", ".crx",
    ".deb", ".rpm", ".snap", ".flatpak", ".msi", ".msix", ".appx", ".appimage",
    ".egg", ".nupkg", ".vsix",
)  # fmt: skip
_PROGRAMS = (".pyz", ".pyzw", ".pex", ".asar")
"""Programs in one file: one component too, and never the package that happens to be the only one inside."""
_MERE_ARCHIVES = (".tar", ".gz", ".xz", ".zst", ".bz2", ".lzma", ".cpio")
_ENVIRONMENT = re.compile(
    r"(?:envs/[^/]+/)?(?:(?:lib/)?(?:python[\d.]+/)?(?:site|dist)-packages|conda-meta|(?:lib/)?node_modules)/", re.I
)
"""Where, below its own folder, a program keeps the packages that people put into it."""
_FOR_ALL_OF_NODE = re.compile(r"(.*?(?:^|/)(?:lib|npm)/node_modules/(?:@[^/]+/)?[^/]+/).", re.I)
"""`npm install --global` puts a package into one folder with all that it asks for, and removes it so."""
_OF_AN_APP = re.compile(r"(?:[^/]+/manifest/)?[^/]+")
"""Where what names the archive around it lies there, in an APK or a bundle of apps. Deeper, as an app's source or an
unpacked app does in the image of a disk, it is no name for all of that."""
_OF_A_MODEL = re.compile(r"(?:[^/]+/)?[^/]+")
"""The same for archives of PyTorch, which begin with a folder, and of Keras."""


class Claims:
    """What names itself, and which packages claim the artifacts that are asked about."""

    def __init__(
        self,
        asked: Sequence[str],
        facts: Mapping[str, ArtifactFacts],
        claiming: Iterable[tuple[str, ArtifactFacts]],
    ) -> None:
        self._programs = {
            around[-2] for around in map(containers_of, asked) if len(around) > 1 and is_of_program(around[-1])
        }
        self._facts = facts
        around = {container for locator in asked for container in containers_of(locator)}
        self._asked = {path for locator in (*asked, *around) for path in paths_upward(locator)}
        self._registers = Registers(self._asked)
        self._named: dict[str, Identity] = {}
        self._by_bundle: dict[str, list[str]] = defaultdict(list)
        self._claims: dict[str, Owner] = {}
        self._as_one: dict[str, Owner] = {}
        self._described: dict[str, Package | Product] = {}
        """Of the artifact that is being learnt from, by package URL; of what has none under an empty one."""
        self._beside: dict[str, list[tuple[str, Package | Product]]] = defaultdict(list)
        """Of packages installed where something that is asked about lies, and of what describes an app: by package URL
        or the app's identifier, with where they lie."""
        self._makers: dict[str, Counter[str]] = defaultdict(Counter)
        """Of folders of programs, who made the files in them, by what these say, and how many."""
        self._packages_in: dict[str, dict[str, Owner]] = {}
        self._owners: dict[str, Owner] = {}
        self.rows: dict[str, Owner] = {}
        """By the id of a register's row: the app that is the same thing."""
        if not self._asked:
            return
        for locator, item in claiming:
            self._described.clear()
            for observation in item.observations:
                if isinstance(observation, CLAIMING):
                    self._learn(locator, observation)
        self.rows.update(self._registers.dated())

    def owner_of(self, locator: str) -> Owner:
        """The component an artifact belongs to."""
        root = self._shipped_whole(locator)
        place = locator if root is None else root
        inner = self._claimant(locator) if root is None else self._owners.setdefault(root, self._whole(root))
        outer = self._around(place, inner)
        if outer is not None:
            outer = self._as_described_inside(outer)
            own = inner is not None and (inner.purl or root is None)
            return msgspec.structs.replace(outer, own_names=(inner.identity,) if inner and own else ())
        return inner or self._unclaimed(locator)

    def _around(self, place: str, inner: Owner | None) -> Owner | None:
        """What is removed together with all that lies in it, if the artifact lies in such a thing."""
        row = self._registers.row_of(place)
        app_path = next((path for path in reversed(list(paths_upward(place))) if path in self._as_one), "")
        app = self._as_one.get(app_path)
        if row is None:
            return app
        if row.owner.purl and not row.path.endswith("/"):
            return row.owner
        if app is not None and row.path.startswith(app_path):
            return self._joined(row, app, is_same=row.path == app_path)
        if inner is not None and inner.locator == row.path:
            return self._joined(row, msgspec.structs.replace(row.owner, locator=row.path), is_same=True)
        if inner is not None and inner.purl and _is_put_into(row.path, inner.described_by):
            return None
        named = next((locator for locator in self._by_bundle[row.owner.name] if locator.startswith(row.path)), None)
        if named is not None:
            whole = self._whole(named)
            return self._joined(row, msgspec.structs.replace(whole, locator=row.path.rstrip("/")), is_same=True)
        return row.owner

    def _as_described_inside(self, outer: Owner) -> Owner:
        """What is removed as one, with what the package of its name in there, or its description, tells."""
        inside = f"{outer.locator}/"
        for at, told in (*self._beside.get(outer.purl, ()), *self._beside.get(outer.name, ())):
            if at.startswith(inside):
                outer = msgspec.structs.replace(
                    outer, version=outer.version or told.version, publisher=outer.publisher or told.publisher
                )
        return outer

    def _joined(self, row: Row, app: Owner, *, is_same: bool) -> Owner:
        """An app, with what only the register tells of it."""
        joined = msgspec.structs.replace(
            app,
            version=app.version or row.owner.version,
            purl=app.purl or row.owner.purl,
            publisher=app.publisher or row.owner.publisher,
            installed_on=row.owner.installed_on or app.installed_on,
            installed_for=row.installed_for or app.installed_for,
        )
        if is_same:
            self.rows.update((one.id, joined) for one in row.all)
        return joined

    def _learn(self, locator: str, observation: Observation) -> None:
        if isinstance(observation, Owns) and not observation.register:
            self._claim(locator, observation)
        elif isinstance(observation, Identity):
            named = _subject(locator, observation)
            if named not in self._named:
                self._named[named] = observation
                self._by_bundle[observation.bundle].append(named)
        elif isinstance(observation, Package) and observation.role == "installed":
            self._describe(locator, observation.purl, observation)
        elif isinstance(observation, Product) and observation.role == "is":
            self._describe(locator, "", observation)
        else:
            self._registers.learn(locator, observation)

    def _describe(self, locator: str, purl: str, told: Package | Product) -> None:
        self._described.setdefault(purl, told)
        if isinstance(told, Product):
            for key in told.ids:
                self._beside[key].append((locator, told))
            folder = program_folder(locator) if told.publisher else ""
            if folder and f"{folder}/" in self._asked:
                self._makers[folder][told.publisher] += 1
        elif f"{folder_of(folder_of(locator))}/" in self._asked:
            self._beside[purl].append((locator, told))

    def _claim(self, locator: str, owns: Owns) -> None:
        claimed = [path for path in (locator, claimed_path(locator, owns.path)) if path in self._asked]
        around = [container for container in containers_of(locator) if f"{container}!/" in self._asked]
        if not claimed and not around:  # so of nearly all files of packages
            return
        owner = self._described_by(locator, owns)
        for path in claimed:
            if owns.as_one and path.endswith("/"):
                whole = whole_claimed(path)
                owner = msgspec.structs.replace(owner, locator=claimed_folder(whole) or locator)
                self._as_one.setdefault(whole, owner)
            self._claims.setdefault(path, owner)
        for container in around:
            self._packages_in.setdefault(container, {}).setdefault(owner.identity, owner)

    def _described_by(self, locator: str, owns: Owns) -> Owner:
        told = self._described.get(owns.purl)
        folder = folder_of(locator)
        name, version, purl = owns.name, owns.version, owns.purl
        if owns.in_folders:
            around, _, version = folder.rpartition("/")
            purl = purl if not purl.endswith("/") else package_purl(purl[4:-1], base_name(around)) or ""
        return Owner(
            locator=folder or locator,
            name=name_of_package(purl) or name,
            version=version,
            purl=purl,
            identity=purl or f"product:{name}",
            described_by=locator,
            publisher=(told.publisher if told else "") or owns.publisher,
            installed_on=(told.installed_on if told else "") or owns.installed_on,
            installed_for=(told.installed_for if told else "") or account_of(locator),
        )

    def _shipped_whole(self, locator: str) -> str | None:
        for container in containers_of(locator):
            if container in self._named or container in self._programs or _is_shipped_as_one(container):
                return container
        return locator if _is_shipped_as_one(locator) else None

    def _whole(self, root: str) -> Owner:
        identity = self._named.get(root)
        if identity is not None:
            return Owner(
                locator=root,
                name=identity.name,
                version=identity.version,
                purl=identity.purl,
                identity=identity.purl or identity.bundle or identity.name or path_identity(root),
                publisher=self._file(root).publisher,
                installed_for=account_of(root),
            )
        packages = {} if root.lower().endswith(_PROGRAMS) else self._packages_in.get(root, {})
        if len(packages) == 1:
            return msgspec.structs.replace(next(iter(packages.values())), locator=root)
        return msgspec.structs.replace(self._file(root), installed_for=account_of(root))

    def _claimant(self, locator: str) -> Owner | None:
        """The package with the longest claim on the artifact's path."""
        for path in paths_upward(locator):
            if path in self._claims:
                for_all = _FOR_ALL_OF_NODE.match(path)
                outer = self._claims.get(for_all[1]) if for_all else None
                if outer is not None:
                    return msgspec.structs.replace(outer, own_names=(self._claims[path].identity,))
                return self._claims[path]
        return None

    def _unclaimed(self, locator: str) -> Owner:
        folder = program_folder(locator)
        if folder:
            return self._owners.setdefault(folder, self._program(folder))
        if locator in self._named:
            return self._owners.setdefault(locator, self._whole(locator))
        started = self._registers.started(locator) or self._service_in(locator)
        return started or self._owners.setdefault(locator, self._file(locator))

    def _service_in(self, locator: str) -> Owner | None:
        """The service that a file tells of, if it tells of one alone."""
        item = self._facts.get(locator)
        services = [o for o in item.observations if isinstance(o, Service)] if item is not None else []
        return registered(locator, services[0]) if len(services) == 1 else None

    def _program(self, folder: str) -> Owner:
        """What was put into a folder of its own and stands in no register."""
        makers = self._makers[folder]
        return Owner(
            locator=folder,
            name=base_name(folder),
            identity=path_identity(folder),
            publisher=max(sorted(makers), key=makers.__getitem__, default=""),
            installed_for=account_of(folder),
        )

    def _file(self, locator: str) -> Owner:
        item = self._facts.get(locator)
        observations = item.observations if item is not None else ()
        own = next((o.name for o in observations if isinstance(o, Library) and o.role == "is"), "")
        told = next((o for o in observations if isinstance(o, Product) and o.role == "is"), None)
        return Owner(
            locator=locator,
            name=base_name(locator),
            version=told.version if told else "",
            identity=f"soname:{own}" if own else path_identity(locator),
            publisher=told.publisher if told else "",
        )


def _is_put_into(folder: str, described_by: str) -> bool:
    """Whether a package lies where the program of that folder keeps those that people put into it."""
    return described_by.startswith(folder) and bool(_ENVIRONMENT.match(described_by, len(folder)))


def _is_shipped_as_one(locator: str) -> bool:
    lower = locator.lower()
    if lower.endswith(_PROGRAMS):
        return not is_of_program(lower)
    return lower.endswith(_SHIPPED_AS_ONE)


def _subject(locator: str, identity: Identity) -> str:
    """What an identity names: the artifact, the container it lies in, or the package around a few archives."""
    around = containers_of(locator)
    inside = locator.rpartition("!/")[2]
    if identity.subject == "self" or not around:
        return locator
    if identity.subject == "container":
        place = _OF_AN_APP if identity.bundle else _OF_A_MODEL
        return around[-1] if place.fullmatch(inside) else locator
    if "/" in inside or not around[-1].lower().endswith(_MERE_ARCHIVES):
        return locator
    return next((c for c in reversed(around) if not c.lower().endswith(_MERE_ARCHIVES)), around[0])
