"""Rows of numbers: indexes for nearest neighbours, arrays, descriptors."""

import json
import struct

from tests.formats.networks.samples.sample import Sample


def numpy_array() -> Sample:
    header = b"{'descr': '<f4', 'fortran_order': False, 'shape': (7, 512), }".ljust(117) + b"\n"
    data = b"\x93NUMPY\x01\0" + struct.pack("<H", len(header)) + header + bytes(64)
    return Sample("a.npy", data, (), ((7, 512),))


def json_rows() -> Sample:
    data = json.dumps([{"label": "a", "descriptors": [[0.5] * 128]}]).encode()
    return Sample("faces.json", data, (), ((-1, 128),))


def embedding_store() -> Sample:
    return Sample("faces.index", b"IxFI" + struct.pack("<iq", 512, 7) + bytes(40), (), ((7, 512),))


def hnswlib_index() -> Sample:
    row = 4 * 128
    numbers = 4 * 32 + 4
    sizes = (0, 1000, 7, numbers + row + 8, numbers + row, numbers, 2, 3, 16, 32, 16, 0.25, 200)
    return Sample("people.bin", struct.pack("<6QiI3QdQ", *sizes) + bytes(64), (), ((7, 128),))


def annoy_index() -> Sample:
    def node(stands_for: int) -> bytes:
        return struct.pack("<i", stands_for) + bytes(8 + 4 * 128)

    return Sample("people.ann", node(1) * 5 + node(3) + node(5), (), ((5, 128),))


SAMPLES = {
    "numpy-array": numpy_array,
    "json-rows": json_rows,
    "embedding-store": embedding_store,
    "hnswlib-index": hnswlib_index,
    "annoy-index": annoy_index,
}
