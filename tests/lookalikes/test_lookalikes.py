"""Fonts, meshes, social networks and lists of trackers raise nothing, in a folder and in an archive."""

import zipfile
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from scanner.engine.scan import Settings, scan
from tests.lookalikes.raised import raised

SORTS = sorted((Path(__file__).parent / "data").glob("*.yaml"))
SIGNATURES = Path(__file__).parents[2] / "signatures"


def packed(folder: Path, archive: Path) -> Path:
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as written:
        for path in sorted(folder.rglob("*")):
            written.write(path, path.relative_to(folder).as_posix())
    return archive


@pytest.mark.parametrize("sort", SORTS, ids=lambda path: path.stem)
def test_what_only_looks_like_it_raises_nothing(sort, tmp_path):
    said = YAML(typ="safe").load(sort.read_text(encoding="utf-8"))
    assert said["why"].endswith(".")
    folder = tmp_path / "target"
    for name, text in said["files"].items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    archive = packed(folder, tmp_path / "target.zip")
    report = scan([folder, archive], Settings(jobs=1, uses_cache=False))
    assert raised(report) == []
    assert report.coverage.artifacts >= 2 * len(said["files"])


def test_the_same_way_of_asking_raises_what_is_real(tmp_path):
    (tmp_path / "door.py").write_text("import face_recognition\nface_recognition.compare_faces(known, face)\n")
    report = scan([tmp_path], Settings(jobs=1, uses_cache=False))
    assert [line.partition(" ")[0] for line in raised(report)] == ["face-recognition-py"]


def test_the_signatures_themselves_raise_nothing_in_a_folder_and_in_an_archive(tmp_path):
    archive = packed(SIGNATURES, tmp_path / "rules.zip")
    report = scan([SIGNATURES, archive], Settings(jobs=1, uses_cache=False))
    assert raised(report) == []
    assert report.coverage.artifacts > 2 * len(list(SIGNATURES.glob("*/*.yaml")))
