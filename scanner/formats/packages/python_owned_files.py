"""Which files a Python distribution owns, said briefly: whole import packages as folders, the rest file by file."""

from collections.abc import Iterable, Iterator

from scanner.model.observation import Owns
from scanner.model.source import Budget

MAX_PATHS = 1000
"""More are not told apart: then only import packages are named."""
_MAX_DEPTH = 12
_INIT = frozenset({"__init__.py", "__init__.pyc", "__init__.pyi"})
_COMPILED_INIT = ("__init__.cpython", "__init__.abi3", "__init__.pypy", "__init__.cp3")
_OF_ONE = (".dist-info", ".egg-info", ".data", ".libs")
"""Endings of folders that belong to one distribution, whatever is in them."""
_SHARED = frozenset({"__pycache__"})
"""Folders in which every distribution puts files of its own."""


def owned(purl: str, version: str, files: Iterable[str], base: str, budget: Budget, place: str) -> Iterator[Owns]:
    """Yield what these files amount to. `base` leads from the artifact's folder to where the paths begin."""
    for path in summary(files, budget):
        yield Owns(purl=purl, version=version, path=base + path, place=place)


def summary(files: Iterable[str], budget: Budget) -> list[str]:
    """Import packages as folders (`google/cloud/vision/`), other files by name; at most `MAX_PATHS`, sorted.

    A folder without an `__init__` of its own is shared with other distributions, and so is looked into.
    """
    paths: list[list[str]] = []
    packages: set[str] = set()
    for path in files:
        budget.spend_items()
        budget.spend_bytes(len(path))
        parts = _parts(path)
        if not parts:
            continue
        paths.append(parts)
        if parts[-1] in _INIT or parts[-1].startswith(_COMPILED_INIT):
            packages.add("/".join(parts[:-1]))
    found = {_owner(parts, packages) for parts in paths}
    if len(found) > MAX_PATHS:
        found = {path for path in found if path.endswith("/")}
    return sorted(found)[:MAX_PATHS]


def _parts(path: str) -> list[str]:
    """A relative path in parts; nothing for one that is absolute or leads nowhere."""
    path = path.replace("\\", "/")
    parts = path.split("/", _MAX_DEPTH * 4)
    if path.startswith("/") or ":" in parts[0] or "" in parts or "." in parts:
        return []
    return parts


def _owner(parts: list[str], packages: set[str]) -> str:
    """The outermost import package around a file, else the file itself."""
    for depth in range(1, min(len(parts), _MAX_DEPTH)):
        folder = "/".join(parts[:depth])
        name = parts[depth - 1]
        if name.endswith(_OF_ONE) or (folder in packages and name not in _SHARED):
            return folder + "/"
    return "/".join(parts)
