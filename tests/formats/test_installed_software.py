"""What systems say of the software on them: store apps, scheduled tasks, receipts, profiles, apps of a phone."""

import plistlib
import struct
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.formats import android_packages, apple_profile, appx_manifest, macos_receipt, windows_task
from scanner.model.observation import Config, Owns, Product, Service
from tests.formats.reading import read, read_until_stopped
from tests.sources import BytesSource

APPX = b"""<?xml version="1.0" encoding="utf-8"?>
<Package xmlns="http://schemas.microsoft.com/appx/manifest/foundation/windows10" xmlns:uap="http://x/uap">
  <Identity Name="AcmeInc.FaceGate" Publisher="CN=Acme Inc., O=Acme" Version="1.2.3.0" ProcessorArchitecture="x64" />
  <Properties><DisplayName>Face Gate</DisplayName><PublisherDisplayName>Acme</PublisherDisplayName></Properties>
  <Capabilities><DeviceCapability Name="webcam"/></Capabilities>
</Package>"""


def test_a_windows_app_is_what_its_manifest_says_and_owns_its_folder():
    product, owner = read(appx_manifest, BytesSource("AppxManifest.xml", APPX))
    assert product == Product(
        name="Face Gate", publisher="Acme", version="1.2.3.0", role="is", ids=("AcmeInc.FaceGate",), place="line 3"
    )
    assert owner == Owns(name="Face Gate", version="1.2.3.0", path="./", as_one=True, place="line 3")


def test_a_name_that_stands_elsewhere_is_the_identitys():
    text = APPX.replace(b">Face Gate<", b">ms-resource:Name<").replace(b">Acme<", b">ms-resource:Maker<")
    product, _ = read(appx_manifest, BytesSource("AppxManifest.xml", text))
    assert (product.name, product.publisher) == ("AcmeInc.FaceGate", "Acme Inc.")


TASK = """<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo><Author>Acme</Author><URI>\\Acme\\Watcher</URI></RegistrationInfo>
  <Actions Context="Author"><Exec><Command>"C:\\Program Files\\Acme\\Watch.exe"</Command></Exec></Actions>
</Task>"""


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8"])
def test_a_scheduled_task_gives_its_name_and_the_program_it_starts(encoding):
    content = TASK.replace("UTF-16", encoding.upper()).encode(encoding)
    source = BytesSource("Watcher", content)
    assert windows_task.wants("watcher", source.head)
    assert read(windows_task, source) == [
        Service(name="Watcher", program="/Program Files/Acme/Watch.exe", publisher="Acme", place="line 3"),
        Config(name="scheduled-task:watch.exe", value='"C:\\Program Files\\Acme\\Watch.exe"', place="line 4"),
    ]


def test_other_xml_is_no_task():
    assert not windows_task.wants("a.xml", b"<?xml version='1.0'?><Task/>")


@pytest.mark.parametrize("form", [plistlib.FMT_XML, plistlib.FMT_BINARY])
def test_a_receipt_tells_what_was_installed_and_when(form):
    told = {
        "PackageIdentifier": "com.acme.faces.pkg",
        "PackageVersion": "4.5",
        "InstallDate": datetime(2024, 5, 31, 12, tzinfo=UTC).replace(tzinfo=None),
    }
    source = BytesSource("com.acme.faces.pkg.plist", plistlib.dumps(told, fmt=form))
    assert macos_receipt.wants(source.name, source.head)
    assert read(macos_receipt, source) == [
        Product(
            name="com.acme.faces.pkg",
            version="4.5",
            installed_on="2024-05-31",
            installed_for="system",
            ids=("com.acme.faces.pkg",),
            place="PackageIdentifier",
        )
    ]


def test_a_profile_tells_its_settings_and_who_may_use_the_camera_also_inside_a_signature():
    rules = {"Camera": [{"Identifier": "com.acme.gate", "Allowed": True}]}
    kind = "com.apple.TCC.configuration-profile-policy"
    payload = {"PayloadType": kind, "PayloadDisplayName": "Privacy", "Services": rules}
    plain = plistlib.dumps({"PayloadContent": [payload, "odd"]})
    for content in (plain, b"\x30\x80\x06\x09" + plain + b"\0\0"):
        assert read(apple_profile, BytesSource("a.mobileconfig", content)) == [
            Config(name=f"profile:{kind}", value="Privacy", place="PayloadContent[0]"),
            Config(name="privacy:Camera", value="com.acme.gate", place="PayloadContent[0].Services.Camera"),
        ]


APPS = b"""<packages><version sdkVersion="33"/>
<package name="com.acme.gate" codePath="/data/app/~~x==/com.acme.gate-y==" version="12" it="18fd2f0c000"/>
<package name="com.android.camera" codePath="/system/app/Camera" version="33" it="0"/>
</packages>"""


def binary_xml(*tags: tuple[str, dict[str, str | int]]) -> bytes:
    """As Android's serializer writes it: names interned, times as long numbers in hexadecimal."""
    known: list[str] = []

    def interned(text: str) -> bytes:
        if text in known:
            return struct.pack(">H", known.index(text))
        known.append(text)
        return b"\xff\xff" + struct.pack(">H", len(text)) + text.encode()

    made = b"ABX\0\x10"
    for tag, attributes in tags:
        made += b"\x32" + interned(tag)
        for name, value in attributes.items():
            if isinstance(value, int):
                made += b"\x9f" + interned(name) + struct.pack(">q", value)
            else:
                made += b"\x2f" + interned(name) + struct.pack(">H", len(value)) + value.encode()
        made += b"\x33" + interned(tag)
    return made + b"\x11"


BINARY_APPS = binary_xml(
    ("packages", {}),
    (
        "package",
        {
            "name": "com.acme.gate",
            "codePath": "/data/app/~~x==/com.acme.gate-y==",
            "version": "12",
            "it": 0x18FD2F0C000,
        },
    ),
    ("package", {"name": "com.android.camera", "codePath": "/system/app/Camera", "version": "33", "it": 0}),
)


@pytest.mark.parametrize("content", [APPS, BINARY_APPS])
def test_a_phones_register_tells_apps_of_the_user_from_those_of_the_system(content):
    source = BytesSource("packages.xml", content)
    assert android_packages.wants(source.name, source.head)
    found = read(android_packages, source)
    assert [(p.name, p.version, p.installed_for) for p in found if isinstance(p, Product)] == [
        ("com.acme.gate", "12", "user"),
        ("com.android.camera", "33", "system"),
    ]
    assert [(o.name, o.path) for o in found if isinstance(o, Owns)] == [
        ("com.acme.gate", "../app/~~x==/com.acme.gate-y==/"),
        ("com.android.camera", "/system/app/Camera/"),
    ]


CASES = {
    appx_manifest: APPX,
    windows_task: TASK.encode("utf-16"),
    apple_profile: plistlib.dumps({"PayloadContent": []}),
    android_packages: BINARY_APPS,
}


@given(st.sampled_from(list(CASES)), st.data())
def test_any_damage_is_survived(reader, data):
    content = bytearray(CASES[reader])
    for _ in range(data.draw(st.integers(0, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    read_until_stopped(reader, BytesSource("x", bytes(content[: data.draw(st.integers(0, len(content)))])))
