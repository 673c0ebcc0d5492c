"""A path in, a report out: one app in every form in which apps are handed over, each built here from our own fixtures.

All forms lie in one folder and are scanned once.
"""

import plistlib
from collections.abc import Iterable
from hashlib import shake_256
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest

from tests.commands import FIXTURES, scanned
from tests.formats.apple_files import macho_with
from tests.formats.bundle_manifest import bundle_node
from tests.hostile.archives import zipped

DEMO, BADGE = FIXTURES / "android/demo.apk", FIXTURES / "jvm/badge.jar"
IN_DEMO = {"facetec": "used", "aws-rekognition": "used", "opencv-face": "used"}
SPLIT_APPS = ("shop.apks", "shop.xapk", "shop.apkm")


def members_of(path: Path) -> dict[str, bytes]:
    with ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def split_app() -> bytes:
    """What stores and their tools hand out: the app, and its native libraries in a split of their own."""
    inside = members_of(DEMO)
    split = {name: content for name, content in inside.items() if name.startswith("lib/arm64-v8a/")}
    base = {name: content for name, content in inside.items() if name not in split}
    apks = [("base.apk", zipped(*base.items())), ("split_config.arm64_v8a.apk", zipped(*split.items()))]
    return zipped(*apks, ("manifest.json", b"{}"))


def app_bundle(content: Iterable[tuple[str, bytes]]) -> bytes:
    text = (FIXTURES / "android/source/lobby/AndroidManifest.xml").read_text(encoding="utf-8")
    members = {"base/manifest/AndroidManifest.xml": bundle_node(ElementTree.fromstring(text)), "BundleConfig.pb": b""}
    for name, data in content:
        if name != "AndroidManifest.xml":
            members[f"base/dex/{name}" if name.endswith(".dex") else f"base/{name}"] = data
    return zipped(*members.items())


def web_archive() -> bytes:
    classes = {f"WEB-INF/classes/{name}": data for name, data in members_of(BADGE).items() if name.endswith(".class")}
    return zipped(("WEB-INF/web.xml", b"<web-app/>"), *classes.items())


def apple_framework(folder: Path) -> None:
    """A folder of one library for each kind of device."""
    wanted = {"AvailableLibraries": [], "CFBundlePackageType": "XFWK"}
    for kind in ("ios-arm64", "ios-arm64_x86_64-simulator"):
        library = folder / kind / "Sdk.framework"
        library.mkdir(parents=True)
        (library / "Sdk").write_bytes(macho_with(undefined=("_OBJC_CLASS_$_VNDetectFaceRectanglesRequest",)))
        (library / "PrivacyInfo.xcprivacy").write_bytes(plistlib.dumps({"NSPrivacyTracking": False}))
    (folder / "Info.plist").write_bytes(plistlib.dumps(wanted))


@pytest.fixture(scope="module")
def report(tmp_path_factory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("forms")
    inside = members_of(DEMO)
    noise = shake_256(b"encrypted").digest(1 << 14)
    stub = {name: data for name, data in inside.items() if name in ("AndroidManifest.xml", "classes2.dex")}
    fetched = {**stub, "assets/plugin.bin": inside["classes.dex"], "assets/part.jar": zipped(*inside.items())}
    for name in SPLIT_APPS:
        (folder / name).write_bytes(split_app())
    forms = {
        "shop.aab": app_bundle(inside.items()),
        "sealed.aab": app_bundle({"classes.dex": inside["classes2.dex"]}.items()),
        "shop.war": web_archive(),
        "plugins.apk": zipped(*fetched.items()),
        "packed.apk": zipped(*{**inside, "classes.dex": inside["classes2.dex"]}.items(), ("assets/x.dat", noise)),
        "encrypted.apk": zipped(*{**inside, "classes2.dex": noise}.items()),
    }
    for name, content in forms.items():
        (folder / name).write_bytes(content)
    unpacked = folder / "unpacked"
    for name, content in inside.items():
        (unpacked / name).parent.mkdir(parents=True, exist_ok=True)
        (unpacked / name).write_bytes(content)
    apple_framework(folder / "Sdk.xcframework")
    return scanned(folder)


def found_in(report: dict[str, Any], place: str) -> dict[str, str]:
    """Technologies with a verdict, whose evidence lies in that file or folder."""
    return {
        finding["technology"]["id"]: finding["presence"]
        for finding in report["findings"]
        if any(evidence["locator"].startswith(place) for evidence in finding["evidence"])
    }


def unread_in(report: dict[str, Any], place: str) -> set[tuple[str, str]]:
    return {(u["locator"], u["cause"]) for u in report["unreadable"] if u["locator"].startswith(place)}


@pytest.mark.parametrize("form", [*SPLIT_APPS, "shop.aab"])
def test_an_app_in_splits_or_a_bundle_is_one_component_and_gives_what_the_app_gives(report, form):
    assert found_in(report, form) == IN_DEMO
    owners = {f["component"]["locator"] for f in report["findings"] if f["evidence"][0]["locator"].startswith(form)}
    assert owners == {form}
    assert unread_in(report, form) == set()


def test_of_an_unpacked_app_the_same_is_found(report):
    assert set(found_in(report, "unpacked/")) == set(IN_DEMO)
    assert unread_in(report, "unpacked") == set()


def test_classes_of_a_web_archive_are_read(report):
    assert found_in(report, "shop.war") == {"aws-rekognition": "used"}


def test_every_library_of_an_apple_framework_is_read(report):
    assert set(found_in(report, "Sdk.xcframework/ios-arm64/")) == {"apple-vision-face"}
    assert set(found_in(report, "Sdk.xcframework/ios-arm64_x86_64-simulator/")) == {"apple-vision-face"}


def test_code_among_the_assets_is_read_whatever_it_is_called(report):
    assert found_in(report, "plugins.apk!/assets/plugin.bin")["facetec"] == "used"
    assert found_in(report, "plugins.apk!/assets/part.jar!/")["aws-rekognition"] == "used"


def test_code_that_is_encrypted_is_said_to_be_unread(report):
    assert unread_in(report, "encrypted.apk") == {("encrypted.apk!/classes2.dex", "damaged")}


@pytest.mark.parametrize(("app", "place"), [("packed.apk", "packed.apk"), ("sealed.aab", "sealed.aab!/base")])
def test_an_app_whose_classes_are_nowhere_is_said_to_be_packed(report, app, place):
    assert unread_in(report, app) == {(place, "packed")}
