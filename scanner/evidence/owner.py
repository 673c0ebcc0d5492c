"""Owners: what a component is called, and which paths inside a target its claims mean."""

import posixpath
from collections.abc import Iterator
from hashlib import sha256

import msgspec


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
    """The folder an artifact lies in, or the container at whose root it lies; empty at the root of the target."""
    container, folder = place_of(locator)
    return container + folder if folder else container.removesuffix("!/")


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
