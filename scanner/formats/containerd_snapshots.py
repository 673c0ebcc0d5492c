"""What containerd notes of the layers of containers that it keeps: a database that is told and not read."""

from collections.abc import Iterator

from scanner.model.observation import Observation
from scanner.model.source import Budget, Info, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="containerd-snapshots",
    version=1,
    line="containerd's register of layers: told and not read",
    specification="https://github.com/containerd/containerd/blob/main/docs/snapshotters/README.md",
    limits="Which layer lies over which is not known, so each is read as a system of its own.",
    names=("metadata.db",),
)

_PAGE_MARK = b"\xed\xda\x0c\xed"
"""Of a bbolt database, behind the head of its first page."""


def wants(_name: str, head: bytes) -> bool:
    """Whether it is a database of that kind."""
    return head[16:20] == _PAGE_MARK


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Raise `Unreadable`: no library that is kept well reads such databases without Go."""
    budget.spend_items()
    yield from ()
    raise Unreadable(
        Cause.UNSUPPORTED,
        f"Which layers of containers lie over which is told in these {source.size:,} bytes, which frscan cannot read: "
        "each layer was examined by itself, also what another one hides or removes.",
    )
