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
    names_in: dict[str, list[str]] = {}
    for path in files:
        budget.spend_items()
        budget.spend_bytes(len(path))
        folder, _, name = path.replace("\\", "/").rpartition("/")
        if name not in ("", ".") and (folder or _is_sound(path)):
            names_in.setdefault(folder, []).append(name)
    names_in = {folder: names for folder, names in names_in.items() if folder == "" or _is_sound(folder)}
    packages = {folder for folder, names in names_in.items() if folder and any(map(_is_init, names))}
    found: set[str] = set()
    for folder, names in names_in.items():
        owner = _owner(folder, packages)
        if owner:
            found.add(owner)
        else:
            found.update(f"{folder}/{name}" if folder else name for name in names)
    if len(found) > MAX_PATHS:
        found = {path for path in found if path.endswith("/")}
    return sorted(found)[:MAX_PATHS]


def _is_init(name: str) -> bool:
    return name in _INIT or name.startswith(_COMPILED_INIT)


def _is_sound(path: str) -> bool:
    """Whether a path is relative and leads somewhere."""
    parts = path.replace("\\", "/").split("/")
    return not (":" in parts[0] or "" in parts or "." in parts)


def _owner(folder: str, packages: set[str]) -> str:
    """The outermost import package around the files in a folder, if there is one."""
    parts = folder.split("/")
    for depth in range(1, min(len(parts) + 1, _MAX_DEPTH)):
        outer = "/".join(parts[:depth])
        name = parts[depth - 1]
        if name.endswith(_OF_ONE) or (outer in packages and name not in _SHARED):
            return outer + "/"
    return ""
