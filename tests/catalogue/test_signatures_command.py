import json
import sys
from types import ModuleType

import pytest
from typer.testing import CliRunner

from scanner.catalogue import installed
from scanner.cli.signatures import app
from tests.catalogue.folders import GOOD, changed, folder_with

NAME = "libraries/example-face.yaml"


@pytest.fixture(autouse=True)
def root(tmp_path, monkeypatch):
    """The folder that the commands take for the one that came with the program."""
    monkeypatch.setenv("FRSCAN_CACHE_DIR", str(tmp_path / "cache"))
    folder = folder_with(tmp_path / "signatures", {NAME: GOOD})
    monkeypatch.setenv("FRSCAN_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr(installed, "signature_root", lambda: folder)
    return folder


def run(*arguments: str):
    return CliRunner().invoke(app, list(arguments))


def test_list_shows_one_line_a_technology():
    result = run("list")
    assert result.exit_code == 0
    assert result.stdout == "example-face  library        2  detection, verification, identification\n"
    assert result.stderr == ""


def test_list_is_also_written_as_json():
    answer = json.loads(run("list", "--format", "json").stdout)
    assert len(answer["signatures"]) == 16
    assert answer["technologies"] == [
        {
            "id": "example-face",
            "name": "Example Face",
            "vendor": "Example Inc.",
            "kind": "library",
            "group": "libraries",
            "capabilities": ["detection", "verification", "identification"],
            "indicators": 2,
            "indicators_verified": 1,
            "file": NAME,
        }
    ]


def test_show_says_everything_within_80_columns(root):
    folder_with(root, {NAME: changed("    weight: strong", f"    note: {'a long remark ' * 20}")})
    result = run("show", "example-face")
    assert result.exit_code == 0
    assert max(map(len, result.stdout.splitlines())) <= 80
    for part in (
        "Example Face (example-face)",
        "File:            signatures/libraries/example-face.yaml",
        "Indicators: 2, of which 1 were seen in a real artifact",
        "- package: pkg:pypi/example-face\n    versions >=1.2, <3\n    seen in example-face 1.10",
        "- class: java:com.example.face.*\n  and symbol: example_face_start\n    grants identification",
        "not verified: counts as referenced at most",
        "- path: */docs/example-face/*\n    The documentation of the library.",
        "- documentation: gives nothing",
    ):
        assert part in result.stdout


def test_show_of_an_unknown_id_names_a_near_one():
    result = run("show", "exmple-face")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "there is no signature 'exmple-face'; did you mean example-face?" in result.stderr


def test_lint_is_silent_about_good_signatures():
    result = run("lint")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "1 signature read, 0 problems found.\n"


def test_lint_names_file_line_rule_and_remedy(tmp_path):
    bad = changed("class: java:com.example.face.*", "class: java:com.example.fa*")
    folder = folder_with(tmp_path / "own", {NAME: bad, "models/broken.yaml": "id: [\n"})
    result = run("lint", str(folder))
    assert result.exit_code == 1
    first, second = result.stdout.splitlines()
    assert first.startswith("libraries/example-face.yaml:12: prefix-ends-at-a-name: 'java:com.example.fa*' cuts a name")
    assert first.endswith("→ End a prefix at a whole name: java:com.vendor.sdk.* instead of java:com.vendor.sd*.")
    assert second.startswith("models/broken.yaml:2: cannot-be-loaded: is not valid YAML")
    assert result.stderr == "2 signatures read, 2 problems found.\n"


@pytest.mark.parametrize("command", ["lint", "test"])
def test_a_folder_that_is_not_there_is_wrong_use(tmp_path, command, monkeypatch):
    result = run(command, str(tmp_path / "nowhere"))
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "is no folder of signatures" in result.stderr


def test_signatures_that_cannot_be_loaded_are_a_wrong_configuration(root):
    folder_with(root, {NAME: "id: [\n"})
    result = run("list")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "libraries/example-face.yaml:2: is not valid YAML" in result.stderr


@pytest.mark.parametrize(("failures", "status"), [((), 0), (("example-face: installed: gives nothing",), 1)])
def test_test_shows_the_examples_that_fail(monkeypatch, failures, status):
    module = ModuleType("scanner.evidence.examples")
    monkeypatch.setattr(module, "failures", lambda catalogue, only: failures, raising=False)
    monkeypatch.setitem(sys.modules, "scanner.evidence.examples", module)
    result = run("test")
    assert result.exit_code == status
    assert result.stdout.splitlines() == list(failures)
    assert result.stderr.startswith("2 examples tried, ")


def test_the_signatures_that_came_with_the_program_have_no_problem(monkeypatch):
    monkeypatch.undo()
    result = run("lint")
    assert result.stdout == ""
    assert result.exit_code == 0


def test_export_and_install_carry_a_set_elsewhere(root, tmp_path):
    bundle = tmp_path / "set.bundle"
    exported = run("export", str(bundle))
    assert (exported.exit_code, exported.stderr) == (0, "")
    assert "1 file" in exported.stdout

    folder_with(root, {NAME: changed("vendor: Example Inc.", "vendor: Shipped")})
    assert run("install", str(bundle)).exit_code == 0
    assert "Example Inc." in run("show", "example-face").stdout
    assert "came with frscan" in run("install", "--undo").stdout
    assert "Shipped" in run("show", "example-face").stdout


@pytest.mark.parametrize("arguments", [(), ("some.bundle", "--undo")])
def test_install_wants_a_bundle_or_undo(arguments):
    result = run("install", *arguments)
    assert result.exit_code == 2
    assert result.stderr == "frscan: name a bundle to install, or --undo alone.\n"


def test_one_signature_file_is_tried_against_a_real_artifact(root, tmp_path):
    draft = tmp_path / "acme-faces.yaml"
    draft.write_text(
        GOOD.replace("example-face", "acme-faces").replace("pkg:pypi/acme-faces", "pkg:pypi/acme-faces"),
        encoding="utf-8",
    )
    (tmp_path / "requirements.txt").write_text("acme-faces==1.5\n", encoding="utf-8")
    result = run("test", str(draft), "--against", str(tmp_path / "requirements.txt"))
    assert result.exit_code == 0, result.output
    assert "seen    package: pkg:pypi/acme-faces\n          requirements.txt at line 1 (declared)" in result.stdout
    assert "unseen  class: java:com.example.face.*" in result.stdout

    (tmp_path / "empty.txt").write_text("nothing\n", encoding="utf-8")
    assert run("test", str(draft), "--against", str(tmp_path / "empty.txt")).exit_code == 1


def test_against_goes_with_one_signature_file(root, tmp_path):
    result = run("test", str(root), "--against", str(tmp_path))
    assert result.exit_code == 2
    assert "--against goes with one signature file" in result.stderr
