"""Git LFS pointers: small text files that stand where a large file should be and was not fetched."""

from collections.abc import Iterator

from scanner.model.observation import Observation
from scanner.model.source import Budget, Info, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="git-lfs-pointer",
    version=1,
    line="Git LFS pointers: files whose content lies on a server and was not fetched",
    specification="https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md",
    limits="The content is not here and is not fetched; it is listed as not read.",
    magics=(Magic(b"version https://git-lfs.github.com/spec/v1\n"),),
)
_LONGEST_BYTES = 1024
"""By the specification a pointer is shorter."""


def wants(name: str, head: bytes) -> bool:  # noqa: ARG001  (the contract's)
    """Whether it is a pointer and not a text about pointers."""
    return len(head) < _LONGEST_BYTES and b"\noid " in head


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Nothing is to be read.

    Raises:
        Unreadable: Always (vanished): the content is elsewhere.
    """
    budget.spend_items()
    yield from ()
    size = _size(bytes(source.view(0, _LONGEST_BYTES)))
    raise Unreadable(
        Cause.VANISHED,
        f"This is a Git LFS pointer to a file{size}; its content is not here. Fetch it with `git lfs pull` and "
        "scan again.",
    )


def _size(text: bytes) -> str:
    value = next((line[5:] for line in text.split(b"\n") if line.startswith(b"size ")), b"")
    return f" of {int(value):,} bytes" if value.isdigit() and len(value) < 20 else ""
