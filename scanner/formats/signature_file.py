"""Signature files, of this project or another copy of it, and YARA rules: they describe software and hold none."""

import re
from collections.abc import Iterator

from scanner.model.observation import Observation
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="signature-file",
    version=1,
    line="Signatures of frscan and YARA rules: what stands in them describes software, so it counts as a mention",
    specification="signatures/README.md; https://yara.readthedocs.io",
    limits="They are known by the keys that every one of them has.",
    suffixes=(".yaml", ".yar", ".yara"),
    proves_type=True,
)

_KEYS = (b"\nvendor: ", b"\nkind: ", b"\nsummary: ", b"\nindicators:")
_RULE = re.compile(rb"^(?:private |global )*rule \w+", re.MULTILINE)


def wants(name: str, head: bytes) -> bool:
    """Whether the file has the keys of a signature, or holds a rule."""
    if name.endswith(".yaml"):
        return head.startswith(b"id: ") and all(key in head for key in _KEYS)
    return _RULE.search(head) is not None


def observe(_source: Source, _budget: Budget) -> Iterator[Observation]:
    """Yield nothing: a description is no fact about software."""
    yield from ()
