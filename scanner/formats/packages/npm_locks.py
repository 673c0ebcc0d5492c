"""Lock files of npm and its kin: package-lock.json and npm-shrinkwrap.json (versions 1 to 3), deno.lock."""

from collections.abc import Iterator
from functools import partial

from scanner.formats.javascript_modules import installed_module
from scanner.formats.json_pieces import told_of_json
from scanner.formats.json_tree import Json, part, word
from scanner.formats.packages.dependencies import PROJECT, requires
from scanner.formats.packages.purls import npm_purl
from scanner.model.observation import Observation, Package, Requires
from scanner.model.source import Budget, Info, Source
from scanner.model.vocabulary import Scope

INFO = Info(
    name="npm-lock",
    version=3,
    line="JavaScript lock files of npm and Deno: each package with its version, and which asks for which",
    specification="the package-lock.json that npm documents (npm help package-lock.json)",
    limits="Of Deno's, packages of npm only.",
    names=("package-lock.json", "npm-shrinkwrap.json", ".package-lock.json", "deno.lock"),
)


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield each locked package as declared, then what it asks for; the project itself and its links are left out.

    Raises:
        Unreadable: damaged, when it is no JSON object; limit, when it is too long or nested too deeply.
    """
    is_deno = source.name.lower() == "deno.lock"
    tell = partial(_of_deno if is_deno else _of_npm, budget=budget)
    yield from told_of_json(source, budget, tell, limit_bytes=64 * 1024 * 1024)


def _of_npm(tree: Json, budget: Budget) -> Iterator[Package | Requires]:
    if part(tree, "packages"):
        yield from _by_folder(part(tree, "packages"), budget)
    else:
        yield from _by_name(part(tree, "dependencies"), budget)


_ASKING = {
    "dependencies": Scope.RUNTIME,
    "requires": Scope.RUNTIME,
    "peerDependencies": Scope.RUNTIME,
    "optionalDependencies": Scope.OPTIONAL,
    "devDependencies": Scope.DEV,
}


def _by_folder(packages: Json, budget: Budget) -> Iterator[Package | Requires]:
    """Versions 2 and 3: a flat list by the folder that each package is installed in."""
    other_names = _other_names(packages)
    for folder, entry in packages.items():
        budget.spend_items()
        module = installed_module(folder)
        place = f'packages["{folder}"]'
        if module is None:
            # The project itself, or one of several in the same repository.
            yield from _asked(PROJECT, entry, place, budget, other_names)
            continue
        if isinstance(entry, dict) and entry.get("link") is True:
            continue
        purl = npm_purl(word(entry, "name") or module.package)
        if purl is not None:
            version = word(entry, "version")
            yield Package(purl=purl, version=version, role="declares", scope=_scope(entry), place=place)
            yield from _asked(purl, entry, place, budget, other_names)


def _other_names(packages: Json) -> dict[str, str]:
    """The real name of each package that is installed under another one."""
    modules = ((installed_module(folder), word(entry, "name")) for folder, entry in packages.items())
    return {module.package: name for module, name in modules if module is not None and name}


def _asked(by: str, entry: object, place: str, budget: Budget, other_names: dict[str, str]) -> Iterator[Requires]:
    for key, scope in _ASKING.items():
        if by and scope is Scope.DEV:
            continue  # of a package that is not the project, they are never installed
        names = part(entry, key)
        if key == "dependencies" and any(isinstance(value, dict) for value in names.values()):
            continue  # version 1: what is installed inside
        yield from requires(by, (npm_purl(other_names.get(name, name)) for name in names), place, budget, scope)


def _scope(entry: object) -> Scope:
    if not isinstance(entry, dict):
        return Scope.RUNTIME
    if entry.get("dev") is True or entry.get("devOptional") is True:
        return Scope.DEV
    return Scope.OPTIONAL if entry.get("optional") is True else Scope.RUNTIME


def _by_name(dependencies: Json, budget: Budget) -> Iterator[Package | Requires]:
    """Version 1: a tree by name."""
    waiting = [("dependencies", dependencies)]
    while waiting:
        place, level = waiting.pop()
        for name, entry in level.items():
            budget.spend_items()
            here = f"{place}.{name}"
            version = word(entry, "version")
            if version.startswith("npm:"):
                name, _, version = version.removeprefix("npm:").rpartition("@")
            purl = npm_purl(name)
            if purl is not None:
                exact = version if version[:1].isdigit() else ""
                yield Package(purl=purl, version=exact, role="declares", scope=_scope(entry), place=here)
                yield from _asked(purl, entry, here, budget, {})
            if part(entry, "dependencies"):
                waiting.append((f"{here}.dependencies", part(entry, "dependencies")))


def _of_deno(tree: Json, budget: Budget) -> Iterator[Package | Requires]:
    for keys in (("npm",), ("npm", "packages"), ("packages", "npm")):
        for key, entry in part(tree, *keys).items():
            budget.spend_items()
            name, _, version = key.partition("_")[0].rpartition("@")
            purl = npm_purl(name) if version[:1].isdigit() else None
            if purl is not None:
                place = f'{".".join(keys)}["{key}"]'
                yield Package(purl=purl, version=version, role="declares", place=place)
                asked = entry.get("dependencies") if isinstance(entry, dict) else None
                names = asked if isinstance(asked, (list, dict)) else ()
                yield from requires(purl, (_of_deno_name(name) for name in names), place, budget)


def _of_deno_name(key: object) -> str | None:
    """The package of `name` or `name@version_peer@version`."""
    if not isinstance(key, str):
        return None
    name, mark, _ = key.partition("_")[0].rpartition("@")
    return npm_purl(name if mark and name else key)
