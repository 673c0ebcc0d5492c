"""ncnn's descriptions in binary form (.param.bin, and those compiled into programs): their layers, as in the text.

Whole numbers of four bytes: a mark, the numbers of layers and of blobs; for each layer its kind, how many blobs it
takes and gives, and which; then its settings, each a key and a value, up to the key -233. A key of -23300 or less is
that of a list, which begins with its length.

Source: https://github.com/Tencent/ncnn/blob/master/src/net.cpp, paramdict.cpp; kinds by the order in src/CMakeLists.txt
"""

from collections.abc import Iterator
from struct import unpack_from
from typing import NamedTuple

from scanner.model.source import Budget, Unreadable
from scanner.model.vocabulary import Cause

_NAMES = (
    "AbsVal ArgMax BatchNorm Bias BNLL Concat Convolution Crop Deconvolution Dropout Eltwise ELU Embed Exp Flatten "
    "InnerProduct Input Log LRN MemoryData MVN Pooling Power PReLU Proposal Reduction ReLU Reshape ROIPooling "
    "Scale Sigmoid Slice Softmax Split SPP TanH Threshold Tile RNN LSTM BinaryOp UnaryOp ConvolutionDepthWise "
    "Padding Squeeze ExpandDims Normalize Permute PriorBox DetectionOutput Interp DeconvolutionDepthWise "
    "ShuffleChannel InstanceNorm Clip Reorg YoloDetectionOutput Quantize Dequantize Yolov3DetectionOutput "
    "PSROIPooling ROIAlign Packing Requantize Cast HardSigmoid SELU HardSwish Noop PixelShuffle DeepCopy Mish "
    "StatisticsPooling Swish Gemm GroupNorm LayerNorm Softplus GRU MultiHeadAttention GELU Convolution1D Pooling1D "
    "ConvolutionDepthWise1D Convolution3D ConvolutionDepthWise3D Pooling3D MatMul Deconvolution1D "
    "DeconvolutionDepthWise1D Deconvolution3D DeconvolutionDepthWise3D Einsum DeformableConv2D GLU Fold Unfold "
    "GridSample CumulativeSum CopyTo Erf Diag CELU Shrink RMSNorm Spectrogram InverseSpectrogram"
)
_KINDS = tuple(_NAMES.split())
_INPUT = 16
_END_OF_SETTINGS, _FIRST_LIST, _FIRST_TEXT = -233, -23300, -23400
_HEADER_BYTES = 12
_MOST_LAYERS, _MOST_BLOBS = 100_000, 64
_MOST_SETTINGS = 64


class Step(NamedTuple):
    """A layer: what it takes and gives, by numbers of blobs, and its settings that are single numbers."""

    kind: str
    name: str
    takes: list[str]
    gives: list[str]
    settings: dict[int, int]


def can_begin(data: memoryview, start: int) -> bool:
    """Whether numbers that can be follow the mark there, and a layer for what goes in."""
    if len(data) < start + _HEADER_BYTES + 12:
        return False
    layers, blobs, kind, takes, gives = unpack_from("<5i", data, start + 4)
    return 1 < layers <= _MOST_LAYERS and 1 < blobs <= 4 * _MOST_LAYERS and (kind, takes, gives) == (_INPUT, 0, 1)


def steps(data: memoryview, budget: Budget) -> Iterator[Step]:
    """Yield the layers.

    Raises:
        Unreadable: damaged, or limit.
    """
    at = _HEADER_BYTES
    for number in range(_numbers(data, 4, 1)[0]):
        budget.spend_items()
        kind, takes, gives = _numbers(data, at, 3)
        if not (0 <= takes <= _MOST_BLOBS and 0 <= gives <= _MOST_BLOBS):
            raise Unreadable(Cause.DAMAGED, "A layer of the network has more inputs or outputs than there can be.")
        blobs = [str(blob) for blob in _numbers(data, at + 12, takes + gives)]
        settings, at = _settings(data, at + 12 + 4 * (takes + gives))
        name = _KINDS[kind] if 0 <= kind < len(_KINDS) else f"layer-{kind}"
        yield Step(name, str(number), blobs[:takes], blobs[takes:], settings)


def _settings(data: memoryview, at: int) -> tuple[dict[int, int], int]:
    found: dict[int, int] = {}
    for _ in range(_MOST_SETTINGS):
        (key,) = _numbers(data, at, 1)
        if key == _END_OF_SETTINGS:
            return found, at + 4
        (value,) = _numbers(data, at + 4, 1)
        at += 8
        if key <= _FIRST_TEXT or (key <= _FIRST_LIST and value < 0):
            break
        if key <= _FIRST_LIST:
            at += 4 * value
        else:
            found[key] = value
    raise Unreadable(Cause.DAMAGED, "The settings of a layer of the network are none that are known.")


def _numbers(data: memoryview, at: int, count: int) -> tuple[int, ...]:
    if at + 4 * count > len(data):
        raise Unreadable(Cause.DAMAGED, "The description of the network ends in the middle of a layer.")
    return unpack_from(f"<{count}i", data, at)
