"""Receipts of macOS: which installer packages were installed (`/private/var/db/receipts`)."""

from collections.abc import Iterator
from datetime import datetime

from scanner.formats.property_list import BINARY, property_list
from scanner.model.observation import Observation, Product
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="macos-receipt",
    version=1,
    line="Receipts of macOS: packages that an installer put on the system",
    specification="https://keith.github.io/xcode-man-pages/pkgutil.1.html",
    limits="The list of past installations (InstallHistory.plist), which also names what is gone, is not read.",
    suffixes=(".plist",),
)
_MARKS = (b"PackageIdentifier", b"PackageVersion")


def wants(_name: str, head: bytes) -> bool:
    """Whether it is a property list with the keys of a receipt."""
    return (head.startswith(BINARY) or b"<plist" in head) and all(mark in head for mark in _MARKS)


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the package by its identifier.

    Raises:
        Unreadable: damaged, when it is no property list; limit, when it is too large.
    """
    tree = property_list(bytes(source.view()), budget)
    name, version = tree.get("PackageIdentifier"), tree.get("PackageVersion")
    if not isinstance(name, str) or not name:
        return
    day = tree.get("InstallDate")
    yield Product(
        name=name,
        version=version if isinstance(version, str) else "",
        installed_on=day.date().isoformat() if isinstance(day, datetime) else "",
        installed_for="system",
        ids=(name,),
        place="PackageIdentifier",
    )
