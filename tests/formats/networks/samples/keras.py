"""Keras: the description, and HDF5 as it stands in files of Keras."""

import json
import struct

from scanner.model.network import Shape
from tests.formats.networks.samples.sample import WEIGHTS, Sample


def keras_config() -> Sample:
    layers = [
        {"class_name": "InputLayer", "config": {"name": "x", "batch_shape": [None, 14, 14, 3]}, "inbound_nodes": []},
        {"class_name": "Conv2D", "config": {"name": "m", "filters": 8}, "inbound_nodes": [[["x", 0, 0, {}]]]},
        {"class_name": "Dense", "config": {"name": "y", "units": 16}, "inbound_nodes": [[["m", 0, 0, {}]]]},
    ]
    tree = {"class_name": "Functional", "config": {"name": "ours", "layers": layers, "output_layers": [["y", 0, 0]]}}
    kinds = {"convolution": 1, "fully-connected": 1}
    return Sample("config.json", json.dumps(tree).encode(), ((-1, 14, 14, 3),), ((-1, 16),), kinds)


def hdf5() -> Sample:
    """A root group with two data sets: superblock of version 0, one B-tree, one node, one heap."""

    def header(*messages: tuple[int, bytes]) -> bytes:
        parts = b"".join(struct.pack("<HHI", kind, len(data), 0) + data for kind, data in messages)
        return struct.pack("<BBHII4x", 1, 0, len(messages), 1, len(parts)) + parts

    def dataspace(shape: Shape) -> bytes:
        return struct.pack("<BBBx4x", 1, len(shape), 0) + struct.pack(f"<{len(shape)}Q", *shape)

    names = b"\0" * 8 + b"kernel:0".ljust(16, b"\0") + b"fc".ljust(8, b"\0")
    root, tree, node, heap, texts = 96, 256, 320, 480, 544
    first, second = 640, 768
    out = bytearray(1024)
    out[:16] = b"\x89HDF\r\n\x1a\n\0\0\0\0\0\x08\x08\0"
    struct.pack_into("<QQQQ", out, 40, len(out), 0, 0, root)
    pieces = {
        root: header((0x11, struct.pack("<QQ", tree, heap))),
        tree: b"TREE\0\0" + struct.pack("<HQQQQ", 1, 0, 0, 0, node),
        node: b"SNOD\1\0" + struct.pack("<HQQ24xQQ24x", 2, 8, first, 24, second),
        heap: b"HEAP\0\0\0\0" + struct.pack("<QQQ", len(names), 0, texts),
        texts: names,
        first: header((1, dataspace((3, 3, 3, 8)))),
        second: header((1, dataspace((8, 16)))),
    }
    for at, piece in pieces.items():
        out[at : at + len(piece)] = piece
    return Sample("a.h5", bytes(out), weights=WEIGHTS)


def _new_header(*messages: tuple[int, bytes]) -> bytes:
    parts = b"".join(struct.pack("<BHB", kind, len(data), 0) + data for kind, data in messages)
    return b"OHDR\2\x02" + struct.pack("<I", len(parts)) + parts + bytes(4)


def hdf5_of_the_newer_kind() -> bytes:
    """The same: superblock of version 3, headers of version 2, members in a heap of one block, named by one tree."""

    def link(name: bytes, at: int) -> bytes:
        return struct.pack("<BBB", 1, 0, len(name)) + name + struct.pack("<Q", at)

    def dataspace(shape: Shape) -> bytes:
        return struct.pack("<4B", 2, len(shape), 0, 1) + struct.pack(f"<{len(shape)}Q", *shape)

    root, heap, block, tree, leaf, first, second = 64, 128, 320, 448, 512, 576, 640
    head = b"FHDB\0" + struct.pack("<QI", heap, 0) + bytes(4)
    links = [link(b"kernel:0", first), link(b"fc", second)]
    records = b""
    for number, one in enumerate(links):
        offset = len(head) + sum(map(len, links[:number]))
        records += bytes(4) + b"\0" + struct.pack("<IH", offset, len(one))
    table = struct.pack("<HQQHHQH", 4, 512, 4096, 32, 1, block, 0)
    pieces = {
        0: b"\x89HDF\r\n\x1a\n\3\x08\x08\0" + struct.pack("<QQQQ", 0, (1 << 64) - 1, 768, root),
        root: _new_header((2, struct.pack("<BBQQ", 0, 0, heap, tree))),
        heap: b"FRHP\0" + struct.pack("<HHBI", 7, 0, 0, 4096) + bytes(96) + table,
        block: head + b"".join(links),
        tree: b"BTHD\0\5" + struct.pack("<IHHBBQHQ", 512, 11, 0, 100, 40, leaf, 2, 2),
        leaf: b"BTLF\0\5" + records,
        first: _new_header((1, dataspace((3, 3, 3, 8)))),
        second: _new_header((1, dataspace((8, 16)))),
    }
    out = bytearray(768)
    for at, piece in pieces.items():
        out[at : at + len(piece)] = piece
    return bytes(out)


def hdf5_with_numbers(blocks: list[bytes]) -> bytes:
    """A root group of the newer kind with one data set for each block, which lies in one piece."""

    out = bytearray(512)
    links = []
    for number, block in enumerate(blocks):
        layout = struct.pack("<BBQQ", 3, 1, len(out), len(block))
        out += block
        links.append((6, struct.pack("<BBB", 1, 0, 1) + b"%d" % number + struct.pack("<Q", len(out))))
        out += _new_header((8, layout))
    out[:48] = b"\x89HDF\r\n\x1a\n\3\x08\x08\0" + struct.pack("<QQQQ", 0, (1 << 64) - 1, len(out), 48) + bytes(4)
    root = _new_header(*links)
    out[48 : 48 + len(root)] = root
    return bytes(out)


SAMPLES = {
    "keras-config": keras_config,
    "hdf5": hdf5,
}
