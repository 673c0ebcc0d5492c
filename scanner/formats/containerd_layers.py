"""What containerd notes of the layers of containers that it keeps on a computer, in two databases.

```
io.containerd.snapshotter.v1.DRIVER/metadata.db   v1/snapshots/KEY: id (a folder), parent (a key), labels
io.containerd.metadata.v1.bolt/meta.db            v1/SPACE/images/NAME/target: digest
                                                  v1/SPACE/content/blob/DIGEST/labels: what a document leads to
                                                  v1/SPACE/snapshots/DRIVER/CHAIN: name (a key)
```
Specification: https://github.com/containerd/containerd, docs/content-flow.md, core/metadata/buckets.go,
core/snapshots/storage. An image leads by labels of documents to its configuration, and that to its topmost layer.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from scanner.formats import bbolt
from scanner.model.observation import Observation, StoredImage, StoredLayer
from scanner.model.source import Budget, Info, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="containerd-layers",
    version=1,
    line="Layers that containerd keeps on a computer: which lies over which, and of which image",
    specification="https://github.com/containerd/containerd/blob/main/docs/content-flow.md",
    limits="Layers that are fetched only when a container asks for them are told. Those that are volumes are "
    "each read as a system of its own.",
    names=("metadata.db", "meta.db"),
)

_VERSION = "v1"
_LEADS_TO, _TOP_OF = "containerd.io/gc.ref.content.", "containerd.io/gc.ref.snapshot."
_REMOTE = b"containerd.io/snapshot/remote"
_MOST_STEPS = 4096

_SNAPSHOTS = "io.containerd.snapshotter.v1.{}/snapshots/{{}}"
PLACES = {
    "overlayfs": _SNAPSHOTS.format("overlayfs") + "/fs",
    "fuse-overlayfs": _SNAPSHOTS.format("fuse-overlayfs") + "/fs",
    "native": _SNAPSHOTS.format("native"),
    "btrfs": _SNAPSHOTS.format("btrfs"),
}
"""Where the files of a layer lie, by its folder, for each way of keeping them as ordinary files."""
COPIES = frozenset({"native", "btrfs"})
"""Those of which each layer holds all that it lies over, too."""

_Labels = dict[str, dict[str, str]]


class KeptImage(NamedTuple):
    """An image that containerd knows."""

    name: str
    digest: str
    """Of the document that it begins with."""
    unpacked: frozenset[str]
    """Digests of the configurations of which the layers lie on the computer as files."""


def wants(_name: str, head: bytes) -> bool:
    """Whether it is a database of bbolt."""
    return head.startswith(bbolt.MARK, bbolt.MARK_AT)


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """What the database tells of layers or images. Raises `Unreadable` where it is damaged, or layers are not here."""
    version = bbolt.root_of(source.view(), budget).bucket(_VERSION)
    if version is None:
        return
    if source.name == "metadata.db":
        yield from _layers(version)
        return
    for space, bucket in version.buckets():
        yield from _images(space, bucket)


def kept_images(source: Source, budget: Budget) -> Iterator[KeptImage]:
    """Every image in the database `meta.db`, each once for all its names. Raises `Unreadable` where it is damaged."""
    version = bbolt.root_of(source.view(), budget).bucket(_VERSION)
    for _, bucket in version.buckets() if version else ():
        labels, keys = _labels(bucket), _keys(bucket)
        called: dict[str, list[str]] = defaultdict(list)
        for name, digest in _named(bucket):
            called[digest].append(name)
        for digest, names in called.items():
            tops = _tops(digest, labels)
            there = frozenset(config for config, driver, top in tops if driver in PLACES and (driver, top) in keys)
            yield KeptImage(_telling(names)[0], digest, there)


def _named(bucket: bbolt.Bucket) -> Iterator[tuple[str, str]]:
    """Each name of an image, and the document that it stands for."""
    images = bucket.bucket("images")
    for name, image in images.buckets() if images else ():
        target = image.bucket("target")
        yield name, _text(target.values(), "digest") if target else ""


def _layers(version: bbolt.Bucket) -> Iterator[StoredLayer]:
    snapshots = version.bucket("snapshots")
    absent = 0
    for key, snapshot in snapshots.buckets() if snapshots else ():
        told = snapshot.values()
        below = _text(told, "parent")
        labels = snapshot.bucket("labels")
        absent += labels is not None and any(entry.key == _REMOTE for entry in labels.entries())
        yield StoredLayer(
            names=(key,),
            below=(below,) if below else (),
            folder=str(_number(told.get("id", b""))),
            place=f"snapshots/{key}",
        )
    if absent:
        reason = (
            f"{absent:,} layers of container images are fetched only when a container asks for them; what of them is "
        )
        raise Unreadable(Cause.VANISHED, reason + "not on this computer was not examined.")


def _images(space: str, bucket: bbolt.Bucket) -> Iterator[StoredImage]:
    """Each image that is unpacked into layers, once for each way in which it is."""
    labels = _labels(bucket)
    keys = _keys(bucket)
    called: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for name, digest in _named(bucket):
        for document, driver, chain in _tops(digest, labels):
            called[document, driver, keys.get((driver, chain), "")].append(name)
    for (document, driver, top), names in called.items():
        shown = tuple(_telling(names))
        yield StoredImage(id=document, called=shown, top=top, driver=driver, place=f"{space}/images/{names[0]}")


def _labels(bucket: bbolt.Bucket) -> _Labels:
    """Of each document and layer, by its digest."""
    blobs = bucket.bucket("content", "blob")
    found: _Labels = {}
    for digest, blob in blobs.buckets() if blobs else ():
        labels = blob.bucket("labels")
        found[digest] = (
            {name: value.decode("utf-8", "replace") for name, value in labels.values().items()} if labels else {}
        )
    return found


def _keys(bucket: bbolt.Bucket) -> dict[tuple[str, str], str]:
    """How the keeper of the layers calls each, by the way of keeping and the digest over all up to it."""
    drivers = bucket.bucket("snapshots")
    return {
        (driver, chain): _text(snapshot.values(), "name")
        for driver, kept in (drivers.buckets() if drivers else ())
        for chain, snapshot in kept.buckets()
    }


def _tops(digest: str, labels: _Labels) -> Iterator[tuple[str, str, str]]:
    """The configurations that a document leads to: each with ways of keeping and the digest of the topmost layer."""
    pending, seen = [digest], {digest}
    while pending and len(seen) < _MOST_STEPS:
        document = pending.pop()
        for name, value in sorted(labels.get(document, {}).items()):
            if name.startswith(_TOP_OF):
                yield document, name.removeprefix(_TOP_OF), value
            elif name.startswith(_LEADS_TO) and value not in seen:
                seen.add(value)
                pending.append(value)


def _telling(names: list[str]) -> list[str]:
    """Those with a tag, where there are any: Kubernetes keeps each image also under its digests."""
    return [name for name in names if "sha256:" not in name] or names


def _text(values: dict[str, bytes], name: str) -> str:
    return values.get(name, b"").decode("utf-8", "replace")


def _number(raw: bytes) -> int:
    """A number of Go's encoding/binary: seven bits a byte, the lowest first."""
    return sum((byte & 0x7F) << 7 * place for place, byte in enumerate(raw[:9]))
