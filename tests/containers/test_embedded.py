"""Archives inside programs: of Electron, of PyInstaller, of Chrome, and appended to anything that runs."""

import gzip
import io
import json
import marshal
import struct
import zipfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.containers import appended, appended_zip, asar, crx, pyinstaller, pyz
from scanner.containers.marshalled import unmarshalled
from scanner.containers.program_end import program_end
from scanner.model.source import Unreadable
from tests.budgets import CountingBudget
from tests.containers.opening import assert_it_survives, damaged, opened
from tests.sources import BytesSource

TEXT = b"All the faces of a city. " * 9
MAGIC = bytes.fromhex("a70d0d0a")  # Python 3.11


def asar_archive(tree: dict, content: bytes = b"") -> bytes:
    text = json.dumps(tree).encode()
    inner = 4 + len(text) + -len(text) % 4
    return struct.pack("<4I", 4, inner + 4, inner, len(text)) + text.ljust(inner - 4, b"\0") + content


ASAR = asar_archive(
    {
        "files": {
            "main.js": {"size": len(TEXT), "offset": "0"},
            "lib": {"files": {"a.js": {"size": 3, "offset": str(len(TEXT)), "integrity": {"hash": "x"}}}},
            "soft": {"link": "main.js"},
            "native.node": {"size": 9, "unpacked": True},
        }
    },
    TEXT + b"two",
)


def test_the_files_of_an_electron_app_are_read():
    found = opened(asar, ASAR)
    assert asar.wants("app.dat", ASAR)
    assert {name: content for name, content in found.contents.items() if content} == {
        "main.js": TEXT,
        "lib/a.js": b"two",
    }
    assert found.kinds()["soft"] == found.kinds()["native.node"] == "link"
    assert not found.problems


@pytest.mark.parametrize("name", ["../x", "/x", ".."])
def test_a_name_in_an_asar_archive_leads_nowhere(name):
    opened(asar, asar_archive({"files": {name: {"size": 0, "offset": "0"}}}))


@pytest.mark.parametrize(
    "node", [{"size": 9, "offset": "-1"}, {"size": -1, "offset": "0"}, {"size": 9, "offset": "999"}]
)
def test_an_asar_entry_that_lies_about_its_place_is_damaged(node):
    assert opened(asar, asar_archive({"files": {"a": node}})).causes() == {"a": "damaged"}


def test_a_tree_too_deep_is_not_followed():
    text = b'{"files":{"d":' * 5000 + b"{}" + b"}}" * 5000
    found = opened(asar, struct.pack("<4I", 4, len(text) + 8, len(text) + 4, len(text)) + text)
    assert found.causes()[""] in ("damaged", "limit")


def test_a_long_folder_name_is_not_repeated_for_every_file_in_it():
    files = {str(number): {"size": 0, "offset": "0"} for number in range(50)}
    found = opened(asar, asar_archive({"files": {"x" * 1_000_000: {"files": files}}}))
    assert len(found.members) == 51
    assert all(len(member.name) < 3000 for member in found.members)


def test_a_list_of_files_that_claims_gigabytes_is_not_read():
    assert opened(asar, struct.pack("<4I", 4, 8, 4, 0xFFFFFFFF) + b"{}").causes() == {"": "limit"}


def test_four_bytes_make_no_asar_archive():
    assert not asar.wants("x.bin", struct.pack("<4I", 4, 1, 1, 1) + b"{}")
    assert asar.wants("x.asar", b"")


