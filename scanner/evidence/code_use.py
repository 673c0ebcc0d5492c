"""Code use: does the code that was read import a package that is declared or there, and from where is it reached?

Told of packages in languages whose code names the packages it uses. Code within the technology itself does not count.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from scanner.evidence.graph import chain_to
from scanner.evidence.group import Group
from scanner.formats.javascript_files import DESCRIPTION
from scanner.matching.match import Match, lies_in_own_folder
from scanner.model.locator import base_name
from scanner.model.observation import Call, Import, Package
from scanner.model.technology import Technology
from scanner.model.vocabulary import CodeUse, EdgeKind, IndicatorKind

CodeFiles = Mapping[str, tuple[str, ...]]
"""By technology: the source files outside of it that import or call it."""

_LANGUAGES = {"pkg:pypi/": "python", "pkg:npm/": "js"}
_CODE_KINDS = frozenset({EdgeKind.IMPORTS, EdgeKind.CALLS})
_TEST_FOLDERS = frozenset({"test", "tests", "testing", "__tests__", "__mocks__", "spec", "specs", "e2e"})
_TEST_FILE = re.compile(r"(?:test_.*|.*_test|conftest)\.pyc?|.*[.-](?:test|spec)\.[cm]?[jt]sx?")
_MOST_NAMED = 3


def code_files(groups: Iterable[Group]) -> CodeFiles:
    """Look through all matches for code that imports or calls a technology."""
    found: dict[str, set[str]] = defaultdict(set)
    for group in groups:
        for _, match in group.matches:
            if _is_code(match) and not lies_in_own_folder(match.artifact, group.technology):
                found[group.technology.id].add(match.artifact)
    return {technology: tuple(sorted(files)) for technology, files in found.items()}


def code_use_of(group: Group, code: CodeFiles, graph: Any) -> tuple[CodeUse | None, str]:
    """What code does with the technology, and a sentence that says so; nothing where code would not name it."""
    files = code.get(group.technology.id, ())
    if not files:
        return (CodeUse.NOT_IMPORTED, "No code that was read imports it.") if _would_be_named(group) else (None, "")
    outside_tests = [file for file in files if not is_test(file)]
    if not outside_tests:
        return CodeUse.ONLY_IN_TESTS, f"Only tests import it: {_listed(files)}."
    sentence = f"It is imported by {_listed(outside_tests)}"
    chain = chain_to(graph, outside_tests, lambda kind: kind in _CODE_KINDS)
    return CodeUse.IMPORTED, f"{sentence}{_beginning(chain, files)}."


def _beginning(chain: list[str], files: tuple[str, ...]) -> str:
    """Where the code begins that leads to the files; nothing where it begins there or nobody knows."""
    if not chain or chain[0] in files:
        return ""
    if base_name(chain[0]) == DESCRIPTION:
        return f"; the code begins at {chain[1]}, which {chain[0]} names as an entry"
    return f"; the code begins at {chain[0]}, which leads there"


def is_test(locator: str) -> bool:
    """Whether a file is for testing, by its name or the folders it lies in."""
    folders = locator.rpartition("!/")[2].lower().split("/")[:-1]
    return not _TEST_FOLDERS.isdisjoint(folders) or _TEST_FILE.fullmatch(base_name(locator).lower()) is not None


def _is_code(match: Match) -> bool:
    return isinstance(match.observation, (Import, Call)) and match.observation.language in _LANGUAGES.values()


def _would_be_named(group: Group) -> bool:
    """Whether it is a package whose import the catalogue knows."""
    languages = _imported_from(group.technology)
    return any(
        isinstance(match.observation, Package) and match.observation.purl.startswith(start) and language in languages
        for _, match in group.matches
        for start, language in _LANGUAGES.items()
    )


def _imported_from(technology: Technology) -> set[str]:
    kinds = {IndicatorKind.IMPORT, IndicatorKind.CALL}
    return {i.value.partition(":")[0] for i in technology.indicators if i.kind in kinds}


def _listed(files: Iterable[str]) -> str:
    names = list(files)
    more = f" and {len(names) - _MOST_NAMED:,} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more
