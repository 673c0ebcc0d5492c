"""A folder that is an OCI layout, read as the images it holds."""

import io
import json
import tarfile
from pathlib import Path

import pytest

from scanner.engine.scan import Settings, scan
from scanner.model.report import Report
from tests.catalogues import catalogue, indicator, technology
from tests.containers.test_container_image import archive, layout

WORD = b"acme_face_match_engine "
CATALOGUE = catalogue(technology(indicator("string", WORD.decode().strip())))


def folder_of(data: bytes, at: Path) -> Path:
    with tarfile.open(fileobj=io.BytesIO(data)) as whole:
        whole.extractall(at, filter="data")
    return at


def scanned(path: Path) -> Report:
    return scan([path], Settings(jobs=1, uses_cache=False), catalogue=CATALOGUE)


def places(report: Report) -> list[str]:
    return sorted(evidence.locator for finding in report.findings for evidence in finding.evidence)


def test_what_a_higher_layer_removes_is_not_found_and_the_target_has_its_kind(tmp_path):
    image = layout(archive({"a.bin": WORD, "b.bin": WORD}), archive({".wh.a.bin": b""}))
    report = scanned(folder_of(image, tmp_path / "image"))
    assert places(report) == ["index.json!/b.bin"]
    assert report.target.kind == "container-image"
    assert report.complete


def test_a_layout_below_a_folder_is_one_image_and_its_neighbours_are_read_too(tmp_path):
    folder_of(layout(archive({"a.bin": WORD}), archive({".wh.a.bin": b""})), tmp_path / "x" / "image")
    (tmp_path / "x" / "beside.bin").write_bytes(WORD)
    assert places(scanned(tmp_path)) == ["x/beside.bin"]


def test_a_blob_that_no_image_uses_is_read_all_the_same(tmp_path):
    image = folder_of(layout(archive({"a.bin": b"nothing"})), tmp_path / "image")
    (image / "blobs" / "sha256" / "hidden").write_bytes(WORD)
    assert places(scanned(image)) == ["index.json!/(in no image)/blobs/sha256/hidden"]


@pytest.mark.parametrize("damage", ["index", "layer", "link"])
def test_what_cannot_be_followed_is_reported(tmp_path, damage):
    image = folder_of(layout(archive({"a.bin": WORD})), tmp_path / "image")
    layers = [path for path in (image / "blobs" / "sha256").iterdir() if path.read_bytes()[257:262] == b"ustar"]
    if damage == "index":
        (image / "index.json").write_bytes(b"{ no index")
    else:
        layers[0].unlink()
    if damage == "link":
        (tmp_path / "elsewhere").write_bytes(archive({"a.bin": WORD}))
        layers[0].symlink_to(tmp_path / "elsewhere")
    report = scanned(image)
    assert not report.complete
    assert damage == "index" or not report.findings


def test_an_index_of_something_else_is_no_image(tmp_path):
    (tmp_path / "index.json").write_text(json.dumps({"manifests": [], "word": WORD.decode()}))
    (tmp_path / "blobs").mkdir()
    (tmp_path / "blobs" / "a.bin").write_bytes(WORD)
    assert places(scanned(tmp_path)) == ["blobs/a.bin", "index.json"]


@pytest.mark.parametrize("trusts_metadata", [False, True])
def test_a_blob_that_is_put_there_later_is_read_though_the_index_is_the_same(tmp_path, monkeypatch, trusts_metadata):
    monkeypatch.setenv("FRSCAN_CACHE_DIR", str(tmp_path / "cache"))
    image = folder_of(layout(archive({"a.bin": b"nothing"})), tmp_path / "image")
    settings = Settings(jobs=1, trusts_metadata=trusts_metadata)
    assert not scan([image], settings, catalogue=CATALOGUE).findings
    (image / "blobs" / "sha256" / "hidden").write_bytes(WORD)
    assert places(scan([image], settings, catalogue=CATALOGUE)) == ["index.json!/(in no image)/blobs/sha256/hidden"]
