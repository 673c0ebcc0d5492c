"""What a container image's documents say: which layers make up each image, from the lowest to the topmost, and how each
was made.

Specification: OCI image layout and image manifest 1.1; the archive that `docker save` writes (`manifest.json`). All of
it is a claim: names of blobs are looked up among the entries of the archive and nowhere else.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TypeVar

import msgspec

from scanner.model.source import Budget, Unreadable
from scanner.model.vocabulary import Cause

_LARGEST_DOCUMENT = 8 << 20
_MOST_IMAGES, _MOST_LAYERS, _DEEPEST = 256, 1024, 4
_LONGEST_STEP = 120
_OF_IMAGES = (".image.config.v1+json", ".container.image.v1+json", "oci.empty.v1+json")
"""How the media types of configurations of container images end, of OCI and of Docker."""

_T = TypeVar("_T")
Read = Callable[[str], memoryview | None]
"""The content of an entry of the archive by its name."""


class Layer(NamedTuple):
    """One layer of an image."""

    blob: str
    """The name of its entry in the archive."""
    origin: str
    """Which layer it is and how it was made, for people."""
    title: str = ""
    """The name of the file that it is, if it says that it is one."""
    is_encrypted: bool = False
    elsewhere: tuple[str, ...] = ()
    """Addresses from which it is to be fetched."""


class Image(NamedTuple):
    """One image of an archive."""

    name: str
    layers: tuple[Layer, ...]
    config: str = ""
    """The digest of its configuration, where an index tells of it."""
    kind: str = ""
    """What it says that it is, where that is no container image: the media type of a chart, a network …"""


class _Saved(msgspec.Struct):
    Config: str = ""
    RepoTags: list[str] | None = None
    Layers: list[str] = []


class _Platform(msgspec.Struct):
    os: str = ""
    architecture: str = ""
    variant: str = ""


class _Descriptor(msgspec.Struct):
    digest: str = ""
    mediaType: str = ""  # noqa: N815  (the specification's spelling)
    annotations: dict[str, str] | None = None
    platform: _Platform | None = None
    urls: list[str] | None = None


class _Manifest(msgspec.Struct):
    config: _Descriptor = msgspec.field(default_factory=_Descriptor)
    layers: list[_Descriptor] | None = None
    manifests: list[_Descriptor] | None = None
    artifactType: str = ""  # noqa: N815  (the specification's spelling)


class _OldLayer(msgspec.Struct):
    parent: str = ""


class _Step(msgspec.Struct):
    created_by: str = ""
    empty_layer: bool = False


class _Config(msgspec.Struct):
    history: list[_Step] | None = None


class Images:
    """The images of an archive or a folder."""

    def __init__(self, read: Read, budget: Budget) -> None:
        self._read = read
        self._budget = budget
        self.problem: Unreadable | None = None
        """What of them could not be read, once they were gone through."""
        self.absent: list[str] = []
        """Images for other platforms, of which there are only the names."""

    def all(self) -> Iterator[Image]:
        """Each of them, as `manifest.json` tells, or else `index.json`, or `repositories`."""
        saved = self._document("manifest.json", list[_Saved])
        if saved is not None:
            for entry in saved[:_MOST_IMAGES]:
                self._budget.spend_items()
                steps = _steps(self._read(entry.Config), self._budget)
                layers = [_Descriptor(digest=name) for name in entry.Layers]
                yield Image((entry.RepoTags or [entry.Config])[0], tuple(_layers(layers, entry.Layers, steps)))
            return
        index = self._document("index.json", _Manifest)
        if index is not None:
            yield from self._of_index(index, 0, "")
            return
        tags = self._document("repositories", dict[str, dict[str, str]])
        if tags is None and self.problem is None:
            self._note(Cause.DAMAGED, "The container image has neither a manifest nor an index.")
        for name, versions in (tags or {}).items():
            for version, top in versions.items():
                blobs = [f"{layer}/layer.tar" for layer in self._chained(top)][::-1]
                yield Image(f"{name}:{version}", tuple(_layers([_Descriptor()] * len(blobs), blobs, ())))

    def named(self, name: str, digest: str) -> Iterator[Image]:
        """Those that a digest leads to."""
        yield from self._of_index(_Manifest(manifests=[_Descriptor(digest=digest)]), 0, name)

    def _of_index(self, index: _Manifest, depth: int, outer: str) -> Iterator[Image]:
        if depth > _DEEPEST:
            self._note(Cause.LIMIT, "The indexes of the container image are nested too deeply.")
            return
        found, missing = 0, []
        for descriptor in (index.manifests or [])[:_MOST_IMAGES]:
            self._budget.spend_items()
            noted = descriptor.annotations or {}
            if noted.get("vnd.docker.reference.type") == "attestation-manifest":
                continue
            name = _name(descriptor, outer)
            manifest = self._document(blob_name(descriptor.digest), _Manifest)
            if manifest is None:
                missing.append(name)
                continue
            found += 1
            if manifest.manifests:
                yield from self._of_index(manifest, depth + 1, name)
            else:
                yield self._image(name, manifest)
        if found and depth:  # a registry's index names all platforms, and a copy of it need not have them all
            self.absent += missing
        elif missing and self.problem is None:
            names = ", ".join(f"“{name[:80]}”" for name in missing[:3])
            self._note(Cause.VANISHED, f"Of {names} the index tells, and the manifest is missing.")

    def _image(self, name: str, manifest: _Manifest) -> Image:
        layers = manifest.layers or []
        steps = _steps(self._read(blob_name(manifest.config.digest)), self._budget)
        said = manifest.artifactType or manifest.config.mediaType
        is_image = not said or said.endswith(_OF_IMAGES)
        blobs = [blob_name(layer.digest) for layer in layers]
        made = tuple(_layers(layers, blobs, steps))
        return Image(name, made, config=manifest.config.digest, kind="" if is_image else said)

    def _chained(self, top: str) -> Iterator[str]:
        """The layers of an image as `docker save` wrote them before 2016, each of which names the one below."""
        layer = top
        for _ in range(_MOST_LAYERS):
            self._budget.spend_items()
            if not layer:
                return
            yield layer
            told = self._document(f"{layer}/json", _OldLayer)
            layer = told.parent if told else ""

    def _document(self, name: str, kind: type[_T]) -> _T | None:
        content = self._read(name)
        if content is None:
            return None
        try:
            return _decoded(content, kind, self._budget)
        except Unreadable as why:
            self.problem = self.problem or why
            return None

    def _note(self, cause: Cause, reason: str) -> None:
        self.problem = self.problem or Unreadable(cause, reason)


def _name(descriptor: _Descriptor, outer: str) -> str:
    """For people: its tag, and the platform it is for where an image of one tag is for several."""
    noted = descriptor.annotations or {}
    own = noted.get("io.containerd.image.name") or noted.get("org.opencontainers.image.ref.name") or ""
    told = descriptor.platform
    platform = "-".join(part for part in (told.os, told.architecture, told.variant) if part) if told else ""
    if not outer:
        return own or platform or descriptor.digest
    return f"{outer} ({platform or own})" if platform or own else outer


def blob_name(digest: str) -> str:
    """Where an OCI layout keeps what has that digest."""
    return f"blobs/{digest.replace(':', '/', 1)}"


def _layers(told: Sequence[_Descriptor], blobs: Sequence[str], steps: Sequence[str]) -> Iterator[Layer]:
    for number, (layer, blob) in enumerate(zip(told[:_MOST_LAYERS], blobs, strict=False)):
        short = blob.removesuffix("/layer.tar").removesuffix(".tar").rpartition("/")[2][:12]
        step = f": {steps[number]}" if number < len(steps) and steps[number] else ""
        yield Layer(
            blob,
            f"layer {number + 1} of {min(len(told), _MOST_LAYERS)} ({short}){step}",
            title=(layer.annotations or {}).get("org.opencontainers.image.title", ""),
            is_encrypted=layer.mediaType.endswith("+encrypted"),
            elsewhere=tuple(layer.urls or ()),
        )


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
