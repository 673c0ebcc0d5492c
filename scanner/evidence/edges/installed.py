"""Which installed package a name stands for where it is used: the search that each ecosystem's loader does.

Node looks into `node_modules` of the folder and of every folder around it (https://nodejs.org/api/modules.html).
The others have one set of packages an environment; the nearest one is meant.
"""

from collections.abc import Iterator

from scanner.evidence.edges import Names
from scanner.model.locator import base_name

_NPM = "pkg:npm/"


def installed_package(purl: str, near: str, known: Names) -> str | None:
    """The artifact that describes the installed package which `purl` means at the locator `near`."""
    if not purl.startswith(_NPM):
        return known.nearest(purl, near)
    name = purl.removeprefix(_NPM).replace("%40", "@")
    for folder in folders_around(near):
        described = f"{folder}node_modules/{name}/package.json"
        if known.bears(purl, described):
            return described
    return None


def is_of_program(container: str) -> bool:
    """Whether it is the archive that PyInstaller puts a program's modules into: what lies in it, the program imports
    (https://pyinstaller.org/en/stable/advanced-topics.html, "ZlibArchive")."""
    return bool(container) and base_name(container).lower().startswith("pyz-")


def folders_around(locator: str) -> Iterator[str]:
    """The folders an artifact lies in, innermost first, up to its container or the target; each ends in `/` or is
    empty. Of a program's modules, up to the program."""
    container, mark, inner = locator.rpartition("!/")
    outer = container + mark
    while "/" in inner:
        inner = inner.rpartition("/")[0]
        yield f"{outer}{inner}/"
    yield outer
    if is_of_program(container):
        yield from folders_around(container)
