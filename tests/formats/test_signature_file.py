from pathlib import Path

import pytest

from scanner.catalogue.load import signature_root
from scanner.engine.discover import Table
from scanner.formats import signature_file

SIGNATURES = sorted(p for p in signature_root().rglob("*") if p.suffix in {".yaml", ".yar"})


def test_every_signature_that_came_with_the_program_is_known_for_what_it_is():
    table = Table()
    types = {p.name: table.wanted(p.name, p.read_bytes()[:4096]).type for p in SIGNATURES}
    assert len(types) > 300
    assert {name for name, kind in types.items() if kind != "signature-file"} == set()


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("compose.yaml", b"services:\n  faces:\n    image: acme/faces\n"),
        ("id.yaml", b"id: 7\nkind: app\n"),
        ("notes.yar", b"no rules here\n"),
    ],
)
def test_other_files_of_these_names_are_not(name: str, head: bytes):
    assert not signature_file.wants(name, head)


def test_what_a_signature_describes_is_a_mention(tmp_path: Path):
    from tests.commands import scanned

    folder = tmp_path / "catalogue"
    folder.mkdir()
    for path in SIGNATURES:
        (folder / path.name).write_bytes(path.read_bytes())
    report = scanned(folder)
    assert report["verdict"] == "none"
    assert {f["presence"] for f in report["findings"]} <= {"referenced"}
