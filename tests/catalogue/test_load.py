import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import scanner
from scanner.catalogue import load
from scanner.catalogue.load import Caching, CatalogueError, load_catalogue, read_catalogue, signature_root
from tests.catalogue.folders import GOOD, changed, folder_with

NAME = "libraries/example-face.yaml"
SECOND = GOOD.replace("example-face", "another-face").replace("example_face", "another_face")


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    folder = tmp_path / "cache"
    monkeypatch.setenv("FRSCAN_CACHE_DIR", str(folder))
    return folder


@pytest.fixture
def root(tmp_path):
    return folder_with(tmp_path / "signatures", {NAME: GOOD, "models/another-face.yaml": SECOND})


@pytest.fixture
def parsed(monkeypatch):
    """The names of the files that were really parsed."""
    from scanner.catalogue import decode

    names: list[str] = []
    real = decode.decode_technology

    def noted(content, file, yara_source=""):
        names.append(file)
        return real(content, file, yara_source)

    monkeypatch.setattr(decode, "decode_technology", noted)
    return names


def mistakes_in(folder: Path) -> str:
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(folder)
    return str(caught.value)


def test_technologies_come_sorted_by_id(root):
    catalogue = load_catalogue(root)
    assert [technology.id for technology in catalogue.technologies] == ["another-face", "example-face"]
    assert catalogue.technologies[0].group == "models"
    assert catalogue.technologies[1].file == NAME


def test_the_digest_stands_for_every_name_and_byte(root):
    first = load_catalogue(root)
    assert len(first.digest) == 64
    assert first.version == first.digest[:16]
    assert load_catalogue(root).digest == first.digest
    (root / NAME).write_text(GOOD + "# changed\n")
    second = load_catalogue(root).digest
    folder_with(root, {"libraries/example-face.yar": "rule a { condition: false }"})
    assert len({first.digest, second, load_catalogue(root).digest}) == 3


def test_what_does_not_belong_to_the_signatures_changes_nothing(root):
    before = load_catalogue(root)
    folder_with(root, {"README.md": "x", ".hidden/a.yaml": "x", "libraries/.example.yaml": "x"})
    assert load_catalogue(root) == before


def test_byte_rules_beside_the_file_come_with_it(root):
    folder_with(root, {"libraries/example-face.yar": "rule a { condition: false }"})
    assert load_catalogue(root).technologies[1].yara_source == "rule a { condition: false }"


def test_the_second_time_nothing_is_parsed(root, parsed):
    first = load_catalogue(root)
    assert len(parsed) == 2
    assert load_catalogue(root) == first
    assert len(parsed) == 2


def test_the_cache_can_be_bypassed(root, cache, parsed):
    load_catalogue(root, caching=Caching.BYPASS)
    assert not cache.exists()
    load_catalogue(root, caching=Caching.BYPASS)
    assert len(parsed) == 4


@pytest.mark.parametrize("damage", [b"", b"frscan cache 1\n", b"nonsense" * 20])
def test_a_damaged_cache_is_rebuilt(root, cache, parsed, damage):
    first = load_catalogue(root)
    (kept,) = cache.iterdir()
    whole = kept.read_bytes()
    kept.write_bytes(damage)
    assert load_catalogue(root) == first
    assert len(parsed) == 4
    assert kept.read_bytes() == whole


def test_a_cache_of_another_shape_is_rebuilt(root, monkeypatch, parsed):
    first = load_catalogue(root)
    monkeypatch.setattr(load, "read_cached", lambda key, suffix: b"\x92\x90\x01")
    assert load_catalogue(root) == first
    assert len(parsed) == 4


def test_a_changed_file_is_parsed_again(root):
    load_catalogue(root)
    (root / NAME).write_text(changed("Example Inc.", "Example Ltd."))
    assert load_catalogue(root).technologies[1].vendor == "Example Ltd."


