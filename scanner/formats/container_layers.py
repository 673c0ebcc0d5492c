"""What Docker and Podman note of the layers of containers that they keep on a computer, below `/var/lib` or at home.

```
overlay2/ID/link, lower          a layer's short name, and those of the layers that it lies over     (Docker, Podman)
image/DRIVER/layerdb/…/cache-id, diff, parent     in which folder the layer of an image lies         (Docker)
image/DRIVER/imagedb/…/ID, repositories.json      which layers an image has, and how it is called    (Docker)
DRIVER-layers/layers.json                         which layer lies over which                        (Podman, CRI-O)
DRIVER-images/images.json                         which layers an image has, and how it is called    (Podman, CRI-O)
```
"""

import re
from collections.abc import Iterator
from hashlib import sha256
from typing import TypeVar

import msgspec

from scanner.model.observation import Observation, StoredImage, StoredLayer
from scanner.model.source import Budget, Info, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="container-layers",
    version=2,
    line="Layers that Docker, Podman and CRI-O keep on a computer: which lies over which, and of which image",
    specification="https://docs.docker.com/engine/storage/drivers/overlayfs-driver/",
    limits="Layers that are volumes of ZFS or of the device mapper are each read as a system of its own.",
    names=("link", "cache-id", "repositories.json", "images.json", "layers.json", "volatile-layers.json"),
    magics=(Magic(b"{"),),
)

_LAYER_LISTS = ("layers.json", "volatile-layers.json")
_LARGEST_BYTES = 8 << 20
_MOST_LAYERS = 1024
_SHORT = re.compile(rb"[A-Z0-9]{26}")
_FOLDER = re.compile(rb"[0-9a-z]{20,64}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_IMAGE = re.compile(r"[0-9a-f]{64}")
_T = TypeVar("_T")


class _RootFolder(msgspec.Struct):
    diff_ids: list[str] = []


class _Docker(msgspec.Struct):
    rootfs: _RootFolder = msgspec.field(default_factory=_RootFolder)


class _Repositories(msgspec.Struct):
    Repositories: dict[str, dict[str, str]] = {}


class _PodmanImage(msgspec.Struct):
    id: str = ""
    names: list[str] | None = None
    layer: str = ""


class _PodmanLayer(msgspec.Struct):
    id: str = ""
    parent: str = ""


def wants(name: str, head: bytes) -> bool:
    """Whether it has the name and the look of one of these files."""
    if name == "link":
        return _SHORT.fullmatch(head.strip()) is not None
    if name == "cache-id":
        return _FOLDER.fullmatch(head.strip()) is not None
    if name == "repositories.json":
        return b'"Repositories"' in head
    if name == "images.json":
        return b'"layer"' in head
    if name in _LAYER_LISTS:
        return head.startswith(b"[") and b'"id"' in head
    return _IMAGE.fullmatch(name) is not None and (b'"architecture"' in head or b'"rootfs"' in head)


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """What the file tells of layers or images. Raises `Unreadable` where it is not what its name says."""
    name = source.name
    if name == "link":
        yield _overlaid(source)
    elif name == "cache-id":
        yield _layer_of_image(source)
    elif name == "repositories.json":
        yield from _named(source, budget)
    elif name == "images.json":
        yield from _of_podman(source, budget)
    elif name in _LAYER_LISTS:
        yield from _layers_of_podman(source, budget)
    else:
        yield from _of_docker(source, budget)


def _overlaid(source: Source) -> StoredLayer:
    """A folder of the layers, by its own short name."""
    lower = _text(source, "lower")
    below = tuple(step.rpartition("/")[2] for step in lower.split(":")[:_MOST_LAYERS] if step)
    return StoredLayer(names=(_name(source),), below=below, place="whole file")


def _layer_of_image(source: Source) -> StoredLayer:
    """The folder that it names is the layer with the digest over all up to it, which is how images name it."""
    diff, parent = _text(source, "diff"), _text(source, "parent")
    chain = _chained(parent, diff) if parent else diff
    folder, below = _name(source), (parent,) if parent else ()
    return StoredLayer(names=(folder, chain), below=below, folder=folder, place="whole file")


def _chained(below: str, diff: str) -> str:
    """OCI image configuration, "Layer ChainID"."""
    return "sha256:" + sha256(f"{below} {diff}".encode()).hexdigest()


def _of_docker(source: Source, budget: Budget) -> Iterator[StoredImage]:
    chain = ""
    for number, diff in enumerate(_decoded(source, _Docker, budget).rootfs.diff_ids[:_MOST_LAYERS]):
        budget.spend_items()
        chain = _chained(chain, diff) if number else diff
    if chain:
        yield StoredImage(id=source.name, top=chain, place="rootfs.diff_ids")


def _named(source: Source, budget: Budget) -> Iterator[StoredImage]:
    for tags in _decoded(source, _Repositories, budget).Repositories.values():
        for tag, digest in tags.items():
            budget.spend_items()
            if _DIGEST.fullmatch(digest) and "@" not in tag:
                yield StoredImage(id=digest.removeprefix("sha256:"), called=(tag,), place=f"Repositories[{tag}]")


def _of_podman(source: Source, budget: Budget) -> Iterator[StoredImage]:
    for number, image in enumerate(_decoded(source, list[_PodmanImage], budget)):
        budget.spend_items()
        yield StoredImage(id=image.id, called=tuple(image.names or ()), top=image.layer, place=f"[{number}]")


def _layers_of_podman(source: Source, budget: Budget) -> Iterator[StoredLayer]:
    for number, layer in enumerate(_decoded(source, list[_PodmanLayer], budget)):
        budget.spend_items()
        below = (layer.parent,) if layer.parent else ()
        yield StoredLayer(names=(layer.id,), below=below, folder=layer.id, place=f"[{number}]")


def _name(source: Source) -> str:
    return bytes(source.head).decode("ascii", "replace").strip()


def _text(source: Source, name: str) -> str:
    found = source.group(name)
    return bytes(found.view(0, _LARGEST_BYTES)).decode("ascii", "replace").strip() if found is not None else ""


def _decoded(source: Source, kind: type[_T], budget: Budget) -> _T:
    if source.size > _LARGEST_BYTES:
        raise Unreadable(Cause.LIMIT, "It is larger than 8 MiB and was not read.")
    budget.spend_bytes(2 * source.size)
    try:
        return msgspec.json.decode(source.view(), type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(Cause.DAMAGED, f"It is not what its name says: {error}.") from error
