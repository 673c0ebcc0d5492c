"""Images that containerd keeps packed and not unpacked: the files a container would see.

```
io.containerd.metadata.v1.bolt/meta.db          which images there are, and of which the layers are unpacked
io.containerd.content.v1.content/blobs/sha256/  manifests, configurations, layers, as in an OCI layout
```
Layers that are unpacked, too, are read where they lie as files. What is of no image is handed out as it is.
"""

import re
from collections.abc import Iterator

from scanner.containers import Member
from scanner.containers.container_image import Blobs, files_of
from scanner.containers.image_layers import Image, Images
from scanner.formats import bbolt
from scanner.formats.containerd_layers import kept_images
from scanner.model.source import Budget, Info, Source

_CONTENT = "../io.containerd.content.v1.content/"
_INDEX = "io.containerd.metadata.v1.bolt/meta.db"
_BLOB = re.compile(r"(?:^|/)io\.containerd\.content\.v1\.content/blobs/[0-9a-z]+/[0-9a-f]{64,128}$")
_ALGORITHM = "sha256"

INFO = Info(
    name="containerd-content",
    version=1,
    line="Images that containerd keeps packed: the files a container would see, each with its layer",
    specification="https://github.com/containerd/containerd/blob/main/docs/content-flow.md",
    limits="What of a layer is unpacked as well is read there. Encrypted layers are not read.",
    names=("meta.db",),
)
RANDOM_ACCESS = True
SPLITS = False
WHOLE = False


def wants(_name: str, head: bytes) -> bool:
    """Whether it is a database of the kind that containerd writes."""
    return head.startswith(bbolt.MARK, bbolt.MARK_AT)


def confirms(source: Source) -> bool:
    """Whether packed content lies beside it."""
    return source.group(f"{_CONTENT}blobs/{_ALGORITHM}/") is not None


def parts(name: str) -> tuple[str, ...]:
    """The database that tells of the image to which a blob belongs, as seen from there."""
    return (f"../../../{_INDEX}",) if ".content/" in name and _BLOB.search(name) else ()


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """The files of each image that is not unpacked, then the blobs of which no image makes use.

    Raises:
        Unreadable: The database, a document or a layer is missing or damaged; what could be listed was.
    """

    def read(name: str) -> memoryview | None:
        found = source.group(f"{_CONTENT}{name}")
        return found.view() if found is not None else None

    blobs = Blobs(read)
    images = Images(blobs, budget)
    wanted: dict[str, Image] = {}
    for kept in kept_images(source, budget):
        for image in images.named(kept.name, kept.digest):
            if image.config in kept.unpacked:
                blobs.used.update(layer.blob for layer in image.layers)
            else:
                wanted.setdefault(image.config, image)
    yield from files_of(images, wanted.values(), blobs, list(_blobs(source, budget)), budget)


def _blobs(source: Source, budget: Budget) -> Iterator[str]:
    listing = source.group(f"{_CONTENT}blobs/{_ALGORITHM}/")
    for name in bytes(listing.view()).decode("utf-8", "replace").split("\n") if listing else ():
        budget.spend_items()
        yield f"blobs/{_ALGORITHM}/{name}"
