"""Rows of numbers beside names, as JSON: descriptors that web pages and scripts keep of people.

Only how wide a row is, and the words of programs among the keys, are told: of the first pieces of the file, not one
number or name.
"""

import re
from collections.abc import Iterator

from scanner.formats.networks.blueprint import text_of
from scanner.formats.networks.stored_rows import is_of_programs
from scanner.formats.standing_names import sights_of
from scanner.model.network import Tensor
from scanner.model.observation import Network, Observation
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="json-rows",
    version=1,
    line="Rows of numbers under keys such as embedding or descriptors in JSON; by their width alone",
    specification="https://www.rfc-editor.org/rfc/rfc8259",
    limits="Rows and names are not read; how many rows there are is not counted.",
    suffixes=(".json",),
)
_BEGINNING_BYTES = 256 << 10
_ROW = re.compile(
    rb'"(?:\w{0,30}(?:descriptor|embedding|encoding|feature)s?\w{0,10}|vector)"\s*:\s*(?:\[\s*|\{\s*"0"\s*:\s*){1,2}-?\d',
    re.IGNORECASE,
)
_WORDS = (b"descriptor", b"embedding", b"encoding", b"feature", b"vector")
_KEY = re.compile(rb'"([A-Za-z_-]{1,40})"\s*:')
_SHORTEST_ROW, _WIDEST_ROW = 32, 65_536


def wants(name: str, head: bytes) -> bool:  # noqa: ARG001  (the contract's)
    """Whether a row of numbers begins under such a key; most files have none of the words at all."""
    plain = head.lower()
    return any(_ROW.match(head, plain.rfind(b'"', 0, at)) for word in _WORDS for at in sights_of(plain, word))


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the store, if its first row is as wide as embeddings are.

    Raises:
        Unreadable: limit.
    """
    size = min(source.size, _BEGINNING_BYTES)
    budget.spend_bytes(size)
    text = bytes(source.view(0, size))
    row = _ROW.search(text)
    if row is None:
        return
    end = min((at for at in (text.find(b"]", row.end()), text.find(b"}", row.end())) if at >= 0), default=size)
    width = 1 + text.count(b",", row.end(), end)
    budget.spend_items(width)
    if not _SHORTEST_ROW <= width <= _WIDEST_ROW:
        return
    keys = {text_of(found.group(1)) for found in _KEY.finditer(text)}
    yield Network(
        framework="json-rows",
        outputs=(Tensor("rows", (-1, width), "float64"),),
        names=tuple(sorted(filter(is_of_programs, keys))),
        place="first row",
    )
