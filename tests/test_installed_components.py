"""In a folder of an endpoint, findings belong to what a person can remove, told as that system's own tools tell it."""

import json
import plistlib
from datetime import datetime
from pathlib import Path

import pytest

from scanner.engine.scan import Settings, scan
from scanner.model.vocabulary import Verdict
from tests.commands import FIXTURES
from tests.formats.test_installed_software import APPS, APPX
from tests.formats.test_macos_bill import bill
from tests.formats.test_windows_registry import hive, nested

SETTINGS = Settings(uses_cache=False, jobs=1)
APPSTREAM = (FIXTURES / "formats" / "appstream" / "org.acme.Gate.metainfo.xml").read_bytes()
ANDROID = Path(__file__).parent.parent / "fixtures" / "android"
TOOL = b"import face_recognition\nface_recognition.face_encodings(None)\nface_recognition.compare_faces([], None)\n"


def as_json(**values: object) -> bytes:
    return json.dumps(values).encode()


def python_package(
    folder: str, name: str = "acme-gate", version: str = "2.0", *, tool: bytes = TOOL
) -> dict[str, bytes]:
    module = name.replace("-", "_")
    listed = f"{module}/__init__.py,,\n{module}/tool.py,,\n"
    told = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nAuthor-email: Ada <ada@example.org>\n\n"
    return {
        f"{folder}/{module}/__init__.py": b"",
        f"{folder}/{module}/tool.py": tool,
        f"{folder}/{module}-{version}.dist-info/METADATA": told.encode(),
        f"{folder}/{module}-{version}.dist-info/RECORD": listed.encode(),
    }


def app(folder: str, name: str, **more: str) -> dict[str, bytes]:
    told = {"CFBundlePackageType": "APPL", "CFBundleIdentifier": f"org.acme.{name}", "CFBundleName": name, **more}
    return {f"{folder}/{name}.app/Contents/Info.plist": plistlib.dumps({"CFBundleShortVersionString": "3.1", **told})}


def debian(*packages: tuple[str, str, str]) -> dict[str, bytes]:
    """Name, state and files of each; one of a shared name has the files of all its lines."""
    rows = "\n".join(
        f"Package: {name}\nStatus: {state}\nMaintainer: Acme <a@example.org>\nVersion: 1:2.0-1\n"
        for name, state, _ in packages
    )
    lists = {
        f"var/lib/dpkg/info/{name}:amd64.list": ("/.\n" + files.replace(" ", "\n") + "\n").encode()
        for name, _, files in packages
    }
    return {"var/lib/dpkg/status": rows.encode(), **lists}


CHROME = "abcdefghijklmnopabcdefghijklmnop"
EXTENSION = {
    "manifest.json": as_json(manifest_version=3, name="__MSG_Called__", version="2.3", default_locale="en"),
    "_locales/en/messages.json": b'{"called": {"message": "Face Badge"}}',
    "tool.py": TOOL,
}
FIREFOX = {
    "id": "badge@acme.example",
    "version": "2.3",
    "type": "extension",
    "location": "app-profile",
    "defaultLocale": {"name": "Face Badge", "creator": "Acme"},
    "installDate": 1717150000000,
    "path": "/home/ada/.mozilla/firefox/x/extensions/badge",
}
PROFILE = "home/ada/.config/google-chrome/Profile 1/"
PIPX = "home/ada/.local/share/pipx/venvs/face-tool/"
CONDA = "home/ada/miniconda3/envs/own/"
NVM = "home/ada/.nvm/versions/node/v20.1.0/lib/node_modules/acme-gate/"
FLATPAK = "home/ada/.local/share/flatpak/app/org.acme.Gate/x86_64/stable/0123/"
SCOOP = "Users/ada/scoop/apps/acme-gate/2.0/"
STORE = "Program Files/WindowsApps/AcmeInc.FaceGate_1.2.3.0_x64__abc/"
UNINSTALL = "Microsoft\\Windows\\CurrentVersion\\Uninstall"
INSTALLER = "Microsoft\\Windows\\CurrentVersion\\Installer\\UserData\\S-1-5-18"
ACME = {"DisplayName": "Acme Faces", "Publisher": "Acme Inc.", "DisplayVersion": "2.1", "InstallDate": "20240531"}
PYTHON = {"DisplayName": "Python 3.11", "InstallLocation": "C:\\Users\\ada\\AppData\\Local\\Programs\\Python311\\"}
ANOTHER = "Users/ada/AppData/Local/Programs/gate/resources/app/"

