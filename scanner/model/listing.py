"""Listings: products of a list of software, packed by the thousand.

A list may have millions of rows. Equal rows are one product that says how often it stands there; products travel and
are kept as compressed blocks, about twenty bytes each, and are only spelled out one block at a time.
"""

import zlib
from collections.abc import Iterable, Iterator

import msgspec

from scanner.model.observation import Listing, Observation, Product

BLOCK = 2000
"""Products in a listing."""
MAX_ROWS_SHOWN = 3
_BLOCK_BYTES = 64 << 20
"""More than any block is when unpacked; what claims to be larger is not one of ours."""


class Row(msgspec.Struct, frozen=True, array_like=True):
    """A product of the list, with all equal rows."""

    name: str
    publisher: str
    version: str
    ids: tuple[str, ...]
    department: str
    """Whose it is, where the list says so."""
    times: int
    rows: tuple[int, ...]
    """Numbers of the first rows, at most `MAX_ROWS_SHOWN`."""


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(tuple[str, list[Row]])


def packed(rows: list[Row], unit: str) -> Listing:
    """A block of products; `unit` is what the list calls an entry: row, line …"""
    place = f"{unit}s {rows[0].rows[0]:,} to {rows[-1].rows[0]:,}"
    return Listing(place=place, products=zlib.compress(_encoder.encode((unit, rows)), 1))


def unpacked(listing: Listing) -> Iterator[Product]:
    """The products, each with its rows as the place."""
    data = zlib.decompressobj().decompress(listing.products, _BLOCK_BYTES)
    unit, rows = _decoder.decode(data)
    for row in rows:
        yield Product(
            name=row.name,
            publisher=row.publisher,
            version=row.version,
            ids=row.ids,
            role="registered",
            times=row.times,
            place=_place(row, unit),
        )


def spelled_out(observations: Iterable[Observation]) -> Iterator[Observation]:
    """The same observations, with every listing as the products in it."""
    for observation in observations:
        if isinstance(observation, Listing):
            yield from unpacked(observation)
        else:
            yield observation


def _place(row: Row, unit: str) -> str:
    numbers = [f"{number:,}" for number in row.rows]
    more = row.times - len(numbers)
    if more > 0:
        numbers.append(f"{more:,} more")
    named = f"{unit} {numbers[0]}" if row.times == 1 else f"{unit}s {', '.join(numbers[:-1])} and {numbers[-1]}"
    return f"{named} ({row.department})" if row.department else named
