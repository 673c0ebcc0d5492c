"""Files that JavaScript names: `./x`, `../lib/x.js`, `/js/x.js`, `@/x`; where each may lie, and what others call it.

A specifier leaves out endings and `index`, as Node (https://nodejs.org/api/modules.html, "All together") and bundlers
allow; TypeScript names `x.ts` by `x.js`. `@/` and `~/` are what bundlers call the root of a project or its `src`.
"""

import posixpath
from collections.abc import Iterator

MODULE_ENDINGS = (".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx")
"""Of files that are JavaScript or TypeScript through and through."""
ENDINGS = (*MODULE_ENDINGS, ".vue", ".svelte")
"""Of files that code can import."""
DESCRIPTION = "package.json"
"""What names the entries of a package, or of a program."""

_OF_ROOT = ("@/", "~/")
_ROOTS = ("", "src/")
_WRITTEN_FOR = {".js": (".ts", ".tsx"), ".jsx": (".tsx",), ".mjs": (".mts",), ".cjs": (".cts",)}
_MAX_SPECIFIER = 500
_PARENTS = frozenset({".", "..", ""})


def names_a_file(specifier: str) -> bool:
    """Whether it is the name of a file and not of a package."""
    return specifier in (".", "..") or (specifier.startswith(("./", "../", "/", *_OF_ROOT)) and "://" not in specifier)


def file_specifier(specifier: str) -> str:
    """The name of a file without what loaders of a bundler or a server are told: `style!./x?raw#a` is `./x`."""
    specifier = specifier[:_MAX_SPECIFIER].rpartition("!")[2]
    specifier = specifier.partition("?")[0].partition("#")[0]
    return specifier if names_a_file(specifier) and not specifier.startswith("//") else ""


def places_of(specifier: str, folders: tuple[str, ...]) -> Iterator[str]:
    """Where the named file may lie, the likeliest first; `folders` lie around the file that names it, its own first."""
    if specifier.startswith(("./", "../")) or specifier in (".", ".."):
        starts = folders[:1]
    elif specifier.startswith(_OF_ROOT):
        specifier, starts = specifier[2:], tuple(f"{folder}{root}" for folder in folders for root in _ROOTS)
    else:
        specifier, starts = specifier.lstrip("/"), folders
    for start in starts:
        outer, mark, inner = start.rpartition("!/")
        path = posixpath.normpath(posixpath.join(inner, specifier))
        if not path.startswith(".."):
            yield from _spelled_out(outer + mark, "" if path == "." else path)


def _spelled_out(outer: str, path: str) -> Iterator[str]:
    if path:
        yield outer + path
        stem, ending = posixpath.splitext(path)
        for written in _WRITTEN_FOR.get(ending, ()):
            yield f"{outer}{stem}{written}"
        for added in ENDINGS:
            yield f"{outer}{path}{added}"
        path += "/"
    yield f"{outer}{path}{DESCRIPTION}"  # what it says goes before the folder's index
    for ending in ENDINGS:
        yield f"{outer}{path}index{ending}"


def short_name(specifier: str) -> str:
    """The last step of a file's name without its ending, `./x` for `../lib/x.js`; `./` for a folder around the asker.

    Two files that go by one short name need not be the same; one that goes by none of a file's names is another.
    """
    last = specifier.rstrip("/").rpartition("/")[2]
    if last in _PARENTS:
        return "./"
    return f"./{_without_ending(last)}"


def short_names(locator: str) -> frozenset[str]:
    """All short names by which code may name the file at a locator."""
    folder, _, name = locator.rpartition("/")
    stem = _without_ending(name)
    if stem != "index" and name != DESCRIPTION:
        return frozenset({f"./{stem}"})
    around = folder.rpartition("/")[2]
    return frozenset({"./", f"./{stem}", f"./{around}"}) if around else frozenset({"./", f"./{stem}"})


def _without_ending(name: str) -> str:
    return next((name.removesuffix(ending) for ending in ENDINGS if name.endswith(ending)), name)
