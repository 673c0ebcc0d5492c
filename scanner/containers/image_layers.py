"""What a container image's documents say: which layers make up each image, from the lowest to the topmost, and how each
was made.

Specification: OCI image layout and image manifest 1.1; the archive that `docker save` writes (`manifest.json`). All of
it is a claim: names of blobs are looked up among the entries of the archive and nowhere else.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeVar

import msgspec

from scanner.model.source import Budget, Unreadable
from scanner.model.vocabulary import Cause

_LARGEST_DOCUMENT = 8 << 20
_MOST_IMAGES, _MOST_LAYERS, _DEEPEST = 256, 1024, 4
_LONGEST_STEP = 120

_T = TypeVar("_T")
Read = Callable[[str], memoryview | None]
"""The content of an entry of the archive by its name."""


class Layer(NamedTuple):
    """One layer of an image."""

    blob: str
    """The name of its entry in the archive."""
    origin: str
    """Which layer it is and how it was made, for people."""


class Image(NamedTuple):
    """One image of an archive."""

    name: str
    layers: tuple[Layer, ...]


class _Saved(msgspec.Struct):
    Config: str = ""
    RepoTags: list[str] | None = None
    Layers: list[str] = []


class _Descriptor(msgspec.Struct):
    digest: str = ""
    mediaType: str = ""  # noqa: N815  (the specification's spelling)
    annotations: dict[str, str] | None = None


class _Manifest(msgspec.Struct):
    config: _Descriptor = msgspec.field(default_factory=_Descriptor)
    layers: list[_Descriptor] = []
    manifests: list[_Descriptor] = []


class _Step(msgspec.Struct):
    created_by: str = ""
    empty_layer: bool = False


class _Config(msgspec.Struct):
    history: list[_Step] | None = None


def images(read: Read, budget: Budget) -> Iterator[Image]:
    """Yield each image of an archive.

    Raises:
        Unreadable: A document is missing, damaged or too large; what came before was yielded.
    """
    saved = read("manifest.json")
    if saved is not None:
        for entry in _decoded(saved, list[_Saved], budget)[:_MOST_IMAGES]:
            budget.spend_items()
            name = (entry.RepoTags or [entry.Config])[0]
            steps = _steps(read(entry.Config), budget)
            yield Image(name, tuple(_layers(entry.Layers, steps)))
        return
    index = read("index.json")
    if index is None:
        raise Unreadable(Cause.DAMAGED, "The container image has neither a manifest nor an index.")
    yield from _of_index(_decoded(index, _Manifest, budget), read, budget, 0, "")


def _of_index(index: _Manifest, read: Read, budget: Budget, depth: int, outer: str) -> Iterator[Image]:
    if depth > _DEEPEST:
        raise Unreadable(Cause.LIMIT, "The indexes of the container image are nested too deeply.")
    for descriptor in index.manifests[:_MOST_IMAGES]:
        budget.spend_items()
        noted = descriptor.annotations or {}
        if noted.get("vnd.docker.reference.type") == "attestation-manifest":
            continue
        name = noted.get("org.opencontainers.image.ref.name") or outer or descriptor.digest
        document = read(blob_name(descriptor.digest))
        if document is None:
            reason = f"The image “{name[:80]}” is named in the index, and its manifest is missing."
            raise Unreadable(Cause.VANISHED, reason)
        manifest = _decoded(document, _Manifest, budget)
        if manifest.manifests:
            yield from _of_index(manifest, read, budget, depth + 1, name)
            continue
        steps = _steps(read(blob_name(manifest.config.digest)), budget)
        yield Image(name, tuple(_layers([blob_name(layer.digest) for layer in manifest.layers], steps)))


def blob_name(digest: str) -> str:
    """Where an OCI layout keeps what has that digest."""
    return f"blobs/{digest.replace(':', '/', 1)}"


def _layers(blobs: list[str], steps: list[str]) -> Iterator[Layer]:
    blobs = blobs[:_MOST_LAYERS]
    for number, blob in enumerate(blobs):
        short = blob.removesuffix("/layer.tar").removesuffix(".tar").rpartition("/")[2][:12]
        step = f": {steps[number]}" if number < len(steps) and steps[number] else ""
        yield Layer(blob, f"layer {number + 1} of {len(blobs)} ({short}){step}")


def _steps(document: memoryview | None, budget: Budget) -> list[str]:
    """How each layer that changed files was made, as the image's history has it; a claim, and often missing."""
    if document is None:
        return []
    try:
        history = _decoded(document, _Config, budget).history or []
    except Unreadable:
        return []
    return [" ".join(step.created_by.split())[:_LONGEST_STEP] for step in history if not step.empty_layer]


def _decoded(document: memoryview, kind: type[_T], budget: Budget) -> _T:
    if len(document) > _LARGEST_DOCUMENT:
        raise Unreadable(Cause.LIMIT, "A document of the container image is larger than 8 MiB and was not read.")
    budget.spend_bytes(2 * len(document))
    try:
        return msgspec.json.decode(document, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        reason = f"A document of the container image is not what it should be: {error}."
        raise Unreadable(Cause.DAMAGED, reason) from error
