"""An app whose code files do not define what its manifest names was not seen into, and the report says so."""

import json
import zipfile
from pathlib import Path

from scanner.evidence.hidden_code import hidden_code
from scanner.model.observation import AndroidEntry, ClassName
from scanner.model.vocabulary import Cause
from tests.catalogues import facts
from tests.commands import frscan

FIXTURES = Path(__file__).parents[2] / "fixtures/android"


def manifest(*classes):
    entries = [AndroidEntry(entry="component", name=name, place="manifest/application") for name in classes]
    return facts(*entries, locator="a.apk!/AndroidManifest.xml", kind="android-manifest")


def code(*classes, locator="a.apk!/classes.dex"):
    defined = [ClassName(language="java", name=name, role="defines", place="class_defs[0]") for name in classes]
    return facts(*defined, locator=locator, kind="dex")


def hidden(*items):
    return list(hidden_code({item.artifact.locator: item for item in items}))


def test_an_app_of_which_only_a_stub_is_there_is_told():
    (told,) = hidden(manifest("org.a.App", "org.a.Main", "org.a.Login"), code("com.stub.App"))
    assert (told.locator, told.stage, told.cause) == ("a.apk", "code", Cause.PACKED)
    assert "3 of the 3 classes" in told.reason


def test_classes_of_all_code_files_count():
    items = (
        manifest("org.a.Main", "org.a.Login"),
        code("org.a.Main"),
        code("org.a.Login", locator="a.apk!/classes2.dex"),
    )
    assert hidden(*items) == []


def test_a_few_classes_that_another_split_brings_are_no_packing():
    assert hidden(manifest("org.a.Main", "org.a.Login", "org.feature.Extra"), code("org.a.Main", "org.a.Login")) == []


def test_a_split_without_code_hides_none():
    assert hidden(manifest("org.a.Main", "org.a.Login")) == []


def test_code_files_kept_as_assets_are_not_the_apps_own():
    items = (
        manifest("org.a.App", "org.a.Main"),
        code("stub.App"),
        code("org.a.App", "org.a.Main", locator="a.apk!/assets/classes.dex"),
    )
    assert len(hidden(*items)) == 1


def test_the_report_on_a_packed_app_is_no_all_clear(tmp_path):
    packed = tmp_path / "packed.apk"
    with (
        zipfile.ZipFile(FIXTURES / "demo.apk") as demo,
        zipfile.ZipFile(FIXTURES / "clean.apk") as clean,
        zipfile.ZipFile(packed, "w") as archive,
    ):
        archive.writestr("AndroidManifest.xml", demo.read("AndroidManifest.xml"))
        archive.writestr("classes.dex", clean.read("classes.dex"))
    ran = frscan(str(packed), "-f", "json", "--no-cache")
    report = json.loads(ran.out)
    assert [(gap["locator"], gap["cause"]) for gap in report["unreadable"]] == [("packed.apk", "packed")]
    assert not report["complete"]
