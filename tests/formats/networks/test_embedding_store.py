import json
import pickle
import struct
from typing import Any

import pytest

from scanner.formats.networks import embedding_store, json_rows, numpy_array, opencv_storage, pytorch
from scanner.model.observation import Network
from tests.formats.reading import read
from tests.sources import BytesSource


class _Array:
    """Pickles as an array of NumPy does: a call of its maker, and a state of version, shape, type, order and bytes."""

    def __init__(self, *shape: int) -> None:
        self._shape = shape

    def __reduce__(self) -> tuple[Any, ...]:
        return _made, ((0,), b"b"), (1, self._shape, _Type(), False, bytes(8))


class _Whole:
    def __reduce__(self) -> tuple[Any, ...]:
        return _made, ("i8", False, True)


class _Type:
    def __reduce__(self) -> tuple[Any, ...]:
        return _made, ("f8", False, True)


def _made(*_arguments: object) -> "_Made":
    raise AssertionError("a pickle was obeyed")


def _frombuffer(*_arguments: object) -> "_Made":
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


PEOPLE = ("Ada", "alan_turing", "Grace Hopper", "mark", "Faith", "person_7", "\u674e")


@pytest.mark.parametrize("name", ["encodings.pickle", "data.pkl"])
@pytest.mark.parametrize("shape", [(128,), (1, 512)])
def test_a_key_that_may_be_a_person_is_never_told(name, shape):
    kept = {person: _Array(*shape) for person in PEOPLE}
    data = pickle.dumps(kept, protocol=4)
    for reader in (embedding_store, pytorch):
        found = [seen for seen in read(reader, BytesSource(name, data)) if isinstance(seen, Network)]
        assert not [person for person in PEOPLE if person in str(found)]


def test_rows_under_keys_are_told_by_their_layout_alone():
    (store,) = stores({person: _Array(128) for person in PEOPLE})
    assert (store.outputs[0].shape, store.names, store.strings) == (
        (7, 128),
        ("made_with",),
        ("layout=rows under keys",),
    )


def test_records_with_lists_of_numbers_are_a_store():
    record = {"identity": "people/ada.jpg", "hash": "00", "embedding": [0.25] * 4096, "target_x": 3}
    data = pickle.dumps([record, record], protocol=4)
    (store,) = [seen for seen in read(embedding_store, BytesSource("a.pkl", data)) if isinstance(seen, Network)]
    assert (store.outputs[0].shape[1], store.strings) == (4096, ("layout=records of rows",))
    assert {"embedding", "identity"} <= set(store.names)
    assert "ada" not in str(store)


def test_what_a_network_keeps_is_told_as_a_network():
    for kept in ({"fc.weight": _Array(512, 128)}, {"conv": _Array(64, 3, 3, 3), "end": _Array(512, 128)}):
        (network,) = stores(kept)
        assert (network.framework, network.weights.get("128x512")) == ("pickle", 1)


def test_pictures_of_people_under_their_names_tell_no_name():
    pictures = {person: _Array(4, 160, 160, 3) for person in PEOPLE}
    for reader in (embedding_store, pytorch):
        data = pickle.dumps({**pictures, "made_with": "numpy"}, protocol=4)
        found = read(reader, BytesSource("data.pkl" if reader is pytorch else "a.pkl", data))
        assert found
        assert not [person for person in PEOPLE if person in str(found)]


def test_an_array_of_objects_is_walked_as_a_pickle():
    people = pickle.dumps({**{person: _Array(512) for person in PEOPLE}, "made": "numpy"}, protocol=4)
    header = b"{'descr': '|O', 'fortran_order': False, 'shape': (), }".ljust(117) + b"\n"
    data = b"\x93NUMPY\x01\0" + struct.pack("<H", len(header)) + header + people
    (store,) = read(numpy_array, BytesSource("faces.npy", data))
    assert isinstance(store, Network)
    assert (store.outputs[0].shape, store.strings) == ((7, 512), ("layout=rows under keys",))
    assert not [person for person in PEOPLE if person in str(store)]


def test_arrays_as_the_newest_protocol_has_them_are_rows():
    class Newest(_Array):
        def __reduce__(self) -> tuple[Any, ...]:
            return _frombuffer, (b"", _Type(), self._shape, "C")

    (store,) = stores({"encodings": [Newest(128), Newest(128)], "names": ["Ada"]})
    assert (store.outputs[0].shape, store.outputs[0].type) == ((2, 128), "float64")


def test_labels_and_texts_in_arrays_are_no_rows():
    class Labels(_Array):
        def __reduce__(self) -> tuple[Any, ...]:
            return _made, ((0,), b"b"), (1, (300,), _Whole(), False, bytes(8))

    (store,) = stores({"embeddings": [_Array(128)], "labels": Labels(300)})
    assert store.outputs[0].shape == (1, 128)


def test_texts_beside_a_few_numbers_in_a_file_of_a_framework_are_not_told():
    data = pickle.dumps({"names": ["Ada Lovelace"], "thresholds": _Array(5), "owner": "Ada"}, protocol=2)
    assert "Ada" not in str(read(pytorch, BytesSource("data.pkl", data)))


def test_descriptors_in_json_are_told_by_their_width():
    people = [{"label": "Ada Lovelace", "descriptors": [[0.5] * 128]}]
    data = json.dumps(people).encode()
    assert json_rows.wants("a.json", data[:4096])
    (store,) = read(json_rows, BytesSource("a.json", data))
    assert isinstance(store, Network)
    assert (store.outputs[0].shape, store.names) == ((-1, 128), ("descriptors", "label"))
    assert "Ada" not in str(store)


def test_short_rows_and_words_in_json_are_no_store():
    assert read(json_rows, BytesSource("a.json", b'{"features": [1, 2, 3]}')) == []
    assert not json_rows.wants("a.json", b'{"features": ["a", "b"]}')


def test_a_recogniser_of_opencv_tells_no_key_of_its_own():
    text = b"%YAML:1.0\n---\nopencv_lbphfaces:\n  threshold: 1.\n"
    text += b"  labelsInfo:\n    - { label:0, value:Ada }\nada: !!opencv-matrix\n"
    (found,) = read(opencv_storage, BytesSource("a.yml", text))
    assert isinstance(found, Network)
    assert "opencv_lbphfaces" in found.names
    assert "ada" not in str(found).lower()


def test_no_name_of_a_person_is_told():
    people = {f"person_{n}": _Array(512) for n in range(40)}
    assert "person" not in str(stores(people))
    assert "Ada" not in str(stores({"encodings": [_Array(128)], "names": ["Ada"]}))


def test_a_pickle_without_rows_is_no_store():
    assert stores({"settings": [1, 2, 3], "names": ["a"]}) == []


def test_a_pickle_that_names_no_maker_of_arrays_is_not_walked():
    data = pickle.dumps({"points": [_Array(128)]}, protocol=4)
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
