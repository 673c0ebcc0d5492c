"""Swift packages: what Package.swift asks for literally, and what Package.resolved locked."""

import re
from collections.abc import Iterator

from scanner.formats.json_tree import entries, json_object, part, word
from scanner.formats.packages.purls import package_purl
from scanner.formats.text_lines import text_of
from scanner.model.observation import Observation, Package
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="swift-package",
    version=1,
    line="Swift packages: repositories that a project asks for and locks",
    specification="https://docs.swift.org/package-manager/PackageDescription/PackageDescription.html",
    limits="Names that Swift code puts together are not read.",
    names=("package.swift", "package.resolved"),
)

_ASKED = re.compile(
    r"""\.package\(\s{0,40}(?:name:\s{0,9}"[^"]{0,200}",\s{0,40})?url:\s{0,9}"([^"]{1,300})"(?:,\s{0,40}(?:exact:|\.exact\()\s{0,9}"([^"]{1,60})")?"""
)
_ADDRESS = re.compile(
    r"(?:https?://|ssh://|git://)?(?:[^@/\s]{1,60}@)?([A-Za-z0-9.-]{1,200})[:/]+([\w.~/-]{1,300}?)(?:\.git)?/?"
)


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield each package as declared, `pkg:swift/host/owner/name`.

    Raises:
        Unreadable: limit, when the file is too large; damaged, when Package.resolved is no JSON object.
    """
    if source.name.lower() == "package.swift":
        text = text_of(source, budget, 4 * 1024 * 1024)
        for asked in _ASKED.finditer(text):
            budget.spend_items()
            line = text.count("\n", 0, asked.start()) + 1
            yield from _package(asked[1], asked[2] or "", f"line {line}")
        return
    tree = json_object(source, budget)
    for holder, prefix in ((tree, "pins"), (part(tree, "object"), "object.pins")):
        for number, pin in entries(holder, "pins"):
            budget.spend_items()
            address = word(pin, "location") or word(pin, "repositoryURL")
            yield from _package(address, word(part(pin, "state"), "version"), f"{prefix}[{number}]")


def _package(address: str, version: str, place: str) -> Iterator[Package]:
    found = _ADDRESS.fullmatch(address)
    if found is None:
        return
    owner, _, name = f"{found[1]}/{found[2]}".rpartition("/")
    purl = package_purl("swift", name, owner)
    if purl is not None:
        yield Package(purl=purl, version=version, role="declares", place=place)
