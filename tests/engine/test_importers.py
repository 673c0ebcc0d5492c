"""Who is asked whether it imports the file in which something matched."""

import json

from scanner.catalogue.index import Index
from scanner.engine.importers import MAX_ASKED, importer_requests
from scanner.model.observation import Call, Import
from tests.catalogues import facts, indicator, technology
from tests.commands import frscan

INDEX = Index((technology(indicator("call", "python:acme.match")),))


def matched(locator):
    call = Call(language="python", name="acme.match", by="x", place="line 2")
    return facts(call, locator=locator, kind="python-source")


def imports(name, locator):
    return facts(Import(language="python", name=name, place="line 1"), locator=locator, kind="python-source")


def asked(*known, others):
    found = importer_requests({item.artifact.locator: item for item in known}, INDEX, lambda: others)
    return {request.locator: set(request.focus) for request in found}


def test_files_around_the_one_that_matched_are_asked_for_all_its_names():
    others = ["src/main.py", "src/app/door.py", "src/app/deep/x.py", "elsewhere/y.py", "src/notes.txt"]
    names = {"faces", "app.faces", "src.app.faces"}
    assert asked(matched("src/app/faces.py"), others=others) == {
        "src/main.py": names,
        "src/app/door.py": names,
        "src/app/deep/x.py": names,
    }


def test_who_imports_an_importer_is_asked_in_the_next_round():
    known = [matched("app/faces.py"), imports(".faces", "app/door.py")]
    assert asked(*known, others=["main.py"])["main.py"] >= {"app.door", "app.faces"}


def test_a_package_is_imported_by_its_folders_name():
    assert "faces" in asked(matched("faces/__init__.py"), others=["main.py"])["main.py"]


def test_installed_packages_and_archives_are_not_projects():
    for locator in ("lib/site-packages/acme/x.py", "a.zip!/x.py", "node_modules/a/x.py"):
        assert asked(matched(locator), others=["main.py", "lib/site-packages/acme/y.py"]) == {}


def test_where_nothing_matched_nobody_is_asked_and_the_files_are_not_even_listed():
    known = {"a.py": imports("json", "a.py")}
    assert list(importer_requests(known, INDEX, lambda: 1 / 0)) == []


def test_so_many_files_are_asked_and_no_more():
    assert len(asked(matched("faces.py"), others=[f"x{n}.py" for n in range(MAX_ASKED + 5)])) == MAX_ASKED


def test_a_report_says_where_the_code_begins(tmp_path):
    app = tmp_path / "shop" / "app"
    app.mkdir(parents=True)
    (app / "faces.py").write_text("import boto3\nc = boto3.client('rekognition')\nc.search_faces_by_image()\n")
    (app / "door.py").write_text("from . import faces\n")
    (tmp_path / "shop" / "main.py").write_text("from app.door import faces\n")
    ran = frscan(tmp_path / "shop", "-q", "-f", "json", "--fail-on", "never")
    finding = json.loads(ran.out)["findings"][0]
    assert finding["path"][1:-1] == ["main.py", "door.py", "faces.py"]
    assert "the code begins at main.py" in finding["explanation"]
    assert json.loads(ran.out)["coverage"]["artifacts"] == 3
