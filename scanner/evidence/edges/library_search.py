"""Which file a loader takes for the name of a native library: the search that each system does, as far as the target
shows it.

    Linux    run path ($ORIGIN), folders of ld.so.conf, /lib, /usr/lib …   (ld.so(8))
    Windows  folder of the program, System32, Windows                      (Dynamic-link library search order)
    Apple    run paths (@rpath, @loader_path), folder of frameworks        (dyld(1))

A target may hold several systems: the folders of a system count from the folder that holds its `usr`, `lib` … What no
rule finds may still be found through a setting of the machine; then the nearest file of the name is meant.
"""

import posixpath
import re
from collections.abc import Iterable, Iterator

from scanner.evidence.edges import Names
from scanner.model.artifact import ArtifactFacts
from scanner.model.observation import RunPath

LOADER_SETTINGS = "loader-settings"
"""The type of the files that say where the loader of a system looks."""

_TOP = re.compile(r"(?:^|(?<=/))(?:usr|lib|lib32|lib64|libx32|bin|sbin|opt|etc|srv|home|var)/")
_SYSTEM_FOLDER = re.compile(r"(?:usr/(?:local/)?)?lib(?:32|64|x32)?(?:/[a-z0-9_]+-linux-[a-z0-9_]+)?/", re.IGNORECASE)
_WINDOWS_FOLDER = re.compile(r"(?:^|/)windows(?:/system32|/syswow64)?/$", re.IGNORECASE)
_OWN_FOLDER = ("$ORIGIN", "${ORIGIN}", "@loader_path", "@executable_path")
_PRIVATE_FOLDERS = ("Frameworks/", ".dylibs/", "lib/", "bin/", "../lib/", "../bin/", "../Frameworks/")
"""Where programs keep their own libraries, seen from the program."""
_CASELESS = frozenset({"pe", "dotnet"})


def system_of(locator: str) -> tuple[str, str]:
    """What stands before the top folders of the system that an artifact lies in, and its folder inside that."""
    container, mark, inner = locator.rpartition("!/")
    folder = inner.rpartition("/")[0]
    folder = f"{folder}/" if folder else ""
    top = _TOP.search(folder)
    at = top.start() if top is not None else 0
    return f"{container}{mark}{folder[:at]}", folder[at:]


def loader_folder(system: str, folder: str) -> str:
    """The name by which a folder of the loader's settings is known."""
    return f"loader-folder:{system}{folder.strip('/')}/"


def found_library(name: str, user: ArtifactFacts, known: Names) -> str | None:
    """The artifact that the loader would take for `name`; None where the target holds no such file."""
    bearers = known.bearers(f"library:{name}")
    if len(bearers) < 2:
        return next(iter(bearers), None)
    here = user.artifact.locator
    best: tuple[int, str] | None = None
    for rank, bearer in _ranked(bearers, user, known):
        if best is None or (rank, bearer) < best:
            best = (rank, bearer)
    return best[1] if best is not None else known.nearest(f"library:{name}", here)


def _ranked(bearers: Iterable[str], user: ArtifactFacts, known: Names) -> Iterator[tuple[int, str]]:
    """Those in a folder that the loader looks into, each with the place of that folder in the search."""
    folders = list(_folders_asked(user))
    is_caseless = user.artifact.type in _CASELESS
    system, _ = system_of(user.artifact.locator)
    for bearer in bearers:
        folder = _folder(bearer)
        asked = folder.lower() if is_caseless else folder
        if asked in folders:
            yield folders.index(asked), bearer
        elif _is_system_folder(bearer, system, known):
            yield len(folders), bearer


def _folders_asked(user: ArtifactFacts) -> Iterator[str]:
    """The folders that come before those of the system, in the order of the search, each with a `/` at its end."""
    own = _folder(user.artifact.locator)
    if user.artifact.type in _CASELESS:
        yield own.lower()
        return
    system, _ = system_of(user.artifact.locator)
    for observation in user.observations:
        if isinstance(observation, RunPath):
            for value in observation.value.split(":"):
                yield from _written(value, own, system)
    for private in _PRIVATE_FOLDERS if user.artifact.type == "macho" else ():
        yield from _joined(own, private)


def _written(value: str, own: str, system: str) -> Iterator[str]:
    """One folder of a run path."""
    for variable in _OWN_FOLDER:
        if value.startswith(variable):
            yield from _joined(own, value.removeprefix(variable).lstrip("/"))
            return
    if value.startswith("/"):
        yield from _joined(system, value.lstrip("/"))


def _joined(folder: str, path: str) -> Iterator[str]:
    """A folder below or beside another one; nothing where it would lead out of the container or the target."""
    container, mark, inner = folder.rpartition("!/")
    joined = posixpath.normpath(posixpath.join(inner, path))
    if not joined.startswith(".."):
        yield container + mark + ("" if joined == "." else f"{joined}/")


def _is_system_folder(bearer: str, system: str, known: Names) -> bool:
    of_bearer, folder = system_of(bearer)
    if _WINDOWS_FOLDER.search(folder):
        return True
    if of_bearer != system:
        return False
    return _SYSTEM_FOLDER.fullmatch(folder) is not None or known.is_borne(loader_folder(system, folder))


def _folder(locator: str) -> str:
    """The folder an artifact lies in, with a `/` at its end; what lies at the root of a container has `!/`."""
    return locator[: locator.rfind("/") + 1]
