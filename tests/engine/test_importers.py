"""Who is asked whether it imports the file in which something matched."""

import json
import shutil

from scanner.catalogue.index import Index
from scanner.engine.importers import MAX_ASKED, importer_requests, may_import
from scanner.model.observation import Call, Import
from tests.catalogues import facts, indicator, technology
from tests.commands import frscan

INDEX = Index((technology(indicator("call", "python:acme.match"), indicator("call", "js:acme.match")),))


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


def test_installed_packages_are_not_projects():
    for locator in ("lib/site-packages/acme/x.py", "a.zip!/lib/site-packages/x.py", "node_modules/a/x.py"):
        assert not may_import(locator)
        assert asked(matched(locator), others=["main.py"]) == {}


def test_a_project_in_an_archive_ends_with_the_archive():
    others = ["x.zip!/main.py", "x.zip!/app/door.py", "y.zip!/main.py", "main.py", "x.zip!/inner.zip!/z.py"]
    assert asked(matched("x.zip!/faces.py"), others=others) == {
        "x.zip!/main.py": {"faces"},
        "x.zip!/app/door.py": {"faces"},
    }


def test_a_program_made_of_one_file_is_one_project():
    others = ["x.exe!/main.pyc", "x.exe!/PYZ-00.pyz!/app/door.pyc", "y.exe!/main.pyc"]
    assert set(asked(matched("x.exe!/PYZ-00.pyz!/app/faces.pyc"), others=others)) == set(others[:2])


def javascript_matched(locator):
    call = Call(language="js", name="acme.match", by="x", place="line 2")
    return facts(call, locator=locator, kind="javascript")


def test_all_files_of_a_javascript_project_and_its_package_file_are_asked():
    others = ["shop/package.json", "shop/server.js", "shop/pages/x.vue", "elsewhere/y.js", "shop/x.py"]
    assert asked(javascript_matched("shop/src/deep/in/faces.ts"), others=others) == {
        "shop/package.json": {"./faces"},
        "shop/server.js": {"./faces"},
        "shop/pages/x.vue": {"./faces"},
    }


def test_an_index_is_asked_for_by_its_folder():
    assert asked(javascript_matched("src/faces/index.js"), others=["src/x.js"])["src/x.js"] == {
        "./",
        "./index",
        "./faces",
    }


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


def test_a_report_says_which_entry_of_a_javascript_program_leads_to_the_match(tmp_path):
    files = {
        "package.json": '{"name": "shop", "version": "1.0.0", "scripts": {"start": "node server.js", "test": "x.js"}}',
        "server.js": "const login = require('./src/pages/login')\n",
        "src/pages/login.ts": "import { find } from '../components'\n",
        "src/components/index.ts": "export * from './camera.js'\n",
        "src/components/other.ts": "export const camera = 'camera'\n",
        "src/components/camera.ts": "import { RekognitionClient, SearchFacesByImageCommand } from "
        "'@aws-sdk/client-rekognition'\n"
        "new RekognitionClient().send(new SearchFacesByImageCommand({}))\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    report = json.loads(frscan(tmp_path, "-q", "-f", "json", "--fail-on", "never").out)
    explanation = report["findings"][0]["explanation"]
    assert "imported by src/components/camera.ts" in explanation
    assert "the code begins at server.js, which package.json names as an entry" in explanation


def test_a_report_says_who_imports_a_package_of_the_same_workspace_that_uses_the_technology(tmp_path):
    files = {
        "package.json": '{"name": "shop", "version": "1.0.0", "workspaces": ["packages/*"]}',
        "packages/faces/package.json": '{"name": "@shop/faces", "version": "1.0.0", "main": "src/find.js"}',
        "packages/faces/src/find.js": "const { RekognitionClient, SearchFacesByImageCommand } = "
        "require('@aws-sdk/client-rekognition')\nnew RekognitionClient().send(new SearchFacesByImageCommand({}))\n",
        "packages/faces/index.js": "module.exports = 1\n",
        "packages/door/package.json": '{"name": "@shop/door", "version": "1.0.0", "main": "open.js"}',
        "packages/door/open.js": "const { find } = require('@shop/faces')\nfind()\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    report = json.loads(frscan(tmp_path, "-q", "-f", "json", "--fail-on", "never").out)
    told = {(edge["source"], edge["target"]) for edge in report["graph"]["edges"]}
    assert ("packages/door/open.js", "packages/faces/package.json") in told
    assert ("packages/faces/package.json", "packages/faces/src/find.js") in told
    assert not any(source == "packages/faces/index.js" for source, _ in told)


FILES = {
    "requirements.txt": "boto3==1.40.0\nface_recognition==1.3.0\ndeepface\n",
    "PKG-INFO": "Metadata-Version: 2.1\nName: shop\nVersion: 1.0\n",
    "app/__init__.py": "",
    "app/faces.py": "import boto3\nc = boto3.client('rekognition')\nc.search_faces_by_image()\n",
    "app/door.py": "from . import faces\n",
    "main.py": "from app.door import faces\n",
    "tests/test_x.py": "import face_recognition\nface_recognition.compare_faces([1], 2)\n",
    "web/package.json": '{"name": "web", "version": "1.0.0", "main": "server.js", '
    '"dependencies": {"@aws-sdk/client-rekognition": "^3.0.0"}}',
    "web/server.js": "const l = require('./src/login')\n",
    "web/src/login.js": "import { RekognitionClient, SearchFacesByImageCommand } from '@aws-sdk/client-rekognition'\n"
    "new RekognitionClient().send(new SearchFacesByImageCommand({}))\n",
}


def told_of(target, root):
    """What a report says of a project that lies at `root`, as if that were the target."""
    report = json.loads(frscan(target, "-q", "-f", "json", "--fail-on", "never").out.replace(root, ""))
    findings = [
        (f["technology"]["id"], f["component"]["name"], f["capability_presence"], f["verdict"], f["explanation"])
        for f in report["findings"]
    ]
    edges = {(e["kind"], e["source"], e["target"]) for e in report["graph"]["edges"] if e["kind"] != "contains"}
    return findings, edges, report["verdict"], report["complete"]


def test_a_project_says_the_same_in_a_folder_and_in_every_archive(tmp_path):
    folder = tmp_path / "shop"
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    shutil.make_archive(str(tmp_path / "shop"), "zip", folder)
    shutil.make_archive(str(tmp_path / "shop-1.0"), "gztar", tmp_path, "shop")
    told = told_of(folder, "")
    assert "the code begins at main.py" in told[0][0][4]
    assert ("imports", "web/server.js", "web/src/login.js") in told[1]
    for name, root in {
        "shop.zip": "shop.zip!/",
        "shop-1.0.tar.gz": "shop-1.0.tar.gz!/shop-1.0.tar!/shop/",
    }.items():
        assert told_of(tmp_path / name, root) == told, name
