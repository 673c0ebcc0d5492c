"""VDEX, ODEX and OAT: the DEX files that a device keeps, in files built here around the demo's."""

import struct
import zipfile

import pytest
from hypothesis import given

from scanner.containers import android_runtime_code
from scanner.model.source import Unreadable
from scanner.model.vocabulary import Cause
from tests.budgets import CountingBudget
from tests.commands import FIXTURES, scanned
from tests.containers.opening import assert_it_survives, damaged
from tests.sources import BytesSource

with zipfile.ZipFile(FIXTURES / "android/demo.apk") as demo:
    DEX = [demo.read(name) for name in ("classes.dex", "classes2.dex")]


def vdex(version: bytes, dex: list[bytes]) -> bytes:
    """A VDEX file in the layout of Android 8 (006), 10 (021) or 12 (027)."""
    content = b"".join(bytes(4) + one + bytes(-len(one) % 4) for one in dex)
    if version == b"027":
        sections = [(0, 60, 4 * len(dex)), (1, 64 if dex else 0, len(content)), (2, 0, 0), (3, 0, 0)]
        rows = b"".join(struct.pack("<3I", *section) for section in sections)
        return b"vdex027\0" + struct.pack("<I", len(sections)) + rows + bytes(4) + content
    if version == b"021":
        empty = b"002\0" if dex else b"000\0"
        return b"vdex021\0" + empty + struct.pack("<4I", len(dex), 0, 0, 0) + bytes(4 * len(dex)) + content
    return b"vdex006\0" + struct.pack("<4I", len(dex), len(content), 0, 0) + bytes(4 * len(dex)) + content


def oat(dex: list[bytes]) -> bytes:
    """An ELF file as far as it is looked at: a shared object whose second page begins with the magic of OAT."""
    return (b"\x7fELF\2\1\1" + bytes(9) + b"\3\0").ljust(0x1000, b"\0") + b"oat\n045\0" + bytes(88) + b"".join(dex)


def listed(data: bytes, name: str = "base.vdex", **neighbours: bytes) -> list[tuple[str, bytes]]:
    source = BytesSource(name, data, neighbours={key.replace("_", "."): value for key, value in neighbours.items()})
    assert android_runtime_code.wants(name, source.head)
    assert android_runtime_code.confirms(source)
    return [(m.name, b"".join(m.chunks())) for m in android_runtime_code.members(source, CountingBudget())]


WHOLE = {
    "Android 8": vdex(b"006", DEX),
    "Android 10": vdex(b"021", DEX),
    "Android 12": vdex(b"027", DEX),
    "Android 4": b"dey\n036\0" + struct.pack("<2I", 40, len(DEX[0])) + bytes(24) + b"".join(DEX),
    "OAT": oat(DEX),
}


@pytest.mark.parametrize("layout", WHOLE)
def test_the_dex_files_come_out_as_they_went_in(layout):
    assert listed(WHOLE[layout]) == [("classes.dex", DEX[0]), ("classes2.dex", DEX[1])]


@pytest.mark.parametrize("version", [b"021", b"027"])
def test_a_file_that_says_the_code_stayed_in_the_app_holds_nothing(version):
    assert listed(vdex(version, [])) == []


@pytest.mark.parametrize("data", [vdex(b"006", []), oat([]), b"dey\n036\0" + bytes(100), vdex(b"021", [DEX[0][:200]])])
def test_code_that_is_not_there_as_dex_is_said_to_be_unread(data):
    with pytest.raises(Unreadable, match="compiled for a device") as problem:
        listed(data)
    assert problem.value.cause is Cause.UNSUPPORTED


def test_compact_dex_is_said_to_be_unread():
    with pytest.raises(Unreadable, match="Compact"):
        listed(vdex(b"021", [b"cdex001\0" + bytes(200)]))


def test_machine_code_beside_its_vdex_file_is_read_there():
    assert listed(oat([]), "base.odex", base_vdex=b"vdex027\0") == []


def test_any_other_native_library_is_none():
    source = BytesSource("libx.so", b"\x7fELF\2\1\1" + bytes(9) + b"\3\0" + bytes(9000))
    assert not android_runtime_code.confirms(source)


def test_what_matches_in_a_vdex_file_is_found_by_its_class(tmp_path):
    (tmp_path / "base.vdex").write_bytes(WHOLE["Android 10"])
    report = scanned(tmp_path / "base.vdex")
    assert report["verdict"] == "recognition"
    places = {e["locator"] for f in report["findings"] for e in f["evidence"] if e["kind"] in ("class", "call")}
    assert places == {"base.vdex!/classes.dex", "base.vdex!/classes2.dex"}


@given(damaged(vdex(b"021", [DEX[1]])))
def test_it_survives_any_damage(data):
    assert_it_survives(android_runtime_code, data, "base.vdex")
