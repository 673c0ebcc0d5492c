"""Hives of the Windows registry, built cell by cell."""

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.formats import windows_registry
from scanner.model.observation import Owns, Product, Service
from tests.formats.reading import read, read_until_stopped
from tests.sources import BytesSource

NONE = 0xFFFFFFFF


def hashed(name):
    """By which a list of keys is searched."""
    total = 0
    for letter in name.upper():
        total = (total * 37 + ord(letter)) & 0xFFFFFFFF
    return total


class Builder:
    """Puts cells one behind the other."""

    def __init__(self):
        self.cells = bytearray(32)

    def cell(self, content):
        at = len(self.cells)
        size = -(-(len(content) + 4) // 8) * 8
        self.cells += struct.pack("<i", -size) + content.ljust(size - 4, b"\0")
        return at

    def value(self, name, text):
        data = self.cell((text + "\0").encode("utf-16-le"))
        size = 2 * len(text) + 2
        return self.cell(struct.pack("<2sHIIIHH", b"vk", len(name), size, data, 1, 1, 0) + name.encode())

    def key(self, name, content):
        values = [self.value(n, c) for n, c in content.items() if isinstance(c, str)]
        keys = [(self.key(n, c), hashed(n)) for n, c in content.items() if not isinstance(c, str)]
        listed = self.cell(struct.pack(f"<{len(values)}I", *values)) if values else NONE
        below = self.cell(struct.pack("<2sH", b"lh", len(keys)) + b"".join(struct.pack("<II", *key) for key in keys))
        head = struct.pack(
            "<2sH8xIIIIIIIIII", b"nk", 0x20, 0, NONE, len(keys), 0, below, NONE, len(values), listed, 0, NONE
        )
        return self.cell(head.ljust(72, b"\0") + struct.pack("<HH", len(name), 0) + name.encode())


def hive(tree):
    built = Builder()
    root = built.key("ROOT", tree)
    return b"regf".ljust(36, b"\0") + struct.pack("<I", root).ljust(4060, b"\0") + bytes(built.cells)


def nested(path, tree):
    for name in reversed(path.split("\\")):
        tree = {name: tree}
    return tree


PROGRAM = {
    "DisplayName": "Acme Faces",
    "Publisher": "Acme Inc.",
    "DisplayVersion": "2.1",
    "InstallDate": "20240531",
    "InstallLocation": "C:\\Program Files\\Acme\\Faces\\",
}
UNINSTALL = "Microsoft\\Windows\\CurrentVersion\\Uninstall"


def test_an_installed_program_is_a_product_with_its_folder():
    found = read(windows_registry, BytesSource("SOFTWARE", hive(nested(UNINSTALL, {"{1}": PROGRAM, "{2}": {}}))))
    assert found == [
        Product(
            name="Acme Faces",
            publisher="Acme Inc.",
            version="2.1",
            installed_on="2024-05-31",
            installed_for="system",
            place=f"{UNINSTALL}\\{{1}}",
        ),
        Owns(
            name="Acme Faces",
            version="2.1",
            path="/Program Files/Acme/Faces/",
            register="./SOFTWARE",
            place=f"{UNINSTALL}\\{{1}}",
        ),
    ]


def test_a_program_of_one_account_says_so():
    found = read(windows_registry, BytesSource("NTUSER.DAT", hive(nested(f"Software\\{UNINSTALL}", {"x": PROGRAM}))))
    assert [p.installed_for for p in found if isinstance(p, Product)] == ["user"]


def test_a_program_that_claims_a_whole_drive_owns_nothing():
    for location in ("C:\\", "C:\\Program Files", "relative", "C:\\a\\..\\.."):
        tree = nested(UNINSTALL, {"x": PROGRAM | {"InstallLocation": location}})
        assert not [o for o in read(windows_registry, BytesSource("SOFTWARE", hive(tree))) if isinstance(o, Owns)]


def test_store_apps_and_services_are_told():
    apps = "Microsoft\\Windows\\CurrentVersion\\Appx\\AppxAllUserStore\\Applications"
    found = read(windows_registry, BytesSource("SOFTWARE", hive(nested(apps, {"Acme.Photos_1.2.3.0_x64__8wek": {}}))))
    assert [(p.name, p.version) for p in found if isinstance(p, Product)] == [("Acme.Photos", "1.2.3.0")]
    services = nested("ControlSet001\\Services", {"AcmeFaceSvc": {"ImagePath": "x.exe"}, "Empty": {}})
    found = read(windows_registry, BytesSource("SYSTEM", hive(services)))
    assert found == [Service(name="AcmeFaceSvc", place="ControlSet001\\Services\\AcmeFaceSvc")]


def test_the_library_of_the_field_reads_the_same_from_the_hive():
    regf = pytest.importorskip("dissect.regf")
    data = bytearray(hive(nested(UNINSTALL, {"x": PROGRAM})))
    data[4096:4100] = b"hbin"
    found = regf.RegistryHive(io.BytesIO(bytes(data))).open(f"{UNINSTALL}\\x")
    assert {value.name: value.value for value in found.values()} == PROGRAM


@given(st.data())
def test_a_damaged_hive_gives_what_can_be_read(data):
    whole = bytearray(hive(nested(UNINSTALL, {"x": PROGRAM})))
    for _ in range(data.draw(st.integers(1, 20))):
        whole[data.draw(st.integers(36, len(whole) - 1))] = data.draw(st.integers(0, 255))
    read_until_stopped(windows_registry, BytesSource("SOFTWARE", bytes(whole[: data.draw(st.integers(0, len(whole)))])))