def zipped(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return out.getvalue()


def test_the_files_of_an_extension_are_read():
    data = b"Cr24" + struct.pack("<2I", 3, 5) + b"proof" + zipped(background=TEXT)
    assert opened(crx, data).contents == {"background": TEXT}


def pyz_archive(*rows: tuple[str, int, bytes], as_dict: bool = False) -> bytes:
    content, table = b"", []
    for name, kind, raw in rows:
        table.append((name, (kind, 12 + len(content), len(raw))))
        content += raw
    listed = marshal.dumps(dict(table) if as_dict else table)
    return b"PYZ\0" + MAGIC + struct.pack(">I", 12 + len(content)) + content + listed


CODE = marshal.dumps(compile("import face", "x", "exec"))
PYZ = pyz_archive(
    ("face", 1, zlib.compress(CODE)), ("face.api", 0, zlib.compress(CODE)), ("d.txt", 2, zlib.compress(TEXT))
)


@pytest.mark.parametrize("as_dict", [False, True])
def test_modules_of_a_frozen_program_become_pyc_files(as_dict):
    rows = ("face", 1, zlib.compress(CODE)), ("face.api", 0, zlib.compress(CODE)), ("d.txt", 2, zlib.compress(TEXT))
    found = opened(pyz, pyz_archive(*rows, as_dict=as_dict))
    pyc = MAGIC + bytes(12) + CODE
    assert found.contents == {"face/__init__.pyc": pyc, "face/api.pyc": pyc, "d.txt": TEXT}


@pytest.mark.parametrize(("magic", "length"), [("a70d0d0a", 16), ("330d0d0a", 12), ("03f30d0a", 8), ("170d0d0a", 12)])
def test_the_pyc_header_fits_the_python(magic, length):
    assert len(pyz.pyc_header(bytes.fromhex(magic))) == length


def test_an_encrypted_module_is_told():
    assert opened(pyz, pyz_archive(("face", 0, b"\xf1" * 40))).causes() == {"face.pyc": "encrypted"}


@pytest.mark.parametrize(
    "table", [b"", b"i\0\0\0\0", marshal.dumps(["a"]), marshal.dumps([("a", (0, -1, 5))]), b"c" * 9]
)
def test_a_damaged_table_of_modules_is_told(table):
    assert opened(pyz, b"PYZ\0" + MAGIC + struct.pack(">I", 12) + table).causes()[""] == "damaged"


@pytest.mark.parametrize(
    "value", [["a", ("b", 1)], {"a": (1, 2), b"b": [None, True]}, "é", "x" * 300, ("a", "a", "a"), -5, []]
)
def test_tables_are_unmarshalled_as_python_does(value):
    for version in range(1, 5):
        assert unmarshalled(memoryview(marshal.dumps(value, version)), CountingBudget()) == value


@pytest.mark.parametrize(
    "data", [CODE, b"[\xff\xff\xff\x7f", b"(\1\0\0\0" * 500, b"r\xff\xff\xff\xff", b"s\xff\xff\xff\xff"]
)
def test_what_is_no_table_is_not_unmarshalled(data):
    with pytest.raises(Unreadable):
        unmarshalled(memoryview(data), CountingBudget(items=1000))


def frozen(
    *entries: tuple[bytes, bytes, bytes, bool], before: bytes = b"", behind: bytes = b"", cookie: int = 88
) -> bytes:
    content = table = b""
    for name, kind, raw, is_compressed in entries:
        stored = zlib.compress(raw) if is_compressed else raw
        length = 18 + -(-(len(name) + 1) // 16) * 16
        table += struct.pack(">4IBc", length, len(content), len(stored), len(raw), is_compressed, kind)
        table += name.ljust(length - 18, b"\0")
        content += stored
    length = len(content) + len(table) + cookie
    end = b"MEI\014\013\012\013\016" + struct.pack(">4I", length, len(content), len(table), 311)
    return before + content + table + end.ljust(cookie, b"\0") + behind


ENTRIES = (
    (b"pyi-option", b"o", b"", False),
    (b"main", b"s", CODE, True),
    (b"lib\\face.dll", b"b", TEXT, True),
    (b"PYZ-00.pyz", b"z", PYZ, False),
)
FROZEN = frozen(*ENTRIES, before=b"\x7fELF" + bytes(500), behind=b"signature")


@pytest.mark.parametrize("cookie", [88, 24])
def test_a_frozen_program_shows_scripts_libraries_and_modules(cookie):
    data = frozen(*ENTRIES, before=b"\x7fELF" + bytes(500), behind=b"signature", cookie=cookie)
    found = opened(pyinstaller, data)
    assert found.contents == {"main.pyc": MAGIC + bytes(12) + CODE, "lib/face.dll": TEXT, "PYZ-00.pyz": PYZ}


def test_a_program_that_is_not_frozen_is_left_alone():
    for data in (b"\x7fELF" + bytes(99), b"MZ", b"\x7fELF" + b"MEI\014\013\012\013\016" * 30):
        assert opened(pyinstaller, data) == ([], {}, {})


def elf(appendix: bytes, wide: bool = True) -> bytes:
    """The smallest ELF file with one program header, and what is appended to it."""
    if wide:
        head = b"\x7fELF\2\1\1".ljust(16, b"\0") + struct.pack("<2HI3QI6H", 2, 62, 1, 0, 64, 0, 0, 64, 56, 1, 0, 0, 0)
        part = struct.pack("<2I6Q", 1, 5, 0, 0, 0, 200, 200, 4096)
    else:
        head = b"\x7fELF\1\1\1".ljust(16, b"\0") + struct.pack("<2H5I6H", 2, 3, 1, 0, 52, 0, 0, 52, 32, 1, 0, 0, 0)
        part = struct.pack("<8I", 1, 0, 0, 0, 200, 200, 5, 4096)
    return (head + part).ljust(200, b"\x90") + appendix


def pe(appendix: bytes) -> bytes:
    head = b"MZ".ljust(60, b"\0") + struct.pack("<I", 64) + b"PE\0\0" + struct.pack("<2H3I2H", 0x14C, 1, 0, 0, 0, 0, 0)
    section = b".text".ljust(8, b"\0") + struct.pack("<4I", 8, 4096, 100, 200) + bytes(16)
    return (head + section).ljust(300, b"\x90") + appendix


PROGRAMS = {"elf64": elf, "elf32": lambda appendix: elf(appendix, wide=False), "pe": pe}


@pytest.mark.parametrize(("kind", "end"), [("elf64", 200), ("elf32", 200), ("pe", 300)])
def test_the_end_of_a_program_is_found(kind, end):
    assert program_end(memoryview(PROGRAMS[kind](b"appended"))) == end


@pytest.mark.parametrize("kind", PROGRAMS)
def test_a_zip_archive_appended_to_a_program_is_read(kind):
    data = PROGRAMS[kind](zipped(face=TEXT) + b"signature")
    assert opened(appended_zip, data).contents == {"face": TEXT}


@pytest.mark.parametrize(
    ("archive", "ending"),
    [
        (gzip.compress(TEXT, mtime=0), "gz"),
        (b"7z\xbc\xaf\x27\x1c" + TEXT, "7z"),
        (b";!@Install@!UTF-8!;!@InstallEnd@!7z\xbc\xaf\x27\x1c", "7z"),
        (b"hsqs" + TEXT, "squashfs"),
        (b"Rar!\x1a\x07\0" + TEXT, "rar"),
        (b"\0\0\0\0\xef\xbe\xad\xdeNullsoftInst" + TEXT, "nsis"),
    ],
)
@pytest.mark.parametrize("kind", PROGRAMS)
def test_other_archives_appended_to_a_program_are_one_member(kind, archive, ending):
    found = opened(appended, PROGRAMS[kind](archive))
    assert list(found.contents) == [f"(appended).{ending}"]
    assert archive.endswith(found.contents[f"(appended).{ending}"])


@pytest.mark.parametrize("kind", PROGRAMS)
@pytest.mark.parametrize("appendix", [b"", bytes(999), b"PK\5\6" + bytes(18), b"some notes, with PK\5\6 in them" * 9])
def test_a_program_with_nothing_appended_is_left_alone(kind, appendix):
    data = PROGRAMS[kind](appendix)
    assert not appended.confirms(BytesSource("program", data))
    assert opened(appended, data) == opened(appended_zip, data) == ([], {}, {})


def test_a_script_that_unpacks_itself_is_opened():
    script = b"#!/bin/sh\ntail -n +3 $0 | gzip -cd\nexit\n"
    found = opened(appended, script + gzip.compress(TEXT))
    assert found.contents == {"(appended).gz": gzip.compress(TEXT)}


def test_a_script_with_a_plain_tar_archive_is_opened():
    tar = (b"face.py".ljust(100, b"\0") + b"0000644\0".ljust(157, b"0") + b"ustar\0").ljust(1024, b"\0")
    found = opened(appended, b"#!/bin/sh\nexit\n" + tar)
    assert found.contents == {"(appended).tar": tar}


def test_a_python_program_zipped_behind_its_first_line_is_opened():
    assert opened(appended_zip, b"#!/usr/bin/env python3\n" + zipped(__main__=TEXT)).contents == {"__main__": TEXT}


def test_a_plain_script_is_left_alone():
    assert not appended.confirms(BytesSource("x.sh", b"#!/bin/sh\necho PK; gzip BZh9\n# Rar!\n" * 99))


SAMPLES = [(asar, ASAR), (pyz, PYZ), (pyinstaller, FROZEN), (crx, b"Cr24" + zipped(a=TEXT))]
SAMPLES += [(appended_zip, make(zipped(a=TEXT))) for make in PROGRAMS.values()]
SAMPLES += [(appended, make(gzip.compress(TEXT))) for make in PROGRAMS.values()]


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_damage_gives_members_or_a_reason(data):
    container, whole = data.draw(st.sampled_from(SAMPLES))
    assert_it_survives(container, data.draw(damaged(whole)))
