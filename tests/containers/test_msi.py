"""Windows Installer packages: one that `wixl` built from our own source, and compound files made here."""

import random

import pytest

from scanner.containers import msi
from scanner.formats import windows_installer
from scanner.formats.compound_file import CompoundFile
from scanner.formats.installer_tables import InstallerTables, stream_name
from scanner.model.observation import Identity, Product
from scanner.model.source import Unreadable
from scanner.model.vocabulary import Cause
from tests.budgets import CountingBudget
from tests.commands import FIXTURES, scanned
from tests.containers.opening import opened
from tests.formats.compound_files import compound_file
from tests.formats.reading import read, read_until_stopped
from tests.sources import BytesSource

PACKAGE = (FIXTURES / "formats/msi/door.msi").read_bytes()
LONG = bytes(range(256)) * 11


def contents(data: bytes) -> dict[str, bytes]:
    file = CompoundFile(BytesSource("a.msi", data), CountingBudget())
    return {"/".join((*entry.folders, entry.name)): b"".join(file.content(entry)) for entry in file.streams}


def test_files_come_under_the_names_and_in_the_folders_in_which_they_are_installed():
    found = opened(msi, PACKAGE)
    assert found.contents == {
        "Garden Door/entry.mm": (FIXTURES / "native/source/entry.mm").read_bytes(),
        "Garden Door/scripts/door_check.py": (FIXTURES / "native/source/door_check.py").read_bytes(),
    }
    assert not found.problems


def test_a_scan_finds_what_is_installed_and_names_the_product():
    report = scanned(FIXTURES / "formats/msi/door.msi")
    (finding,) = report["findings"]
    assert (finding["technology"]["id"], finding["presence"]) == ("face-recognition-py", "used")
    assert finding["evidence"][0]["locator"] == "door.msi!/Garden Door/scripts/door_check.py"
    assert (finding["component"]["name"], finding["component"]["version"]) == ("Garden Door", "2.4.1")
    assert report["complete"]


def test_the_product_names_itself_and_its_maker():
    names, product = read(windows_installer, BytesSource("door.msi", PACKAGE))
    assert isinstance(names, Identity)
    assert (names.name, names.version) == ("Garden Door", "2.4.1")
    assert isinstance(product, Product)
    assert (product.publisher, product.role) == ("Acme Gardens", "is")


def test_names_of_streams_are_packed_two_letters_a_character():
    assert stream_name("\u4840\u3b3f\u43f2\u4438\u45b1") == "!_Columns"
    assert stream_name("product.cab") == "product.cab"


def test_a_compound_file_of_another_program_is_no_package():
    other = PACKAGE.replace(bytes.fromhex("84100c0000000000c000000000000046"), bytes(16))
    assert not msi.confirms(BytesSource("a.msi", other))
    assert read(windows_installer, BytesSource("a.msi", other)) == []


def test_a_stream_is_read_in_whatever_order_its_sectors_lie():
    for in_disorder in (False, True):
        assert contents(compound_file({"a": LONG, "b": b"x", "none": b""}, in_disorder=in_disorder)) == {
            "a": LONG, "b": b"x", "none": b"",
        }  # fmt: skip


def test_the_tables_of_a_transform_do_not_stand_for_those_of_the_package():
    pool = {stream_of("_StringPool"): b"\xe4\4\0\0\1\0\1\0", stream_of("_StringData"): b"x"}
    data = compound_file({**pool, "face.dll": LONG}, stored={stream_of("_StringData"): b"other"})
    tables = InstallerTables(BytesSource("a.msi", data), CountingBudget())
    assert tables.streams["storage/!_StringData"].size == 5
    assert opened(msi, data).contents == {"(streams)/face.dll": LONG}


def stream_of(table: str) -> str:
    letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._"
    numbers = [letters.index(letter) for letter in table]
    pairs = [chr(0x3800 + a + (b << 6)) for a, b in zip(numbers[::2], numbers[1::2], strict=False)]
    return "\u4840" + "".join(pairs) + (chr(0x4800 + numbers[-1]) if len(numbers) % 2 else "")


def test_a_chain_that_leads_in_a_circle_ends():
    data = bytearray(compound_file({"a": LONG * 2}))
    table = len(data) - 512
    data[table + 16 : table + 20] = (0).to_bytes(4, "little")
    assert len(contents(bytes(data))["a"]) == len(LONG * 2)
    data[table + 16 : table + 20] = (10_000).to_bytes(4, "little")
    with pytest.raises(Unreadable) as stopped:
        contents(bytes(data))
    assert stopped.value.cause is Cause.DAMAGED


def test_changed_packages_give_members_or_unreadable_within_the_budget():
    chance = random.Random(3)
    for _ in range(200):
        data = bytearray(PACKAGE)
        for _ in range(chance.randrange(1, 12)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        del data[chance.randrange(512, 3 * len(data)) :]
        read_until_stopped(windows_installer, BytesSource("a.msi", bytes(data)))
        opened(msi, bytes(data), budget=CountingBudget(items=200_000, bytes=8 << 20))
