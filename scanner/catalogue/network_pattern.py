"""Patterns over a network's structure: whether a network fits one."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import permutations

from scanner.catalogue.pattern import compile_pattern
from scanner.model.network import AxisPattern, NetworkPattern, Shape, ShapePattern, Tensor
from scanner.model.observation import Network

_CHANNELS = frozenset({1, 3, 4})
"""Grey, colour, colour with transparency."""
_MOST_AXES = 5


def fits(pattern: NetworkPattern, network: Network) -> bool:
    """Whether every part of the pattern holds; one that asks for something the file does not tell does not."""
    return (
        (not pattern.frameworks or network.framework in pattern.frameworks)
        and (not pattern.architecture or network.architecture in pattern.architecture)
        and (not pattern.topology or network.topology in pattern.topology)
        and pattern.parameters.holds(network.parameters)
        and _fits_ports(pattern, network)
        and all(count.holds(network.layers.get(kind, 0)) for kind, count in pattern.layers)
        and all(count.holds(_blocks(shapes, network)) for shapes, count in pattern.weights)
        and _fits_words(pattern, network)
    )


def _fits_ports(pattern: NetworkPattern, network: Network) -> bool:
    return (
        (not pattern.picture or any(_is_picture(t.shape, pattern.picture) for t in network.inputs))
        and (not pattern.output_width or any(_is_row(t.shape, pattern.output_width) for t in network.outputs))
        and pattern.output_count.holds(len(network.outputs))
        and all(_some_output(shapes, network.outputs) for shapes in pattern.outputs)
    )


def _some_output(shapes: Iterable[ShapePattern], outputs: Sequence[Tensor]) -> bool:
    return any(_has_shape(t.shape, shape) for t in outputs for shape in shapes)


def _is_picture(shape: Shape, wanted: ShapePattern) -> bool:
    """Whether a block of numbers is a picture of that height and width, channels before them or behind."""
    if len(shape) not in (3, 4):
        return False
    before, behind = (shape[-3], shape[-2:]), (shape[-1], shape[-3:-1])
    return any(channels in _CHANNELS and _has_shape(size, wanted) for channels, size in (before, behind))


def _is_row(shape: Shape, wanted: AxisPattern) -> bool:
    """Whether an output is one row of that many numbers for each item; the first of several axes counts the items."""
    behind = shape[1:] if len(shape) > 1 else shape
    axes = [axis for axis in behind if axis != 1] or list(behind[:1])
    return len(axes) == 1 and _on_axis(axes[0], wanted)


def _has_shape(shape: Shape, wanted: ShapePattern) -> bool:
    return len(shape) == len(wanted) and all(map(_on_axis, shape, wanted))


def _on_axis(length: int, wanted: AxisPattern) -> bool:
    return not wanted or (length >= 0 and any(numbers.holds(length) for numbers in wanted))


def _blocks(shapes: tuple[ShapePattern, ...], network: Network) -> int:
    """How many blocks of weights have one of the shapes, in whatever order of their axes."""
    if not network.weights:
        return 0
    found = sum(network.weights.get(text, 0) for text in _exact_texts(shapes))
    for loose in (shape for shape in shapes if not _is_exact(shape) and len(shape) <= _MOST_AXES):
        for text, number in network.weights.items():
            axes = tuple(int(axis) for axis in text.split("x"))
            if len(axes) == len(loose) and any(_has_shape(order, loose) for order in permutations(axes)):
                found += number
    return found


@lru_cache(maxsize=1 << 12)
def _exact_texts(shapes: tuple[ShapePattern, ...]) -> frozenset[str]:
    """How weights of the shapes that leave nothing open are written."""
    return frozenset(_sorted_text(shape) for shape in shapes if _is_exact(shape))


def _is_exact(shape: ShapePattern) -> bool:
    return all(len(axis) == 1 and axis[0].least == axis[0].most for axis in shape)


def _sorted_text(shape: ShapePattern) -> str:
    return "x".join(str(axis) for axis in sorted(axis[0].least for axis in shape))


def _fits_words(pattern: NetworkPattern, network: Network) -> bool:
    strings = (network.name, network.producer, *network.strings)
    return (
        all(_any_fits(words, network.names) for words in pattern.names)
        and not any(_any_fits(words, (*network.names, *strings)) for words in pattern.without_names)
        and all(_any_fits(words, strings) for words in pattern.strings)
    )


def _any_fits(alternatives: str, names: Sequence[str]) -> bool:
    patterns = [compile_pattern(text, ignore_case=True) for text in alternatives.split("|")]
    return any(pattern.matches(name) for pattern in patterns for name in names)
