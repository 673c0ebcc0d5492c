"""NumPy arrays (.npy, and those inside an .npz): shape and type of the rows; not one number is read.

Specification: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
"""

import ast
import re
from collections.abc import Iterator

from scanner.formats.networks.embedding_store import store_of
from scanner.formats.networks.pickle_values import Unpickled
from scanner.formats.networks.pickled_weights import weights_in
from scanner.formats.networks.stored_rows import held_in
from scanner.model.network import Tensor
from scanner.model.observation import Network, Observation
from scanner.model.source import Budget, Info, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="numpy-array",
    version=3,
    line="NumPy arrays (.npy, .npz): shape and type",
    specification="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html",
    limits="Numbers are not read. Arrays of objects are pickles, which are walked and never obeyed.",
    magics=(Magic(b"\x93NUMPY"),),
    proves_type=True,
)
_LONGEST_HEADER = 10_000
_KINDS = {"f": "float", "i": "int", "u": "uint", "b": "bool", "U": "text", "S": "bytes", "O": "object"}


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the array as a store of rows.

    Raises:
        Unreadable: damaged.
    """
    budget.spend_items()
    width = 2 if source.head[6:7] == b"\x01" else 4
    length = int.from_bytes(source.view(8, width), "little")
    if length > _LONGEST_HEADER:
        raise Unreadable(Cause.DAMAGED, "The header of the array is longer than there can be.")
    try:
        written = bytes(source.view(8 + width, length)).decode("latin-1").strip()
        # Python 2 wrote a letter behind whole numbers.
        told = ast.literal_eval(re.sub(r"(\d)L\b", r"\1", written))
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError) as error:
        raise Unreadable(Cause.DAMAGED, "The header of the array is not what it should be.") from error
    shape = told.get("shape") if isinstance(told, dict) else None
    if not isinstance(shape, tuple) or not all(isinstance(axis, int) and axis >= 0 for axis in shape):
        raise Unreadable(Cause.DAMAGED, "The header of the array tells no shape.")
    kind = str(told.get("descr", "")).lstrip("<>|=")
    name = _KINDS.get(kind[:1], "")
    number_type = f"{name}{8 * int(kind[1:])}" if kind[1:].isdecimal() and name in ("float", "int", "uint") else name
    if name == "object":
        yield from _objects(source, 8 + width + length, budget)
        return
    yield Network(
        framework="numpy",
        name=source.name.removesuffix(".npy"),
        outputs=(Tensor("rows", shape[:16], number_type),),
        place="header",
    )


def _objects(source: Source, at: int, budget: Budget) -> Iterator[Network]:
    """What a pickled array holds: rows of numbers beside names, or the weights of a network."""
    value = Unpickled(source.view(), at, budget).value()
    held = held_in(value, budget)
    if held.rows is not None:
        yield store_of(held.rows)
    elif held.has_weights:
        yield weights_in(value, budget)
