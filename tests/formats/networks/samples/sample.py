"""What a sample is, and the network that most of them are."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from scanner.model.network import Shape


class Sample(NamedTuple):
    """A file and what it says."""

    file: str
    data: bytes
    inputs: tuple[Shape, ...] = ()
    outputs: tuple[Shape, ...] = ()
    layers: Mapping[str, int] = MappingProxyType({})
    weights: Mapping[str, int] = MappingProxyType({})


CONV, DENSE = (8, 3, 3, 3), (16, 8)
WEIGHTS = {"3x3x3x8": 1, "8x16": 1}
PICTURE = (1, 3, 14, 14)
