"""Owners: what a component is called, and which paths inside a target its claims mean."""

import posixpath
import re
from collections.abc import Iterator
from hashlib import sha256

import msgspec

_ROOT = r"(?:(?:^|!/)(?:[^/]+/)?|/diff/|/fs/|/rootfs/)"
"""Where systems begin: a target, an image, a volume in it, a layer of containers."""
_ACCOUNT = re.compile(
    r"(?:^|/)(?:home/[^/]+|(?:Users|Documents and Settings)/(?!Public/|Shared/|All Users/|Default/)[^/]+)/",
    re.I,
)
_OF_ROOT = re.compile(_ROOT + "root/")
_OF_ALL = re.compile(
    _ROOT + r"(?:usr|opt|snap|nix|var/lib|Applications|System|Library|Windows|Program Files[^/]*|ProgramData)/", re.I
)
"""What systems keep at their root for everybody."""
_PROGRAM_FOLDER = re.compile(
    rf"(?:{_ROOT}opt|(?:^|/)(?:Program Files(?: \(x86\))?|AppData/Local/Programs))/"
    r"(?!homebrew/|local/|WindowsApps/|Common Files/)[^/]+(?=/)",
    re.I,
)
"""A folder of a program's own, in those that are there for programs."""
_INSIDE_BUNDLE = re.compile(r"(?<=\.app)/Contents$")
_VERSION_DIGITS = re.compile(r"\d+(\.\d+)*")


class Owner(msgspec.Struct, frozen=True, kw_only=True):
    """A component as far as identity goes; its verdict comes later."""

    locator: str
    name: str
    version: str = ""
    purl: str = ""
    identity: str
    """What stays the same from version to version: purl, bundle or package id, soname, else the path without
    version digits."""
    described_by: str = ""
    """Locator of the artifact that names the package and claims its files, if there is one."""
    publisher: str = ""
    installed_on: str = ""
    installed_for: str = ""
    own_names: tuple[str, ...] = ()
    """For one artifact: the packages that it belongs to inside the component, as a Python package inside a system's."""

    @property
    def id(self) -> str:
        """Short, stable, and safe in a file name or an anchor."""
        return "c-" + sha256(f"{self.identity}\0{self.locator}".encode()).hexdigest()[:12]


def place_of(locator: str) -> tuple[str, str]:
    """The container an artifact lies in, with `!/` (empty in a folder), and the folder inside it, without a slash."""
    container, mark, inner = locator.rpartition("!/")
    return container + mark, (inner if mark else locator).rpartition("/")[0]


def folder_of(locator: str) -> str:
    """The folder an artifact lies in, or the container at whose root it lies; empty at the root of the target. Of an
    app of macOS the app itself."""
    container, folder = place_of(locator)
    return container + _INSIDE_BUNDLE.sub("", folder) if folder else container.removesuffix("!/")


def whole_claimed(path: str) -> str:
    """A claim on a folder, which ends in a slash; of a bundle of macOS that on all of it."""
    return _INSIDE_BUNDLE.sub("", path.removesuffix("/")) + "/"


def claimed_folder(path: str) -> str:
    """The folder, or the container, that a claim means, as a locator; empty for the target itself."""
    return "" if path == "./" else path.removesuffix("/").removesuffix("!")


def account_of(locator: str) -> str:
    """For whom something is there, by where it lies: `user` in the folder of an account, `system` where a system keeps
    what is for everybody, else nothing."""
    if _ACCOUNT.search(locator):
        return "user"
    if _OF_ALL.search(locator):
        return "system"
    return "user" if _OF_ROOT.search(locator) else ""


def program_folder(locator: str) -> str:
    """The folder of its own that a program lies in, by where systems want such folders; empty elsewhere."""
    container, mark, inner = locator.rpartition("!/")
    found = _PROGRAM_FOLDER.search(inner)
    return container + mark + inner[: found.end()] if found else ""


def path_identity(locator: str) -> str:
    """What identifies something that has only a path: that, without digits of versions."""
    return "path:" + _VERSION_DIGITS.sub("", locator)


def claimed_path(locator: str, path: str) -> str:
    """What a claim by the artifact at `locator` means; a folder ends in `/`, the root of a container in `!/`.

    A folder around the target or the container is all of it; of a file outside nothing is left, which no artifact is
    called.
    """
    container, folder = place_of(locator)
    joined = posixpath.normpath(posixpath.join(folder, path))
    if joined.startswith("..") and not path.endswith("/"):
        return ""
    if joined == "." or joined.startswith(".."):
        return container or "./"
    return f"{container}{joined}/" if path.endswith("/") else container + joined


def paths_upward(locator: str) -> Iterator[str]:
    """The artifact, then every folder around it, as claims spell them."""
    yield locator
    path = locator
    while "/" in path:
        path = path.rpartition("/")[0]
        yield f"{path}/"
    yield "./"
