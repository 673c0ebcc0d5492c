"""Networks that cannot be seen into: compiled for a chip, or encrypted.

Recognised by their first bytes, or by a name that promises a network while the bytes look like noise.

Sources of the beginnings: the runtimes that read them (TensorRT, HailoRT, RKNN, Ascend and HiAI, as opened by public
tools such as https://github.com/lutzroeder/netron).
"""

from collections import Counter
from collections.abc import Iterator
from math import log2

from scanner.formats.networks import Extent
from scanner.model.observation import Network, Observation
from scanner.model.source import HEAD_BYTES, Budget, Info, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

_COMPILED = (
    (b"ftrt", "tensorrt", "an engine for NVIDIA processors"),
    (b"ptrt", "tensorrt", "an engine for NVIDIA processors"),
    (b"RKNN", "rknn", "a network for Rockchip processors"),
    (b"\x01HEF", "hailo", "a network for Hailo processors"),
    (b"IMOD", "om", "a network for Ascend or Kirin processors"),
)
_COMPILED_BEHIND = tuple((at, b"NETD", "dlc", "a network for Qualcomm processors") for at in (4, 12))
"""The same, further on: the file is a FlatBuffer, as a .dlc archive holds it, in newer ones behind a version."""
_ENCRYPTED = ((b"CYPTRKNN", "rknn", "an encrypted network for Rockchip processors"),)
MARKS = (b"RKNN\0\0\0\0", b"CYPTRKNN")
"""Beginnings that do not stand in other files by chance."""
_NEWEST_VERSION = 1 << 16
_NAMES = (
    *(".onnx", ".tflite", ".caffemodel", ".mnn", ".mlmodel", ".rknn", ".pth", ".ncnn", ".tnnmodel", ".nb", ".dlc"),
    *(".om", ".engine", ".trt", ".hef", ".enc.onnx", ".onnx.enc", ".tflite.enc", ".pdmodel", ".safetensors"),
)
INFO = Info(
    name="sealed-network",
    version=2,
    line="Networks compiled for a chip (TensorRT, RKNN, Hailo, Ascend and HiAI, SNPE) or encrypted: that they are such",
    specification="https://github.com/lutzroeder/netron",
    limits="They are not seen into, and are listed as not read.",
    suffixes=_NAMES,
    magics=(
        *(Magic(start) for start, _, _ in (*_COMPILED, *_ENCRYPTED)),
        *(Magic(mark, at) for at, mark, _, _ in _COMPILED_BEHIND),
    ),
)
_NOISE_BITS = 7.8
"""Bits a byte: what encryption gives. Compressed data comes near, so a known beginning excludes it."""
_SHORTEST_BYTES = 2048
_READABLE = (b"PK", b"\x1f\x8b", b"TFL3", b"\x80", b"version https://git-lfs", b"<", b"{")


def wants(name: str, head: bytes) -> bool:
    """Whether it begins like a compiled network, or is named like one and is noise."""
    if _known(head) is not None:
        return True
    return name.endswith(_NAMES) and _is_noise(head)


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield a network that was not seen into.

    Raises:
        Unreadable: Always: unsupported, or encrypted.
    """
    budget.spend_items()
    known = _known(source.head)
    framework, what = known or ("unknown", "a network by its name, and encrypted or damaged by its bytes")
    sealed = f"This is {what}; it was not seen into."
    yield Network(framework=framework, sealed=sealed, place="header")
    is_encrypted = known is None or "encrypted" in what
    raise Unreadable(Cause.ENCRYPTED if is_encrypted else Cause.UNSUPPORTED, sealed)


def extent(data: memoryview, at: int, budget: Budget) -> Extent | None:
    """From the mark on, where a version and a size follow that can be."""
    budget.spend_items()
    version, size = (int.from_bytes(data[at + place : at + place + 8], "little") for place in (8, 16))
    return Extent(at) if 0 < version < _NEWEST_VERSION and 0 < size <= len(data) - at else None


def _known(head: bytes) -> tuple[str, str] | None:
    for start, framework, what in (*_ENCRYPTED, *_COMPILED):
        if head.startswith(start) and b"\0" in head[:64]:
            return framework, what
    for at, mark, framework, what in _COMPILED_BEHIND:
        if head[at : at + len(mark)] == mark:
            return framework, what
    return None


def _is_noise(head: bytes) -> bool:
    """Whether the first bytes have no structure at all."""
    if len(head) < _SHORTEST_BYTES or head.startswith(_READABLE) or head[4:8] == b"TFL3":
        return False
    counts = Counter(head[:HEAD_BYTES])
    total = min(len(head), HEAD_BYTES)
    return -sum(n / total * log2(n / total) for n in counts.values()) > _NOISE_BITS
