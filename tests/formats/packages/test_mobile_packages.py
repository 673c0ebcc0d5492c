"""What apps for phones keep of the packages they were built with."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.formats.packages import android_build, flutter_notices, hybrid_plugins
from scanner.model.observation import ClassName, Package
from scanner.model.source import Unreadable
from tests.formats.reading import read, read_until_stopped
from tests.sources import BytesSource

NOTICES = f"""camera
face_login

Copyright 2020 somebody.

not_a_package in the text
{"-" * 80}
path

abseil_cpp
{"-" * 80}
Not A Name

text
"""
CORDOVA = """cordova.define('cordova/plugin_list', function(require, exports, module) {
  module.exports = [
    {"id": "cordova-plugin-face.Login", "file": "plugins/x/www/Login.js", "pluginId": "cordova-plugin-face"},
    {"id": "other.Thing", "pluginId": "@scope/other"}
  ];
  module.exports.metadata = {
    "cordova-plugin-face": "2.1.0",
    "cordova-plugin-silent": "1.0.0"
  };
});
"""


def told(found: list) -> list[tuple[str, str, str]]:
    return [(p.purl, p.version, p.role) for p in found if isinstance(p, Package)]


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        ("androidx.camera_camera-core.version", "1.3.0\n", ("pkg:maven/androidx.camera/camera-core", "1.3.0")),
        (
            "play-services-basement.properties",
            "version=18.1.0\nclient=play-services-basement\n",
            ("pkg:maven/com.google.android.gms/play-services-basement", "18.1.0"),
        ),
        (
            "firebase-common.properties",
            "version=20.0.0\nclient=firebase-common",
            ("pkg:maven/com.google.firebase/firebase-common", "20.0.0"),
        ),
    ],
)
def test_version_files_name_the_libraries_built_in(name, text, wanted):
    assert android_build.wants(name, text.encode())
    assert told(read(android_build, BytesSource(name, text.encode()))) == [(*wanted, "installed")]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("gradle.version", "8.0\n"),
        ("a_b.version", "task ':core:writeVersion' property 'version'"),
        ("app.properties", "version=1\nname=x\n"),
    ],
)
def test_other_version_and_property_files_are_left_alone(name, text):
    assert not android_build.wants(name, text.encode())


def test_a_library_whose_group_is_not_in_the_file_is_not_named_by_guess():
    data = b"version=16.1.5\nclient=common\n"
    assert read(android_build, BytesSource("common.properties", data)) == []


def test_notices_of_a_flutter_app_name_its_packages_and_nothing_of_the_licences():
    found = read(flutter_notices, BytesSource("NOTICES", NOTICES.encode()))
    assert [(p.purl, p.place) for p in found if isinstance(p, Package)] == [
        ("pkg:pub/camera", "line 1"),
        ("pkg:pub/face_login", "line 2"),
        ("pkg:pub/path", "line 8"),
    ]


def test_notices_of_other_projects_are_left_alone():
    assert not flutter_notices.wants("notices", b"This product includes software developed by\n")


def test_the_plugins_of_a_cordova_app_come_with_their_versions():
    assert told(read(hybrid_plugins, BytesSource("cordova_plugins.js", CORDOVA.encode()))) == [
        ("pkg:npm/cordova-plugin-face", "2.1.0", "declares"),
        ("pkg:npm/%40scope/other", "", "declares"),
        ("pkg:npm/cordova-plugin-silent", "1.0.0", "declares"),
    ]


def test_the_plugins_of_a_capacitor_app_come_with_the_class_they_bring():
    data = b'[{"pkg": "@capacitor/camera", "classpath": "com.capacitorjs.plugins.camera.CameraPlugin"}, 7, {"pkg": 3}]'
    found = read(hybrid_plugins, BytesSource("capacitor.plugins.json", data))
    assert told(found) == [("pkg:npm/%40capacitor/camera", "", "declares")]
    assert [c.name for c in found if isinstance(c, ClassName)] == ["com.capacitorjs.plugins.camera.CameraPlugin"]


def test_a_broken_list_of_plugins_is_said():
    _, stopped = read_until_stopped(hybrid_plugins, BytesSource("capacitor.plugins.json", b"[{"))
    assert isinstance(stopped, Unreadable)
    assert "no JSON" in stopped.reason


@pytest.mark.parametrize(
    ("reader", "name", "text"),
    [
        (android_build, "a_b.version", "1.0"),
        (android_build, "p.properties", "version=1\nclient=play-services-x"),
        (flutter_notices, "NOTICES", NOTICES),
        (hybrid_plugins, "cordova_plugins.js", CORDOVA),
        (hybrid_plugins, "capacitor.plugins.json", "[" * 3000),
    ],
)
@given(cut=st.integers(0, 400), noise=st.binary(max_size=40))
def test_a_mutated_file_gives_observations_or_unreadable(reader, name, text, cut, noise):
    data = text.encode()
    found, _ = read_until_stopped(reader, BytesSource(name, data[:cut] + noise + data[cut:]))
    assert all(isinstance(one, (Package, ClassName)) for one in found)
