import pickle
import struct
from typing import Any

from scanner.formats.networks import embedding_store
from scanner.model.observation import Network
from tests.formats.reading import read
from tests.sources import BytesSource


class _Array:
    """Pickles as an array of NumPy does: a call of its maker, and a state of version, shape, type, order and bytes."""

    def __init__(self, *shape: int) -> None:
        self._shape = shape

    def __reduce__(self) -> tuple[Any, ...]:
        return _made, ((0,), b"b"), (1, self._shape, _Type(), False, bytes(8))


class _Type:
    def __reduce__(self) -> tuple[Any, ...]:
        return _made, ("f8", False, True)


def _made(*_arguments: object) -> "_Made":
    raise AssertionError("a pickle was obeyed")


class _Made:
    def __setstate__(self, state: object) -> None:
        raise AssertionError("a pickle was obeyed")


def stores(value: dict[str, object], name: str = "encodings.pickle") -> list[Network]:
    data = pickle.dumps({**value, "made_with": "numpy"}, protocol=4)
    assert embedding_store.wants(name, data[:4096])
    return [seen for seen in read(embedding_store, BytesSource(name, data)) if isinstance(seen, Network)]


def test_rows_beside_names_are_told_by_shape_and_keys():
    (store,) = stores({"encodings": [_Array(128), _Array(128)], "names": ["Ada Lovelace", "Alan Turing"]})
    assert (store.outputs[0].shape, store.names) == ((2, 128), ("encodings", "made_with", "names"))


def test_no_name_of_a_person_is_told():
    people = {f"person_{n}": _Array(512) for n in range(40)}
    assert "person" not in str(stores(people))
    assert "Ada" not in str(stores({"encodings": [_Array(128)], "names": ["Ada"]}))


def test_a_pickle_without_rows_is_no_store():
    assert stores({"settings": [1, 2, 3], "names": ["a"]}) == []


def test_a_pickle_that_names_no_maker_of_arrays_is_not_walked():
    data = pickle.dumps({"encodings": [_Array(128)]}, protocol=4)
    assert read(embedding_store, BytesSource("a.pickle", data)) == []


def test_short_rows_are_no_embeddings():
    assert stores({"points": [_Array(3)] * 9}) == []


def test_an_index_tells_rows_and_their_width():
    data = b"IHNf" + struct.pack("<iq", 128, 1000) + bytes(64)
    (store,) = read(embedding_store, BytesSource("faces.faiss", data))
    assert isinstance(store, Network)
    assert store.outputs[0].shape == (1000, 128)


def test_letters_alone_are_no_index():
    assert not embedding_store.wants("a.bin", b"IxFI" + bytes(40))
    assert not embedding_store.wants("a.txt", b"IxFI are four letters")