SYSTEMS: dict[str, tuple[dict[str, bytes], dict[str, tuple[str, ...]]]] = {
    "Linux": (
        {
            **debian(
                ("acme-gate", "install ok installed", "/lib/gate/tool.py /usr/bin/shared.py"),
                ("acme-gone", "deinstall ok config-files", "/srv/gone/tool.py"),
                ("zacme", "install ok installed", "/usr/bin/shared.py /opt/zacme/app.asar /opt/zacme/a.jar"),
            ),
            "var/lib/dpkg/diversions": b"/usr/bin/shared.py\n/usr/bin/shared.aside.py\nzacme\n",
            "var/log/dpkg.log": b"2024-05-31 10:00:00 install acme-gate:amd64 <none> 1:2.0-1\n",
            "usr/lib/gate/tool.py": TOOL,
            "usr/bin/shared.py": TOOL,
            "usr/bin/shared.aside.py": TOOL,
            "srv/gone/tool.py": TOOL,
            "opt/vendor/gate/tool.py": TOOL,
            "opt/vendor/lib/tool.py": TOOL,
            "srv/gate/tool.py": TOOL,
            "etc/systemd/system/gate.service": (
                b"[Unit]\nDescription=Gate daemon\n[Service]\nExecStart=/srv/gate/tool.py -d\n"
            ),
            **python_package("usr/local/lib/python3.11/dist-packages"),
            **python_package(f"{PIPX}lib/python3.11/site-packages"),
            **python_package(f"{PIPX}lib/python3.11/site-packages", "face-tool", "1.1", tool=b""),
            f"{PIPX}pipx_metadata.json": as_json(main_package={"package": "face-tool"}),
            f"{CONDA}lib/tool.py": TOOL,
            f"{CONDA}conda-meta/history": b"==> 2024-05-31 10:11:12 <==\n+conda-forge/noarch::acme-gate-3.1-h0_0\n",
            f"{CONDA}conda-meta/acme-gate-3.1-h0_0.json": as_json(
                build="h0_0",
                build_number=0,
                channel="https://example.invalid/conda-forge/noarch",
                depends=[],
                files=["lib/tool.py"],
                name="acme-gate",
                version="3.1",
            ),
            f"{NVM}package.json": as_json(name="acme-gate", version="2.0.0", author="Ada <ada@example.org>"),
            f"{NVM}node_modules/inner/package.json": as_json(name="inner", version="1.0.0"),
            f"{NVM}node_modules/inner/tool.py": TOOL,
            f"{FLATPAK}metadata": b"[Application]\nname=org.acme.Gate\nruntime=org.gnome.Platform/x86_64/45\n",
            f"{FLATPAK}deploy": b"flathub\0...appdata-version\0\0\0\0003.4\0\0s...",
            f"{FLATPAK}files/share/metainfo/org.acme.Gate.metainfo.xml": APPSTREAM,
            f"{FLATPAK}files/tool.py": TOOL,
            **python_package("snap/acme-gate/12/lib/python3/dist-packages", "inner"),
            "snap/acme-gate/12/meta/snap.yaml": b"name: acme-gate\nversion: '4.0'\n",
            "home/linuxbrew/.linuxbrew/Cellar/acme-gate/5.0_1/tool.py": TOOL,
            "home/linuxbrew/.linuxbrew/Cellar/acme-gate/5.0_1/INSTALL_RECEIPT.json": as_json(
                homebrew_version="4.3",
                time=1717150000,
                source={"path": "/x/formula.jws.json", "tap": "homebrew/core", "versions": {"stable": "5.0"}},
            ),
            **{f"{PROFILE}Extensions/{CHROME}/2.3_0/{name}": content for name, content in EXTENSION.items()},
            f"{PROFILE}Secure Preferences": as_json(
                extensions={"settings": {CHROME: {"path": f"{CHROME}/2.3_0", "install_time": "13361587200000000"}}}
            ),
            "home/ada/.mozilla/firefox/x/extensions.json": as_json(schemaVersion=36, addons=[FIREFOX]),
        },
        {
            "usr/lib/gate/tool.py": ("acme-gate", "1:2.0-1", "Acme", "2024-05-31", "system"),
            "usr/bin/shared.py": ("zacme", "1:2.0-1", "Acme", "", "system"),
            "usr/bin/shared.aside.py": ("acme-gate", "1:2.0-1", "Acme", "2024-05-31", "system"),
            "srv/gone/tool.py": ("acme-gone", "", "", "", ""),
            "opt/vendor/gate/tool.py": ("vendor", "", "", "", "system"),
            "opt/vendor/lib/tool.py": ("vendor", "", "", "", "system"),
            "srv/gate/tool.py": ("Gate daemon", "", "", "", "system"),
            "usr/local/lib/python3.11/dist-packages/acme_gate/tool.py": ("acme-gate", "2.0", "Ada", "", "system"),
            f"{PIPX}lib/python3.11/site-packages/acme_gate/tool.py": ("face-tool", "1.1", "Ada", "", "user"),
            f"{CONDA}lib/tool.py": ("acme-gate", "3.1", "conda-forge", "2024-05-31", "user"),
            f"{NVM}node_modules/inner/tool.py": ("acme-gate", "2.0.0", "Ada", "", "user"),
            f"{FLATPAK}files/tool.py": ("org.acme.Gate", "3.4", "Acme Makers", "", "user"),
            "snap/acme-gate/12/lib/python3/dist-packages/inner/tool.py": ("acme-gate", "4.0", "", "", "system"),
            "home/linuxbrew/.linuxbrew/Cellar/acme-gate/5.0_1/tool.py": (
                "acme-gate",
                "5.0_1",
                "homebrew/core",
                "2024-05-31",
                "user",
            ),
            f"{PROFILE}Extensions/{CHROME}/2.3_0/tool.py": ("Face Badge", "2.3", "", "2024-05-31", "user"),
        },
    ),
    "Windows": (
        {
            "Windows/System32/config/SOFTWARE": hive(
                {
                    "Microsoft": {
                        "Windows": {
                            "CurrentVersion": {
                                "Uninstall": {
                                    "{1}": {**ACME, "UninstallString": "MsiExec.exe /X{1}"},
                                    "Acme": {
                                        **ACME,
                                        "DisplayName": "Acme Old",
                                        "UninstallString": '"C:\\Program Files (x86)\\Old\\Gate\\unins000.exe" /S',
                                    },
                                },
                                "Installer": {
                                    "UserData": {
                                        "S-1-5-18": {
                                            "Products": {"1000": {"InstallProperties": ACME}},
                                            "Components": {
                                                "A": {"1000": "C:\\Program Files\\Acme\\Faces\\a.exe"},
                                                "B": {"1000": "C:\\Program Files\\Acme\\Faces\\lib\\b.dll"},
                                                "C": {"1000": "02:\\SOFTWARE\\Acme"},
                                            },
                                        }
                                    }
                                },
                            }
                        }
                    }
                }
            ),
            "Windows/System32/config/SYSTEM": hive(
                nested(
                    "ControlSet001\\Services",
                    {
                        "Gate": {"ImagePath": '"C:\\Gate\\tool.py" -run', "DisplayName": "Gate Service"},
                        "Inside": {"ImagePath": '"C:\\Program Files\\Acme\\Faces\\lib\\tool.py" -run'},
                        "Hosted": {
                            "ImagePath": "%SystemRoot%\\System32\\svchost.exe -k Local",
                            "Parameters": {"ServiceDll": "%SystemRoot%\\System32\\hosted.py"},
                        },
                    },
                )
            ),
            "Users/ada/NTUSER.DAT": hive(
                nested(
                    f"Software\\{UNINSTALL}",
                    {
                        "{p}": PYTHON,
                        "g": {
                            **ACME,
                            "DisplayName": "Gate",
                            "DisplayIcon": "C:\\Users\\ada\\AppData\\Local\\Programs\\gate\\gate.exe,0",
                        },
                    },
                )
            ),
            "Users/bob/AppData/Local/Microsoft/Windows/UsrClass.dat": hive(
                nested(
                    "Local Settings\\Software\\Microsoft\\Windows\\CurrentVersion\\AppModel\\Repository\\Packages",
                    {
                        "AcmeInc.FaceGate_1.2.3.0_x64__abc": {
                            "PackageRootFolder": "C:\\" + STORE[:-1].replace("/", "\\")
                        }
                    },
                )
            ),
            "Program Files/Acme/Faces/lib/tool.py": TOOL,
            "Program Files (x86)/Old/Gate/tool.py": TOOL,
            "Gate/tool.py": TOOL,
            "Windows/System32/hosted.py": TOOL,
            **python_package("Users/ada/AppData/Local/Programs/Python311/Lib/site-packages"),
            f"{ANOTHER}package.json": as_json(name="inner", version="1.0.0"),
            f"{ANOTHER}node_modules/inner/package.json": as_json(name="inner", version="1.0.0"),
            f"{ANOTHER}node_modules/inner/tool.py": TOOL,
            f"{STORE}AppxManifest.xml": APPX,
            f"{STORE}tool.py": TOOL,
            f"{SCOOP}install.json": as_json(bucket="main", architecture="64bit"),
            f"{SCOOP}tool.py": TOOL,
            "Users/ada/.dotnet/tools/.store/acme.gate/1.4.0/acme.gate/1.4.0/acme.gate.nuspec": (
                b"<package><metadata><id>Acme.Gate</id><version>1.4.0</version><authors>Acme</authors><packageTypes>"
                b'<packageType name="DotnetTool"/></packageTypes></metadata></package>'
            ),
            "Users/ada/.dotnet/tools/.store/acme.gate/1.4.0/acme.gate/1.4.0/tools/tool.py": TOOL,
            "ProgramData/chocolatey/lib/gate/gate.nuspec": (
                b"<package><metadata><id>gate</id><version>1.5</version><authors>Acme</authors>"
                b"<docsUrl>https://example.invalid</docsUrl></metadata></package>"
            ),
            "ProgramData/chocolatey/lib/gate/tools/tool.py": TOOL,
        },
        {
            "Program Files/Acme/Faces/lib/tool.py": ("Acme Faces", "2.1", "Acme Inc.", "2024-05-31", "system"),
            "Program Files (x86)/Old/Gate/tool.py": ("Acme Old", "2.1", "Acme Inc.", "2024-05-31", "system"),
            "Gate/tool.py": ("Gate Service", "", "", "", "system"),
            "Windows/System32/hosted.py": ("Hosted", "", "", "", "system"),
            "Users/ada/AppData/Local/Programs/Python311/Lib/site-packages/acme_gate/tool.py": (
                "acme-gate",
                "2.0",
                "Ada",
                "",
                "user",
            ),
            f"{ANOTHER}node_modules/inner/tool.py": ("Gate", "2.1", "Acme Inc.", "2024-05-31", "user"),
            f"{STORE}tool.py": ("Face Gate", "1.2.3.0", "Acme", "", "user"),
            "ProgramData/chocolatey/lib/gate/tools/tool.py": ("gate", "1.5", "Acme", "", "system"),
            f"{SCOOP}tool.py": ("acme-gate", "2.0", "main", "", "user"),
            "Users/ada/.dotnet/tools/.store/acme.gate/1.4.0/acme.gate/1.4.0/tools/tool.py": (
                "Acme.Gate",
                "1.4.0",
                "Acme",
                "",
                "user",
            ),
        },
    ),
    "macOS": (
        {
            **app(
                "Applications", "Gate", NSHumanReadableCopyright="Copyright © 2019-2024 Acme Inc. All rights reserved."
            ),
            **app("Applications/Gate.app/Contents/Frameworks", "Helper"),
            "Applications/Gate.app/Contents/Frameworks/Helper.app/Contents/Resources/tool.py": TOOL,
            "private/var/db/receipts/org.acme.pkg.plist": plistlib.dumps(
                {
                    "PackageIdentifier": "org.acme.pkg",
                    "PackageVersion": "3.1.0",
                    "InstallDate": datetime(2024, 5, 31, 12),
                    "InstallPrefixPath": "/",
                }
            ),
            "private/var/db/receipts/org.acme.pkg.bom": bill(
                (
                    ".",
                    "./Applications",
                    "./Applications/Gate.app",
                    "./Applications/Gate.app/Contents",
                    "./Applications/Gate.app/Contents/Frameworks",
                    "./Applications/Gate.app/Contents/Frameworks/Helper.app",
                    "./Applications/Gate.app/Contents/Frameworks/Helper.app/Contents",
                    "./Applications/Gate.app/Contents/Frameworks/Helper.app/Contents/Resources",
                    "./Applications/Gate.app/Contents/Frameworks/Helper.app/Contents/Resources/tool.py",
                    "./usr",
                    "./usr/acme.py",
                )
            ),
            "usr/acme.py": TOOL,
            **app("Applications", "Brewed"),
            "Applications/Brewed.app/Contents/Resources/tool.py": TOOL,
            "opt/homebrew/Caskroom/brewed/.metadata/3.1/20240531100000.000/Casks/brewed.json": as_json(
                token="brewed",
                full_token="brewed",
                name=["Brewed App"],
                version="3.1",
                artifacts=[{"app": ["Brewed.app"]}],
            ),
            **app("Users/ada/Applications", "Mine"),
            "Users/ada/Applications/Mine.app/Contents/Resources/tool.py": TOOL,
            "Library/LaunchDaemons/org.acme.faced.plist": plistlib.dumps(
                {"Label": "org.acme.faced", "ProgramArguments": ["/usr/local/acme/tool.py", "-d"]}
            ),
            "usr/local/acme/tool.py": TOOL,
        },
        {
            "Applications/Gate.app/Contents/Frameworks/Helper.app/Contents/Resources/tool.py": (
                "Gate",
                "3.1",
                "Acme Inc.",
                "2024-05-31",
                "system",
            ),
            "usr/acme.py": ("org.acme.pkg", "3.1.0", "", "2024-05-31", "system"),
            "Applications/Brewed.app/Contents/Resources/tool.py": ("Brewed", "3.1", "", "", "system"),
            "Users/ada/Applications/Mine.app/Contents/Resources/tool.py": ("Mine", "3.1", "", "", "user"),
            "usr/local/acme/tool.py": ("org.acme.faced", "", "", "", "system"),
        },
    ),
    "Android": (
        {
            "data/app/~~x==/org.example.lobby-y==/base.apk": (ANDROID / "demo.apk").read_bytes(),
            "data/app/~~x==/org.example.lobby-y==/tool.py": TOOL,
            "data/system/packages.xml": APPS.replace(b"com.acme.gate", b"org.example.lobby"),
        },
        {
            "data/app/~~x==/org.example.lobby-y==/tool.py": ("Lobby check-in", "1.2.0", "", "2024-06-01", "user"),
            "data/app/~~x==/org.example.lobby-y==/base.apk!/classes.dex": (
                "Lobby check-in",
                "1.2.0",
                "",
                "2024-06-01",
                "user",
            ),
        },
    ),
}


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_finding_belongs_to_what_a_person_can_remove_with_all_that_the_system_tells_of_it(tmp_path, system):
    files, expected = SYSTEMS[system]
    write(tmp_path, files)
    report = scan([tmp_path], SETTINGS)
    told = {c.id: (c.name, c.version, c.publisher, c.installed_on, c.installed_for) for c in report.components}
    owners = {e.locator: told[f.component.id] for f in report.findings for e in f.evidence}
    assert {place: owners.get(place) for place in expected} == expected


