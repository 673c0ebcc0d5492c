"""Darknet weights (.weights): that they are such, and how many numbers; their shapes stand in the .cfg beside them.

Source: https://github.com/pjreddie/darknet/blob/master/src/parser.c (save_weights_upto)
"""

from collections.abc import Iterator

from scanner.model.observation import Network, Observation
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="darknet-weights",
    version=1,
    line="Darknet weights (.weights): that they are such, and how many numbers",
    specification="https://github.com/pjreddie/darknet/blob/master/src/parser.c",
    limits="What the numbers are for is told by the .cfg file alone.",
    suffixes=(".weights",),
)
_NEWEST = 5
"""The highest minor version that was seen."""
_NUMBER_BYTES = 4


def wants(name: str, head: bytes) -> bool:  # noqa: ARG001  (the contract's)
    """Whether it begins with a version that was in use."""
    major, minor, revision = (int.from_bytes(head[at : at + 4], "little") for at in (0, 4, 8))
    return len(head) > 16 and major == 0 and 0 < minor <= _NEWEST and revision < 16


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the network.

    Raises:
        Unreadable: limit.
    """
    budget.spend_items()
    header = 20 if int.from_bytes(source.head[4:8], "little") >= 2 else 16
    parameters = max(source.size - header, 0) // _NUMBER_BYTES
    yield Network(framework="darknet", parameters=parameters, place="header")
