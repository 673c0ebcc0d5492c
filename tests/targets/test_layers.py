"""Layers of containers that Docker and Podman keep on a computer: what no container sees does not count."""

import io
import json
import os
import tarfile
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

from scanner.engine.scan import Settings, scan
from scanner.model.report import Report
from tests.catalogues import catalogue, indicator, technology
from tests.containers.test_container_image import archive, layout_files

WORD = b"acme_face_match_engine "
CATALOGUE = catalogue(technology(indicator("string", WORD.decode().strip())))
LOW, HIGH = "a" * 64, "b" * 64


def docker(at: Path, lower: dict[str, bytes], upper: dict[str, bytes], *tagged: str) -> Path:
    """A computer with an image of two layers, and with `base` also one of the lower layer alone."""
    store = at / "var" / "lib" / "docker"
    for folder, short, below, files in ((LOW, "L" * 26, "", lower), (HIGH, "H" * 26, "l/" + "L" * 26, upper)):
        layer = store / "overlay2" / folder
        for name, content in {f"diff/{name}": content for name, content in files.items()}.items():
            (layer / name).parent.mkdir(parents=True, exist_ok=True)
            (layer / name).write_bytes(content)
        (layer / "diff").mkdir(exist_ok=True, parents=True)
        (layer / "link").write_text(short)
        if below:
            (layer / "lower").write_text(below)
    images = store / "image" / "overlay2"
    (images / "imagedb" / "content" / "sha256").mkdir(parents=True)
    diffs = [f"sha256:{number * 64}" for number in "12"]
    chains = [diffs[0], "sha256:" + sha256(" ".join(diffs).encode()).hexdigest()]
    for chain, parent, diff, folder in ((chains[0], "", diffs[0], LOW), (chains[1], chains[0], diffs[1], HIGH)):
        place = images / "layerdb" / "sha256" / chain.removeprefix("sha256:")
        place.mkdir(parents=True)
        for name, text in (("cache-id", folder), ("diff", diff), *([("parent", parent)] if parent else [])):
            (place / name).write_text(text)
    names = {}
    for tag, layers in (("web:1.2", diffs), *((tag, diffs[:1]) for tag in tagged)):
        document = json.dumps({"architecture": "amd64", "rootfs": {"type": "layers", "diff_ids": layers}})
        image = sha256(document.encode()).hexdigest()
        (images / "imagedb" / "content" / "sha256" / image).write_text(document)
        names[tag.partition(":")[0]] = {tag: f"sha256:{image}"}
    (images / "repositories.json").write_text(json.dumps({"Repositories": names}))
    return at


def scanned(path: Path) -> Report:
    return scan([path], Settings(jobs=1, uses_cache=False), catalogue=CATALOGUE)


def places(report: Report) -> list[str]:
    found = sorted(evidence.locator for finding in report.findings for evidence in finding.evidence)
    return [place.removeprefix("var/lib/docker/overlay2/").replace("/diff/", "/")[62:] for place in found]


HIDING = [
    {"opt/a.bin": b"another"},
    {"opt/.wh.a.bin": b""},
    {".wh.opt": b""},
    {"opt/.wh..wh..opq": b""},
    {"opt": b"a file"},
]


@pytest.mark.parametrize("upper", HIDING, ids=lambda upper: next(iter(upper)))
def test_what_a_layer_above_hides_in_every_image_is_told_and_does_not_count(tmp_path, upper):
    report = scanned(docker(tmp_path, {"opt/a.bin": WORD, "b.bin": WORD}, upper))
    assert places(report) == ["aa/b.bin"]
    assert {(entry.locator[-9:], entry.why.startswith("In every container image")) for entry in report.not_counted} == {
        ("opt/a.bin", True)
    }
    assert report.complete


def test_the_image_and_the_layer_are_named_in_evidence(tmp_path):
    report = scanned(docker(tmp_path, {"b.bin": WORD}, {"c.bin": b"x"}))
    (evidence,) = report.findings[0].evidence
    assert evidence.place.endswith("from layer 1 of 2 of the container image web:1.2")


def test_what_another_image_of_the_same_layer_still_shows_counts(tmp_path):
    assert places(scanned(docker(tmp_path, {"a.bin": WORD}, {".wh.a.bin": b""}, "base:1"))) == ["aa/a.bin"]


def test_where_an_image_is_not_known_nothing_is_hidden(tmp_path):
    root = docker(tmp_path, {"a.bin": WORD}, {".wh.a.bin": b""}, "base:1")
    content = root / "var/lib/docker/image/overlay2/imagedb/content/sha256"
    for document in content.iterdir():
        if document.read_bytes().count(b"sha256:") == 1:
            document.unlink()
    assert places(scanned(root)) == ["aa/a.bin"]