def test_every_bad_file_is_named_and_nothing_is_loaded(root):
    folder_with(root, {"models/bad.yaml": "id: [\n", "os-apis/worse.yaml": changed("vendor:", "vendro:")})
    message = mistakes_in(root)
    assert "models/bad.yaml:2: is not valid YAML" in message
    assert "os-apis/worse.yaml:3: the signature knows no key 'vendro'" in message


def test_no_more_than_ten_mistakes_are_listed(tmp_path):
    folder = folder_with(tmp_path / "many", {f"models/m{n:02}.yaml": "id: x\n" for n in range(13)})
    lines = mistakes_in(folder).splitlines()
    assert len(lines) == 11
    assert lines[0].startswith("models/m00.yaml:1: ")
    assert lines[-1] == "… and 3 more."


def test_a_bad_file_does_not_hide_the_good_ones_from_a_lint(root):
    folder_with(root, {"models/bad.yaml": "id: [\n"})
    catalogue, errors = read_catalogue(root)
    assert len(catalogue.technologies) == 2
    assert [error.file for error in errors] == ["models/bad.yaml"]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"models/example-face.yaml": GOOD, NAME: GOOD}, "models/example-face.yaml:1: has the id of libraries/"),
        ({"libraries/x.yml": GOOD}, "libraries/x.yml: would not be read; signatures end in .yaml"),
        ({"example-face.yaml": GOOD}, "example-face.yaml: would not be read; a signature lies directly in one of"),
        ({"other/example-face.yaml": GOOD}, "would not be read"),
        ({"libraries/deep/example-face.yaml": GOOD}, "would not be read"),
        ({"libraries/alone.yar": "rule a { condition: false }"}, "alone.yar: has no signature of the same name"),
        ({NAME: GOOD, "libraries/example-face.yar": b"\n\xff"}, "example-face.yar:2: is not UTF-8"),
        ({NAME: b"#" * (1024 * 1024 + 1)}, "is larger than 1 MiB"),
        ({"README.md": "x"}, "holds no signature files"),
    ],
)
def test_no_signature_is_passed_over_in_silence(tmp_path, files, message):
    assert message in mistakes_in(folder_with(tmp_path / "signatures", files))


def test_a_folder_that_is_not_there_is_said(tmp_path):
    assert "is no folder of signatures" in mistakes_in(tmp_path / "nowhere")


def test_the_signatures_that_came_with_the_program_are_found():
    assert signature_root().is_dir()
    assert signature_root().name in ("signatures", "_signatures")
    assert load_catalogue().technologies


def _run_copy(package_parent: Path) -> str:
    code = "from scanner.catalogue.load import signature_root; print(signature_root())"
    command = [sys.executable, "-c", code]
    environment = {"PYTHONPATH": str(package_parent), "PATH": "", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=package_parent, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def _copy_of_the_package(parent: Path) -> Path:
    source = Path(scanner.__file__).parent
    return Path(
        shutil.copytree(source, parent / "scanner", ignore=shutil.ignore_patterns("__pycache__", "_signatures"))
    )


def test_in_a_source_tree_they_are_the_packages_neighbour(tmp_path):
    _copy_of_the_package(tmp_path)
    (tmp_path / "signatures").mkdir()
    assert Path(_run_copy(tmp_path)) == (tmp_path / "signatures").resolve()


def test_an_installed_package_takes_its_own_before_any_neighbour(tmp_path):
    package = _copy_of_the_package(tmp_path)
    (tmp_path / "signatures").mkdir()
    (package / "_signatures").mkdir()
    assert Path(_run_copy(tmp_path)) == (package / "_signatures").resolve()


def test_an_installation_without_signatures_says_so(tmp_path, monkeypatch):
    from scanner.catalogue import signature_folder

    monkeypatch.setattr(signature_folder, "__file__", str(tmp_path / "scanner" / "catalogue" / "x.py"))
    with pytest.raises(CatalogueError, match="no signatures came with this installation"):
        signature_root()
