"""MXNet: graph and weights."""

import json
import struct

from scanner.model.network import Shape
from tests.formats.networks.samples.sample import CONV, DENSE, WEIGHTS, Sample


def mxnet_symbol() -> Sample:
    nodes = [
        {"op": "null", "name": "data", "inputs": []},
        {"op": "null", "name": "m_weight", "inputs": []},
        {"op": "Convolution", "name": "m", "attrs": {"num_filter": "8"}, "inputs": [[0, 0, 0], [1, 0, 0]]},
        {"op": "FullyConnected", "name": "y", "attrs": {"num_hidden": "16"}, "inputs": [[2, 0, 0]]},
    ]
    data = json.dumps({"nodes": nodes, "heads": [[3, 0, 0]]}).encode()
    return Sample("a-symbol.json", data, ((),), ((1, 16),), {"convolution": 1, "fully-connected": 1})


def mxnet_params() -> Sample:
    def array(shape: Shape) -> bytes:
        size = 4
        for axis in shape:
            size *= axis
        head = struct.pack("<IiI", 0xF993FAC9, 0, len(shape)) + struct.pack(f"<{len(shape)}q", *shape)
        return head + struct.pack("<iii", 1, 0, 0) + bytes(size)

    names = b"".join(struct.pack("<Q", len(name)) + name for name in (b"arg:m_weight", b"arg:y_weight"))
    data = struct.pack("<QQQ", 0x112, 0, 2) + array(CONV) + array(DENSE) + struct.pack("<Q", 2) + names
    return Sample("a.params", data, weights=WEIGHTS)


SAMPLES = {
    "mxnet-symbol": mxnet_symbol,
    "mxnet-params": mxnet_params,
}
