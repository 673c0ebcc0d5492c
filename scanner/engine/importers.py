"""Importers: which files of a project import the one in which something matched.

A source file in which no telling word stands is not parsed, so the facts do not say that `main.py` imports `faces.py`,
where the vendor's module is called. Where something matched in a project's own source, the files around it are asked
once whether they import it, and then who imports those: that is how the report knows where the code begins. A project
may lie in a folder or in an archive, whose members are files around each other as those of a folder are.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import unquote

from scanner.catalogue.index import Index
from scanner.engine.depth import ROUNDS, DepthRequest
from scanner.evidence.edges.installed import folders_around, is_of_program
from scanner.formats.javascript_files import DESCRIPTION, MODULE_ENDINGS, names_a_file, short_name, short_names
from scanner.model.artifact import ArtifactFacts
from scanner.model.locator import base_name
from scanner.model.observation import Import, Package

MAX_ASKED = 500
"""So many files of a language are asked in a round: those nearest to the top of the project first."""
_INSTALLED = frozenset({"site-packages", "dist-packages", "node_modules", "bower_components", "vendor"})
_MAX_PARTS = 4
_OF_NPM = "pkg:npm/"


class _Language(NamedTuple):
    """How the files of a language name each other."""

    readers: Mapping[str, str]
    """Who reads them, by the endings of their names."""
    names_of: Callable[[str], frozenset[str]]
    """By which names the file at a path may be imported."""
    name_in: Callable[[str], str]
    """Of an import, the name to be held against these."""
    root: str = ""
    """The file that lies at the top of a project; all files below it are asked, otherwise those around."""

    def reader_of(self, locator: str) -> str:
        """Who reads a file, if it is one of the language."""
        if not locator.endswith(tuple(self.readers)):
            return ""
        name = base_name(locator)
        return next((reader for ending, reader in self.readers.items() if name.endswith(ending)), "")


def _python_names(path: str) -> frozenset[str]:
    """The dotted names by which a file can be imported, from its own name to its path."""
    parts = path.removesuffix(".pyc").removesuffix(".py").split("/")
    if parts[-1] == "__init__" and len(parts) > 1:
        parts.pop()
    return frozenset(".".join(parts[-count:]) for count in range(1, min(len(parts), _MAX_PARTS) + 1))


def _javascript_name(name: str) -> str:
    is_file = names_a_file(name) or "/" in name or name.endswith(MODULE_ENDINGS)
    return short_name(name) if is_file else name


_PYTHON = _Language({".py": "python-source", ".pyc": "python-bytecode"}, _python_names, lambda name: name.lstrip("."))
_JAVASCRIPT = _Language(
    {
        **dict.fromkeys(MODULE_ENDINGS, "javascript"),
        **dict.fromkeys((".vue", ".svelte", ".html", ".htm"), "html"),
        DESCRIPTION: "npm",
    },
    short_names,
    _javascript_name,
    root=DESCRIPTION,
)
_LANGUAGES = (_PYTHON, _JAVASCRIPT)
IMPORTERS = tuple(ending for language in _LANGUAGES for ending in language.readers)
"""The endings of the files that are asked."""


def may_import(locator: str) -> bool:
    """Whether it is a file of a project's own that may import others of it."""
    return locator.endswith(IMPORTERS) and _INSTALLED.isdisjoint(locator.split("/"))


def importer_requests(
    facts: Mapping[str, ArtifactFacts], index: Index, others: Callable[[], Iterable[str]]
) -> Iterator[DepthRequest]:
    """Ask of the `others` (gives locators of files that `may_import`) those that lie around a project's matched source.

    A file that is known to import such a file is asked about in turn, so each round goes one step further.
    """
    for language in _LANGUAGES:
        own = {o: facts[o] for o in facts if language.reader_of(o) and may_import(o)}
        leading = {o for o, item in own.items() if base_name(o) != language.root and _matches(item, index)}
        if leading:
            yield from _requests(language, own, leading, others())


def _requests(
    language: _Language, own: Mapping[str, ArtifactFacts], leading: set[str], others: Iterable[str]
) -> Iterator[DepthRequest]:
    others = [o for o in others if language.reader_of(o)]
    tops = {o.removesuffix(language.root) for o in others if language.root and base_name(o) == language.root}
    for _ in range(ROUNDS):
        wanted = _wanted(language, own, leading, tops)
        leading |= {
            o
            for o, item in own.items()
            if o not in leading and _imports(language, item, _names_for(language, o, wanted))
        }
    wanted = _wanted(language, own, leading, tops)
    asked = (o for o in others if o not in own or base_name(o) == language.root)
    for locator in sorted(asked, key=lambda o: (o.count("/"), o))[:MAX_ASKED]:
        names = _names_for(language, locator, wanted)
        if names:
            yield DepthRequest(locator, language.reader_of(locator), frozenset(names))


def _wanted(
    language: _Language, own: Mapping[str, ArtifactFacts], leading: Iterable[str], tops: set[str]
) -> dict[str, set[str]]:
    """By folder, the names that the files below it are asked about; of a package, by the project around it, its own."""
    wanted: dict[str, set[str]] = {}
    for locator in leading:
        around = tuple(folders_around(locator))
        if is_of_program(locator.rpartition("!/")[0]):
            around = around[-1:]
        wanted.setdefault(_project_of(around, tops), set()).update(language.names_of(_inside(locator)))
        if base_name(locator) == language.root:
            wanted.setdefault(_project_of(around[1:] or around, tops), set()).update(_package_names(own[locator]))
    return wanted


def _package_names(item: ArtifactFacts) -> Iterator[str]:
    """What a package file calls its own package."""
    purls = (o.purl for o in item.observations if isinstance(o, Package) and o.role == "installed")
    return (unquote(purl.removeprefix(_OF_NPM)) for purl in purls if purl.startswith(_OF_NPM))


def _inside(locator: str) -> str:
    """The path of a file in the innermost archive that it lies in."""
    return locator.rpartition("!/")[2]


def _project_of(around: Sequence[str], tops: set[str]) -> str:
    """Of the folders around a file the innermost that is a project; without one the second, for code reaches over to
    the folder beside its own."""
    return next((folder for folder in around if folder in tops), around[min(1, len(around) - 1)])


def _names_for(language: _Language, locator: str, wanted: Mapping[str, set[str]]) -> set[str]:
    """What a file is asked about: what is wanted in the folders around it, without itself."""
    names: set[str] = set()
    for folder in folders_around(locator):
        names |= wanted.get(folder, set())
    return names - language.names_of(_inside(locator)) if names else names


def _matches(item: ArtifactFacts, index: Index) -> bool:
    return any(True for observation in item.observations for _ in index.of_observation(observation))


def _imports(language: _Language, item: ArtifactFacts, names: set[str]) -> bool:
    return any(language.name_in(o.name) in names for o in item.observations if isinstance(o, Import))