def test_what_several_registers_tell_of_is_one_component(tmp_path):
    """A product and its service, an app and its row for each account, a package and the unit that it brings."""
    server = "Milestone XProtect Recording Server"
    folder = f"C:\\Program Files\\Milestone\\{server}\\"
    photos = "Microsoft.Windows.Photos_1.2.3.0_x64__abc"
    uninstall = {"{1}": {"DisplayName": server, "DisplayVersion": "23.3", "InstallLocation": folder}}
    store = "Microsoft\\Windows\\CurrentVersion\\Appx\\AppxAllUserStore\\Applications"
    account = "Local Settings\\Software\\Microsoft\\Windows\\CurrentVersion\\AppModel\\Repository\\Packages"
    services = {server: {"ImagePath": f'"{folder}recorder.exe"'}}
    write(
        tmp_path,
        {
            "Windows/System32/config/SOFTWARE": hive(
                {
                    "Microsoft": {
                        "Windows": {
                            "CurrentVersion": {
                                "Uninstall": uninstall,
                                **nested(store.rpartition("CurrentVersion\\")[2], {photos: {}}),
                            }
                        }
                    }
                }
            ),
            "Windows/System32/config/SYSTEM": hive(nested("ControlSet001\\Services", services)),
            "Users/ada/AppData/Local/Microsoft/Windows/UsrClass.dat": hive(nested(account, {photos: {}})),
            f"Program Files/WindowsApps/{photos}/AppxManifest.xml": APPX.replace(
                b"AcmeInc.FaceGate", b"Microsoft.Windows.Photos"
            ),
            **debian(("ff", "install ok installed", "/usr/bin/ff /usr/lib/systemd/system/findface-security.service")),
            "usr/lib/systemd/system/findface-security.service": b"[Service]\nExecStart=/usr/bin/ff\n",
        },
    )
    report = scan([tmp_path], SETTINGS)
    assert sorted((c.name, c.version) for c in report.components) == [
        ("Face Gate", "1.2.3.0"),
        (server, "23.3"),
        ("ff", "1:2.0-1"),
    ]


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
