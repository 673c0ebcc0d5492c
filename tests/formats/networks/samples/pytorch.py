"""PyTorch and safetensors. Names are written by hand: nothing of torch is imported."""

import json
import struct

from tests.formats.networks.samples.sample import CONV, DENSE, WEIGHTS, Sample


def _state(proto: int) -> bytes:
    """A state dictionary as torch pickles it. The names are written by hand: nothing of torch is imported."""
    out = bytearray([0x80, proto]) + b"}("
    for name, shape in (("conv.weight", CONV), ("fc.weight", DENSE)):
        out += b"X" + struct.pack("<I", len(name)) + name.encode()
        out += b"ctorch._utils\n_rebuild_tensor_v2\n(("
        out += b"X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\x000X\x03\0\0\0cpuK\x01tQK\0("
        out += b"".join(b"K" + bytes([axis]) for axis in shape) + b"t(K\x01K\x01t\x89ccollections\nOrderedDict\n)RtR"
    return bytes(out + b"u.")


def pytorch() -> Sample:
    return Sample("data.pkl", _state(2), weights=WEIGHTS)


def safetensors() -> Sample:
    header = json.dumps(
        {
            "__metadata__": {"format": "pt"},
            "conv.weight": {"dtype": "F32", "shape": CONV, "data_offsets": [0, 864]},
            "fc.weight": {"dtype": "I8", "shape": DENSE, "data_offsets": [864, 992]},
        }
    ).encode()
    return Sample("a.safetensors", struct.pack("<Q", len(header)) + header + bytes(992), weights=WEIGHTS)


SAMPLES = {
    "pytorch": pytorch,
    "safetensors": safetensors,
}
