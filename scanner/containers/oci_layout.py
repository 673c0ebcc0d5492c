"""OCI layouts: folders of container images, as `skopeo copy`, `buildah push` and `docker buildx` write them.

```
oci-layout │ index.json ─► blobs/sha256/… manifest ─► configuration, layers
```
The index is the one file of the folder that is read as a container; the listing of what the folder lies in leaves its
blobs to it, and what none of its images uses is handed out as it is. How layers lie over each other says
`container_image`.
"""

import re
from collections.abc import Iterator

from scanner.containers import Member
from scanner.containers.container_image import Blobs, files_of
from scanner.containers.image_layers import Images
from scanner.model.source import Budget, Info, Magic, Source

INFO = Info(
    name="oci-layout",
    version=2,
    line="Folders of container images (OCI layout): the files a container sees, each with its layer",
    specification="https://github.com/opencontainers/image-spec/blob/main/image-layout.md",
    limits="Inside archives that can only be read from their beginning such a folder is read blob by blob. Encrypted "
    "layers are not read.",
    names=("index.json",),
    magics=(Magic(b"{"),),
)
RANDOM_ACCESS = True
SPLITS = False

_MOST_BLOBS = 100_000
_BLOB = re.compile(r"(?:^|/)blobs/[0-9a-z]+/[0-9a-f]{64,128}$")


def wants(name: str, _head: bytes) -> bool:
    """Whether it has the name of an index."""
    return name == "index.json"


def confirms(source: Source) -> bool:
    """Whether the mark of a layout lies beside it."""
    return source.group("oci-layout") is not None


def parts(name: str) -> tuple[str, ...]:
    """The mark and the index of the layout of which a file of that name is a blob, as seen from there."""
    return ("../../oci-layout", "../../index.json") if "blobs/" in name and _BLOB.search(name) else ()


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """The files of each image as a container sees them, then the blobs of which no image makes use.

    Raises:
        Unreadable: A document or a layer is missing or damaged; what could be listed was.
    """

    def read(name: str) -> memoryview | None:
        if name in ("manifest.json", "index.json"):
            return source.view() if name == "index.json" else None
        found = source.group(name)
        return found.view() if found is not None else None

    blobs = Blobs(read)
    images = Images(blobs, budget)
    yield from files_of(images, images.all(), blobs, list(_blobs(source, budget)), budget)


def _blobs(source: Source, budget: Budget) -> Iterator[str]:
    for algorithm in _names(source, "blobs/"):
        for name in _names(source, f"blobs/{algorithm}/"):
            budget.spend_items()
            yield f"blobs/{algorithm}/{name}"


def _names(source: Source, folder: str) -> list[str]:
    found = source.group(folder)
    return bytes(found.view()).decode("utf-8", "replace").split("\n")[:_MOST_BLOBS] if found and found.size else []
