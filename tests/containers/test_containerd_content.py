"""Images that containerd keeps packed: those that are not unpacked as well are read."""

import json

from scanner.containers import containerd_content
from tests.budgets import CountingBudget
from tests.containers.test_container_image import LOWER, UPPER, contents, layout_files
from tests.formats.bbolt_files import Tree, database
from tests.sources import BytesSource

CONTENT = "../io.containerd.content.v1.content/"
LABEL = "containerd.io/gc.ref."


def kept(*, is_unpacked: bool) -> BytesSource:
    """The database of a containerd that has one image."""
    files = layout_files(LOWER, UPPER)
    (manifest,) = json.loads(files.pop("index.json"))["manifests"]
    del files["oci-layout"]
    config = json.loads(files["blobs/" + manifest["digest"].replace(":", "/")])["config"]["digest"]
    top: Tree = {f"{LABEL}snapshot.overlayfs": b"sha256:top"} if is_unpacked else {"x": b""}
    blobs: Tree = {
        manifest["digest"]: {"labels": {f"{LABEL}content.config": config.encode()}},
        config: {"labels": top},
    }
    space: Tree = {
        "images": {"web:1.2": {"target": {"digest": manifest["digest"].encode()}}},
        "content": {"blob": blobs},
        "snapshots": {"overlayfs": {"sha256:top": {"name": b"k8s.io/1/sha256:top"}}},
    }
    names = "\n".join(sorted(name.rpartition("/")[2] for name in files)).encode()
    beside = {CONTENT + name: content for name, content in files.items()} | {f"{CONTENT}blobs/sha256/": names}
    return BytesSource("meta.db", database({"v1": {"k8s.io": space}}), neighbours=beside)


def seen(source: BytesSource) -> set[str]:
    assert containerd_content.wants(source.name, source.head)
    assert containerd_content.confirms(source)
    return set(contents(m for m in containerd_content.members(source, CountingBudget()) if m.kind == "file"))


def test_of_an_image_that_is_packed_alone_the_files_are_what_a_container_would_see():
    assert seen(kept(is_unpacked=False)) == {"usr/lib/a.so", "etc/keep", "opt/x/1"}


def test_an_image_that_is_unpacked_as_well_is_not_read_twice():
    assert seen(kept(is_unpacked=True)) == set()
