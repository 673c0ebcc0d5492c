"""Lock files of npm and its kin: package-lock.json and npm-shrinkwrap.json (versions 1 to 3), deno.lock."""

from collections.abc import Iterator

from scanner.formats.javascript_modules import installed_module
from scanner.formats.json_tree import Json, json_object, part, word
from scanner.formats.packages.purls import npm_purl
from scanner.model.observation import Observation, Package
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="npm-lock",
    version=1,
    line="JavaScript lock files of npm and Deno: each package with its version",
    specification="the package-lock.json that npm documents (npm help package-lock.json)",
    limits="Which package asked for which other is not told. Of Deno's, packages of npm only.",
    names=("package-lock.json", "npm-shrinkwrap.json", ".package-lock.json", "deno.lock"),
)


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield each locked package as declared; the project itself and its links are left out.

    Raises:
        Unreadable: damaged, when it is no JSON object; limit, when it is too long or nested too deeply.
    """
    tree = json_object(source, budget, limit_bytes=64 * 1024 * 1024)
    if source.name.lower() == "deno.lock":
        yield from _of_deno(tree, budget)
    elif part(tree, "packages"):
        yield from _by_folder(part(tree, "packages"), budget)
    else:
        yield from _by_name(part(tree, "dependencies"), budget)


def _by_folder(packages: Json, budget: Budget) -> Iterator[Package]:
    """Versions 2 and 3: a flat list by the folder that each package is installed in."""
    for folder, entry in packages.items():
        budget.spend_items()
        module = installed_module(folder)
        if module is None or (isinstance(entry, dict) and entry.get("link") is True):
            continue
        purl = npm_purl(word(entry, "name") or module.package)  # a name of its own where it is installed as another
        if purl is not None:
            version = word(entry, "version")
            yield Package(purl=purl, version=version, role="declares", place=f'packages["{folder}"]')


def _by_name(dependencies: Json, budget: Budget) -> Iterator[Package]:
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
                yield Package(purl=purl, version=exact, role="declares", place=here)
            if part(entry, "dependencies"):
                waiting.append((f"{here}.dependencies", part(entry, "dependencies")))


def _of_deno(tree: Json, budget: Budget) -> Iterator[Package]:
    for keys in (("npm",), ("npm", "packages"), ("packages", "npm")):
        for key in part(tree, *keys):
            budget.spend_items()
            name, _, version = key.partition("_")[0].rpartition("@")
            purl = npm_purl(name) if version[:1].isdigit() else None
            if purl is not None:
                yield Package(purl=purl, version=version, role="declares", place=f'{".".join(keys)}["{key}"]')
