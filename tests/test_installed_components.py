"""In a folder of an endpoint, findings belong to what a person can remove."""

import json
import plistlib
from pathlib import Path

import pytest

from scanner.engine.scan import Settings, scan
from scanner.model.vocabulary import Verdict
from tests.formats.test_installed_software import APPS, APPX

SETTINGS = Settings(uses_cache=False, jobs=1)
ANDROID = Path(__file__).parent.parent / "fixtures" / "android"
TOOL = b"import face_recognition\nface_recognition.face_encodings(None)\nface_recognition.compare_faces([], None)\n"
TREES = {
    "AppX": (
        "Program Files/WindowsApps/AcmeInc.FaceGate_1.2.3.0_x64__abc/tool.py",
        {"Program Files/WindowsApps/AcmeInc.FaceGate_1.2.3.0_x64__abc/AppxManifest.xml": APPX},
        ("Face Gate", "1.2.3.0"),
    ),
    "npm, for all": (
        "usr/lib/node_modules/acme-gate/tool.py",
        {"usr/lib/node_modules/acme-gate/package.json": b'{"name": "acme-gate", "version": "2.0.0"}'},
        ("acme-gate", "2.0.0"),
    ),
    "conda": (
        "opt/conda/envs/own/bin/tool.py",
        {
            "opt/conda/envs/own/conda-meta/acme-gate-3.1-0.json": json.dumps(
                {
                    "build": "0",
                    "build_number": 0,
                    "depends": [],
                    "files": ["bin/tool.py"],
                    "name": "acme-gate",
                    "version": "3.1",
                }
            ).encode()
        },
        ("acme-gate", "3.1"),
    ),
    "flatpak": (
        "var/lib/flatpak/app/org.acme.Gate/x86_64/stable/0123/files/bin/tool.py",
        {
            "var/lib/flatpak/app/org.acme.Gate/x86_64/stable/0123/metadata": (
                b"[Application]\nname=org.acme.Gate\nruntime=org.gnome.Platform/x86_64/45\ncommand=gate\n"
            )
        },
        ("org.acme.Gate", ""),
    ),
    "snap": (
        "snap/acme-gate/12/bin/tool.py",
        {"snap/acme-gate/12/meta/snap.yaml": b"name: acme-gate\nversion: '4.0'\nsummary: gate\ntype: app\n"},
        ("acme-gate", "4.0"),
    ),
    "Homebrew": (
        "opt/homebrew/Cellar/acme-gate/5.0/bin/tool.py",
        {
            "opt/homebrew/Cellar/acme-gate/5.0/INSTALL_RECEIPT.json": json.dumps(
                {"homebrew_version": "4.0", "source": {"path": "Formula/acme-gate.rb", "versions": {"stable": "5.0"}}}
            ).encode()
        },
        ("acme-gate", "5.0"),
    ),
    "Android, by the user": (
        "data/app/~~x==/com.acme.gate-y==/tool.py",
        {"data/system/packages.xml": APPS},
        ("com.acme.gate", "12"),
    ),
}


@pytest.mark.parametrize("kind", TREES)
def test_a_finding_belongs_to_the_package_or_app_that_owns_the_file(tmp_path, kind):
    place, others, component = TREES[kind]
    write(tmp_path, {place: TOOL, **others})
    report = scan([tmp_path], SETTINGS)
    assert {(f.component.name, f.component.version) for f in report.findings} == {component}


@pytest.mark.parametrize(
    "system",
    [
        "var/lib/docker/overlay2/0123/diff/",
        "var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/7/fs/",
        "home/ada/.local/share/containers/storage/overlay/0123/diff/",
    ],
)
def test_the_register_of_a_container_on_a_computer_owns_its_own_files_and_none_of_the_computer(tmp_path, system):
    status = b"Package: %b\nStatus: install ok installed\nVersion: 1\n"
    for root, package in (("", b"host-gate"), (system, b"gate")):
        files = {
            "opt/att/tool.py": TOOL,
            "var/lib/dpkg/status": status % package,
            f"var/lib/dpkg/info/{package.decode()}.list": b"/.\n/opt\n/opt/att\n/opt/att/tool.py\n",
        }
        write(tmp_path, {root + name: content for name, content in files.items()})
    report = scan([tmp_path], SETTINGS)
    owners = {e.locator: f.component.name for f in report.findings for e in f.evidence}
    assert owners == {"opt/att/tool.py": "host-gate", f"{system}opt/att/tool.py": "gate"}


def write(folder: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


HELLO = b"MZ" + bytes(200) + b"Windows.Security.Credentials.UI.UserConsentVerifier" + bytes(200)
UNLOCKS = {
    "Windows Hello": {
        "Windows/System32/Hello.dll": HELLO,
        "Windows/System32/WinBioPlugIns/Sensor.dll": b"MZ" + bytes(200) + b"WINBIO_TYPE_FACIAL_FEATURES\0",
    },
    "Face ID": {
        "Applications/Bank.app/Contents/Info.plist": plistlib.dumps(
            {
                "CFBundlePackageType": "APPL",
                "CFBundleIdentifier": "org.acme.bank",
                "CFBundleName": "Bank",
                "NSFaceIDUsageDescription": "To open your account",
            }
        ),
    },
    "Android": {"data/app/~~x==/org.acme.bank-y==/base.apk": (ANDROID / "device_unlock.apk").read_bytes()},
}


@pytest.mark.parametrize("system", UNLOCKS)
def test_face_unlock_of_a_system_is_listed_with_the_exceptions_for_it_and_is_no_alarm(tmp_path, system):
    """What it looks like to a scan: programs that name the system's interface, or that of its sensors."""
    write(tmp_path, UNLOCKS[system])
    report = scan([tmp_path], SETTINGS)
    assert report.verdict is Verdict.NONE
    assert {str(c) for f in report.findings for c in f.capabilities} == {"device-unlock"}
    named = {e.id for a in report.assessments for e in a.exceptions}
    assert {"ma-device-authentication", "mpls-device-unlock"} <= named


PHOTOS = {
    "of a phone": (
        {"data/system/packages.xml": APPS.replace(b"com.acme.gate", b"com.google.android.apps.photos")},
        ("com.google.android.apps.photos", Verdict.RECOGNITION, "declared"),
    ),
    "of a desktop": (
        {"var/lib/dpkg/status": b"Package: digikam\nStatus: install ok installed\nVersion: 4:7.9.0-1\n"},
        ("digikam", Verdict.RECOGNITION, "declared"),
    ),
    "that every Windows has, and groups by faces in some versions only": (
        {
            "Program Files/WindowsApps/Microsoft.Windows.Photos_1_x64__abc/AppxManifest.xml": APPX.replace(
                b"AcmeInc.FaceGate", b"Microsoft.Windows.Photos"
            )
        },
        ("Face Gate", Verdict.NONE, "present"),
    ),
}


@pytest.mark.parametrize("kind", PHOTOS)
def test_a_photo_app_that_tags_people_is_graded_by_what_it_surely_does(tmp_path, kind):
    files, graded = PHOTOS[kind]
    write(tmp_path, files)
    report = scan([tmp_path], SETTINGS)
    assert [(f.component.name, f.verdict, str(f.presence)) for f in report.findings] == [graded]
    assert {str(c) for f in report.findings for c in f.capabilities} >= {"identification"}
