"""containerd's databases: layers, images, and what a damaged database still tells."""

import random

import pytest

from scanner.formats import bbolt, containerd_layers
from scanner.model.observation import StoredImage, StoredLayer
from scanner.model.source import Unreadable
from tests.budgets import CountingBudget
from tests.formats.bbolt_files import PAGE, Tree, branch, database, leaf, meta
from tests.sources import BytesSource

LAYERS: Tree = {
    "v1": {
        "snapshots": {
            "k8s.io/1/sha256:low": {"id": b"\x07", "kind": b"\x03"},
            "k8s.io/2/sha256:high": {"id": b"\x88\x01", "kind": b"\x03", "parent": b"k8s.io/1/sha256:low"},
        }
    }
}
LABEL = "containerd.io/gc.ref."
IMAGES: Tree = {
    "v1": {
        "k8s.io": {
            "images": {
                name: {"target": {"digest": b"sha256:index"}}
                for name in ("web:1.2", "web@sha256:index", "sha256:config")
            },
            "content": {
                "blob": {
                    "sha256:index": {"labels": {f"{LABEL}content.m.0": b"sha256:manifest"}},
                    "sha256:manifest": {"labels": {f"{LABEL}content.config": b"sha256:config"}},
                    "sha256:config": {"labels": {f"{LABEL}snapshot.overlayfs": b"sha256:high"}},
                }
            },
            "snapshots": {"overlayfs": {"sha256:high": {"name": b"k8s.io/2/sha256:high"}}},
        }
    }
}


def told(name: str, tree: Tree | bytes) -> list:
    data = tree if isinstance(tree, bytes) else database(tree)
    source = BytesSource(name, data)
    assert containerd_layers.wants(name, source.head)
    return list(containerd_layers.observe(source, CountingBudget()))


def test_a_layer_is_told_with_its_folder_and_the_one_below():
    low, high = told("metadata.db", LAYERS)
    assert (low.names, low.folder, low.below) == (("k8s.io/1/sha256:low",), "7", ())
    assert (high.folder, high.below) == ("136", ("k8s.io/1/sha256:low",))


def test_an_image_leads_to_its_topmost_layer_under_the_name_that_tells_most():
    assert told("meta.db", IMAGES) == [
        StoredImage(
            id="sha256:config",
            called=("web:1.2",),
            top="k8s.io/2/sha256:high",
            driver="overlayfs",
            place="k8s.io/images/sha256:config",
        )
    ]


def test_layers_that_are_fetched_when_a_container_asks_for_them_are_told():
    remote: Tree = {"id": b"\x01", "labels": {"containerd.io/snapshot/remote": b""}}
    with pytest.raises(Unreadable, match="fetched only when a container asks"):
        told("metadata.db", {"v1": {"snapshots": {"far": remote}}})


def entries(data: bytes) -> list[bytes]:
    return [entry.key for entry in bbolt.root_of(memoryview(data), CountingBudget()).entries()]


def test_the_later_of_two_sound_beginnings_counts():
    pages = leaf([(0, b"old", b"")], 2) + leaf([(0, b"new", b"")], 3)
    assert entries(meta(0, 3, 8) + meta(1, 2, 7) + pages) == [b"new"]
    torn = bytearray(meta(0, 3, 8))
    torn[70] ^= 1
    assert entries(bytes(torn) + meta(1, 2, 7) + pages) == [b"old"]


def test_entries_below_branches_come_in_their_order():
    pages = branch([3, 4], 2) + leaf([(0, b"a", b"")], 3) + leaf([(0, b"b", b"")], 4)
    assert entries(meta(0, 2, 1) + bytes(PAGE) + pages) == [b"a", b"b"]


def test_a_tree_that_leads_back_to_itself_ends():
    with pytest.raises(Unreadable):
        entries(meta(0, 2, 1) + bytes(PAGE) + branch([2], 2))


@pytest.mark.parametrize(("name", "tree"), [("metadata.db", LAYERS), ("meta.db", IMAGES)])
def test_a_damaged_database_gives_facts_or_says_why_not(name, tree):
    whole, chance = database(tree), random.Random(1)
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(6):
            data[chance.randrange(len(data))] = chance.randrange(256)
        cut = bytes(data[: chance.randrange(len(data)) if chance.random() < 0.3 else None])
        try:
            found = list(containerd_layers.observe(BytesSource(name, cut), CountingBudget()))
        except Unreadable:
            continue
        assert all(isinstance(one, StoredLayer | StoredImage) for one in found)
