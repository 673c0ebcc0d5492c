"""Firmware that is packed or encrypted as a whole: told, so that nobody takes it for looked at.

Makers of cameras encrypt their updates. Such a file has no mark: it has a name of firmware, and bytes as random as only
compression and encryption make them from its beginning to its end.
"""

from collections.abc import Iterator

from scanner.containers import Member, firmware
from scanner.model.source import Budget, Info, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="packed-firmware",
    version=1,
    line="Files with a name of firmware that are packed or encrypted as a whole: told",
    specification="https://en.wikipedia.org/wiki/Entropy_(information_theory)",
    limits="Nothing inside is read.",
    suffixes=firmware.NAMES,
)
RANDOM_ACCESS = True
WHOLE = False

_GRAPHS = (".xml", ".param", ".json")
"""Endings of what describes a network whose weights lie beside it."""


def wants(name: str, head: bytes) -> bool:
    """Whether it has a name of firmware and does not begin like a file of another kind."""
    return firmware.wants(name, head)


def confirms(source: Source) -> bool:
    """Whether it is random throughout, no part of firmware begins in it, and no network has it for its weights."""
    stem = source.name.rpartition(".")[0]
    if any(source.group(stem + ending) is not None for ending in _GRAPHS):
        return False
    return firmware.is_packed(source.view()) and not firmware.has_parts(source)


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """None. Raises `Unreadable`, which tells the size."""
    budget.spend_items()
    yield from ()
    raise Unreadable(
        Cause.UNSUPPORTED,
        f"All of its {source.size:,} bytes look packed or encrypted in a way that frscan does not know; they were not "
        "read.",
    )
