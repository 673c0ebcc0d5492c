"""Carthage: frameworks that Apple projects ask for (Cartfile) and lock (Cartfile.resolved)."""

import re
from collections.abc import Iterator

from scanner.formats.packages.purls import package_purl
from scanner.formats.text_lines import numbered_lines
from scanner.model.observation import Observation, Package
from scanner.model.source import Budget, Info, Source
from scanner.model.vocabulary import Scope

INFO = Info(
    name="carthage",
    version=1,
    line="Carthage: repositories and frameworks that Apple projects ask for and lock",
    specification="https://github.com/Carthage/Carthage/blob/master/Documentation/Artifacts.md",
    limits="What a framework asks for itself is not in these files; one given by an address is named by its last part.",
    names=("cartfile", "cartfile.private", "cartfile.resolved"),
)

_LINE = re.compile(r'(github|git|binary)\s+"([^"\s]{1,300})"(?:\s+(?:==\s*)?"?v?([\w.+-]{1,60})"?)?')
_ADDRESS = re.compile(
    r"(?:\w{1,10}://)?(?:[^@/\s]{1,60}@)?([A-Za-z0-9.-]{1,200})[:/]+([\w.~/-]{1,300}?)(?:\.git|\.json)?/?"
)
_EXACT = re.compile(r"\d[\w.+-]*")


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield each repository as declared, `pkg:swift/host/owner/name` as Swift's own packages are.

    Raises:
        Unreadable: limit, when the file is larger than 32 MiB.
    """
    scope = Scope.DEV if source.name.lower().endswith(".private") else Scope.RUNTIME
    for number, line in numbered_lines(source, budget):
        asked = _LINE.match(line.strip())
        address = _ADDRESS.fullmatch(asked[2]) if asked else None
        if not asked or not address:
            continue
        # `github "owner/name"` leaves out the host.
        is_short = asked[1] == "github" and asked[2].count("/") == 1
        path = f"github.com/{asked[2]}" if is_short else f"{address[1]}/{address[2]}"
        owner, _, name = path.rpartition("/")
        purl = package_purl("swift", name, owner)
        if purl is not None:
            version = asked[3] if asked[3] and _EXACT.fullmatch(asked[3]) else ""
            yield Package(purl=purl, version=version, role="declares", scope=scope, place=f"line {number}")