def test_a_device_that_takes_a_name_away_hides_too(tmp_path):
    root = docker(tmp_path, {"a.bin": WORD}, {"b.bin": b"x"})
    try:
        os.mknod(root / "var/lib/docker/overlay2" / HIGH / "diff" / "a.bin", 0o020000, 0)
    except (AttributeError, PermissionError):
        pytest.skip("this account may not make a device")
    assert places(scanned(root)) == []


def test_layers_of_podman_are_known_by_its_list_of_images(tmp_path):
    root = docker(tmp_path, {"a.bin": WORD, "b.bin": WORD}, {".wh.a.bin": b""})
    store = root / "var" / "lib" / "docker"
    (store / "overlay2").rename(store / "overlay")
    for path in sorted((store / "image").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    (store / "overlay-images").mkdir()
    images = [{"id": "c" * 64, "names": ["registry.example.invalid/web:1.2"], "layer": HIGH, "digest": "sha256:1"}]
    (store / "overlay-images" / "images.json").write_text(json.dumps(images))
    report = scanned(root)
    (evidence,) = report.findings[0].evidence
    assert evidence.locator.endswith("/b.bin")
    assert evidence.place.endswith("of the container image registry.example.invalid/web:1.2")


UNPACKED = ({"opt/a.bin": WORD, "opt/b.bin": WORD}, {"opt/.wh.a.bin": b"", "opt/c.bin": b"x"})
PACKED = ({"d.bin": WORD, "e.bin": WORD}, {".wh.d.bin": b""})


def containerd(at: Path) -> Path:
    """What a containerd had that was given both images and unpacked one of them (images/make_containerd.sh)."""
    with tarfile.open(Path(__file__).parent / "images" / "containerd.tar.xz") as made:
        made.extractall(at, filter="data")
    for number, files in enumerate(UNPACKED, 1):
        for name, content in files.items():
            file = at / "io.containerd.snapshotter.v1.overlayfs" / "snapshots" / str(number) / "fs" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
    return at


def found_in(report: Report) -> dict[str, str]:
    return {e.locator: e.place for finding in report.findings for e in finding.evidence}


def test_of_the_images_of_containerd_what_no_container_sees_does_not_count(tmp_path):
    report = scanned(containerd(tmp_path))
    unpacked, packed = (
        "io.containerd.snapshotter.v1.overlayfs/snapshots/1/fs/opt/b.bin",
        "io.containerd.metadata.v1.bolt/meta.db!/e.bin",
    )
    found = found_in(report)
    assert sorted(found) == [packed, unpacked]
    assert found[unpacked].endswith("from layer 1 of 2 of the container image registry.example.invalid/web:1.2")
    assert "from layer 1 of 2 (" in found[packed]
    assert [entry.locator[-9:] for entry in report.not_counted] == ["opt/a.bin"]
    assert report.complete


def test_the_images_of_containerd_are_the_same_in_an_archive(tmp_path):
    (tmp_path / "backup.tar").write_bytes(tar_of(containerd(tmp_path / "made")))
    report = scanned(tmp_path / "backup.tar")
    assert sorted(place.rpartition("/")[2] for place in found_in(report)) == ["b.bin", "e.bin"]
    assert report.complete


def test_an_image_in_a_folder_is_what_a_container_sees_wherever_that_folder_lies(tmp_path):
    files = layout_files(archive({"opt/a.bin": WORD, "opt/b.bin": WORD}), archive({"opt/.wh.a.bin": b""}))
    with zipfile.ZipFile(tmp_path / "delivery.zip", "w") as made:
        for name, content in files.items():
            made.writestr(f"images/web/{name}", content)
    report = scanned(tmp_path / "delivery.zip")
    assert list(found_in(report)) == ["delivery.zip!/images/web/index.json!/opt/b.bin"]
    assert report.complete


def test_where_each_layer_is_a_copy_only_the_topmost_counts(tmp_path):
    store = tmp_path / "storage"
    for layer, files in ((LOW, ["a.bin", "b.bin"]), (HIGH, ["b.bin"])):
        (store / "vfs" / "dir" / layer).mkdir(parents=True)
        for name in files:
            (store / "vfs" / "dir" / layer / name).write_bytes(WORD)
    told = {
        "vfs-images/images.json": [{"id": "c" * 64, "names": ["web:1.2"], "layer": HIGH}],
        "vfs-layers/layers.json": [{"id": LOW}, {"id": HIGH, "parent": LOW}],
    }
    for name, document in told.items():
        (store / name).parent.mkdir()
        (store / name).write_text(json.dumps(document))
    report = scanned(tmp_path)
    assert list(found_in(report)) == [f"storage/vfs/dir/{HIGH}/b.bin"]
    assert {entry.locator for entry in report.not_counted} == {f"storage/vfs/dir/{LOW}/{name}.bin" for name in "ab"}


def tar_of(folder: Path) -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as made:
        made.add(folder, "srv")
    return held.getvalue()
