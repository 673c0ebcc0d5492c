"""A bundle carries a set of signatures whole or not at all."""

import io
import json
import zipfile
from pathlib import Path

import pytest

from scanner.catalogue.bundle import BundleError, export_bundle, read_bundle
from scanner.catalogue.installed import InstallError, data_folder, install, read_in_use, undo_install
from scanner.catalogue.load import load_catalogue
from scanner.catalogue.signature_error import CatalogueError
from scanner.catalogue.signature_folder import read_signature_files
from tests.catalogue.folders import GOOD, changed, folder_with

NAME = "libraries/example-face.yaml"
DAY = "2026-03-01"


@pytest.fixture(autouse=True)
def _own_folders(tmp_path, monkeypatch):
    monkeypatch.setenv("FRSCAN_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("FRSCAN_DATA_DIR", str(tmp_path / "data"))


def bundle_of(folder: Path, text: str = GOOD) -> Path:
    files = read_signature_files(folder_with(folder, {NAME: text, "DATE": f"{DAY}\n"}))
    path = folder.with_suffix(".bundle")
    export_bundle(files, path)
    return path


def altered(bundle: Path, changes: dict[str, bytes | None]) -> Path:
    """A copy of a bundle with members changed, added, or (None) left out."""
    with zipfile.ZipFile(bundle) as archive:
        contents: dict[str, bytes | None] = {name: archive.read(name) for name in archive.namelist()}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in {**contents, **changes}.items():
            if content is not None:
                archive.writestr(name, content)
    copy = bundle.with_name("altered.bundle")
    copy.write_bytes(packed.getvalue())
    return copy


def about_with(bundle: Path, **changes: object) -> dict[str, bytes | None]:
    with zipfile.ZipFile(bundle) as archive:
        about = json.loads(archive.read("bundle.json"))
    return {"bundle.json": json.dumps({**about, **changes}).encode()}


def test_an_installed_bundle_is_what_the_next_scan_uses_and_undo_goes_back(tmp_path):
    shipped = load_catalogue()
    install(read_bundle(bundle_of(tmp_path / "new")))

    assert [t.id for t in load_catalogue().technologies] == ["example-face"]
    assert load_catalogue().date == DAY

    assert undo_install() == "shipped"
    assert load_catalogue() == shipped


def test_the_set_before_is_kept_and_older_ones_go(tmp_path):
    sets = [
        read_bundle(bundle_of(tmp_path / str(n), changed("vendor: Example Inc.", f"vendor: Example {n}")))
        for n in range(3)
    ]
    for bundle in sets:
        install(bundle)

    assert load_catalogue().technologies[0].vendor == "Example 2"
    undo_install()
    assert load_catalogue().technologies[0].vendor == "Example 1"
    assert len([f for f in data_folder().iterdir() if f.is_dir()]) == 2


def test_the_same_set_gives_the_same_bytes(tmp_path):
    assert bundle_of(tmp_path / "a").read_bytes() == bundle_of(tmp_path / "b").read_bytes()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({f"signatures/{NAME}": GOOD.replace("Inc.", "Ltd.").encode()}, "damaged or altered"),
        ({f"signatures/{NAME}": None}, "damaged or altered"),
        ({"signatures/libraries/more.yaml": b"id: more"}, "damaged or altered"),
        ({"signatures/libraries/../../evil.yaml": b"x"}, "belong to no bundle"),
        ({"/etc/evil.yaml": b"x"}, "belong to no bundle"),
        ({"setup.py": b"x"}, "belong to no bundle"),
        ({"bundle.json": None}, "does not say what it is"),
        ({"bundle.json": b"{"}, "does not say what it is"),
        ({f"signatures/{NAME}": b"#" * (1024 * 1024 + 1)}, "larger than 1 MiB"),
    ],
)
def test_an_altered_bundle_is_not_used(tmp_path, changes, message):
    with pytest.raises(BundleError, match=message):
        read_bundle(altered(bundle_of(tmp_path / "set"), changes))


def test_a_bundle_for_a_later_frscan_says_which(tmp_path):
    bundle = bundle_of(tmp_path / "set")
    with pytest.raises(BundleError, match=r"needs frscan 999\.0 or later"):
        read_bundle(altered(bundle, about_with(bundle, minimum_tool="999.0")))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no bundle at all" * 100])
def test_what_is_no_bundle_is_refused_in_a_sentence(tmp_path, content):
    path = tmp_path / "some.bundle"
    path.write_bytes(content)
    with pytest.raises(BundleError, match="no bundle of signatures"):
        read_bundle(path)


def test_every_truncation_of_a_bundle_is_refused(tmp_path):
    bundle = bundle_of(tmp_path / "set")
    whole = bundle.read_bytes()
    for end in range(0, len(whole), 37):
        bundle.write_bytes(whole[:end])
        with pytest.raises(BundleError):
            read_bundle(bundle)


def test_an_installed_set_that_was_altered_is_not_used_in_silence(tmp_path):
    install(read_bundle(bundle_of(tmp_path / "set")))
    (file,) = data_folder().rglob("*.yaml")
    file.write_text(changed("vendor: Example Inc.", "vendor: Somebody"), encoding="utf-8")
    with pytest.raises(CatalogueError, match="was altered; install it again"):
        read_in_use()


def test_an_installed_set_that_is_gone_is_said(tmp_path):
    install(read_bundle(bundle_of(tmp_path / "set")))
    (file,) = data_folder().rglob("*.yaml")
    file.unlink()
    file.parent.rmdir()
    (file.parent.parent / "DATE").unlink()
    file.parent.parent.rmdir()
    with pytest.raises(CatalogueError, match="is gone"):
        load_catalogue()


def test_with_nothing_installed_there_is_nothing_to_undo():
    with pytest.raises(InstallError, match="No other set"):
        undo_install()


def test_a_set_with_mistakes_is_not_exported(tmp_path):
    files = read_signature_files(folder_with(tmp_path / "set", {NAME: GOOD, "elsewhere/x.yaml": "id: x"}))
    with pytest.raises(BundleError, match="have mistakes"):
        export_bundle(files, tmp_path / "out")
