"""Neural networks: the shape of what goes in and comes out, patterns over a network's structure, and report cards."""

import msgspec

Shape = tuple[int, ...]
"""Lengths of the axes; -1 where the file leaves one open."""


class Tensor(msgspec.Struct, frozen=True):
    """What a network takes or gives: a block of numbers."""

    name: str
    shape: Shape = ()
    type: str = ""
    """Of one number: `float32`, `int8` …; empty where the file does not say."""


def shape_in_words(shape: Shape) -> str:
    """A shape as people write it, axes of open length as `?`."""
    return "x".join("?" if axis < 0 else str(axis) for axis in shape)


def ports_text(tensors: tuple[Tensor, ...], most: int = 3) -> str:
    """Inputs or outputs in a few words."""
    shown = ", ".join(f"{t.name} {shape_in_words(t.shape)}".strip() for t in tensors[:most])
    return f"{shown} and {len(tensors) - most} more" if len(tensors) > most else shown


class Range(msgspec.Struct, frozen=True):
    """Whole numbers from `least` to `most`, both included; `most` -1: without end."""

    least: int = 0
    most: int = -1

    def holds(self, number: int) -> bool:
        """Whether the number lies in it."""
        return number >= self.least and (self.most < 0 or number <= self.most)


AxisPattern = tuple[Range, ...]
"""Alternatives for one axis; empty: anything, also an axis that the file leaves open."""
ShapePattern = tuple[AxisPattern, ...]


class NetworkPattern(msgspec.Struct, frozen=True, kw_only=True):
    """What an indicator asks of a network's structure; every part that is written must hold."""

    frameworks: tuple[str, ...] = ()
    """One of these."""
    picture: ShapePattern = ()
    """Height and width of an input that takes a picture, whatever the order of its axes."""
    output_width: AxisPattern = ()
    """How many numbers one output gives for each item, all along one axis."""
    output_count: Range = Range()
    outputs: tuple[tuple[ShapePattern, ...], ...] = ()
    """Each must be the shape of some output, in one of its alternatives."""
    layers: tuple[tuple[str, Range], ...] = ()
    """How many layers there are of a kind."""
    weights: tuple[tuple[tuple[ShapePattern, ...], Range], ...] = ()
    """How many blocks of weights there are of a shape, axes of length 1 left out, in any order."""
    parameters: Range = Range()
    names: tuple[str, ...] = ()
    """Each a pattern over names of layers and weights, numbers written `#`; alternatives between `|`."""
    without_names: tuple[str, ...] = ()
    strings: tuple[str, ...] = ()
    """Each a pattern over the network's name, its producer and its metadata."""
    architecture: tuple[str, ...] = ()
    """One of these digests."""
    topology: tuple[str, ...] = ()
    """One of these digests."""
    text: str = ""
    """As it was written, in one line."""


class NetworkCard(msgspec.Struct, frozen=True, kw_only=True):
    """One network as a report shows it: what goes in, what comes out, what that means."""

    id: str
    locator: str
    place: str
    component: str = ""
    """Id of the component it belongs to, where something was found in that."""
    framework: str
    name: str = ""
    producer: str = ""
    goes_in: str
    comes_out: str
    meaning: str
    technologies: tuple[str, ...] = ()
    """Ids of the technologies it was recognised as."""
    findings: tuple[str, ...] = ()
    """Fingerprints of the findings it is evidence for."""
    inputs: tuple[Tensor, ...] = ()
    outputs: tuple[Tensor, ...] = ()
    layers: dict[str, int] = {}
    parameters: int = 0
    """Numbers it has learned, as far as the file tells their shapes."""
    architecture: str = ""
    topology: str = ""
    weights_digest: str = ""
    """Digest of its weights alone, if it was recognised and they lie in the file."""
    strings: tuple[str, ...] = ()
    sealed: str = ""
    """Why it was not seen into; empty if it was."""
