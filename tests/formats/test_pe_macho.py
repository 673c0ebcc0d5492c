"""The readers of Windows and Apple code: against files built here, broken ones, and real launchers that pip carries."""

import struct
import sysconfig
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.formats import macho, pe
from scanner.model.observation import Library, RunPath
from scanner.model.source import HEAD_BYTES, Region
from scanner.model.vocabulary import Cause
from tests.budgets import CountingBudget
from tests.formats.reading import read, read_until_stopped
from tests.sources import BytesSource

IMAGE_BASE = 0x400000


def pe_file(*, wide: bool = True, absolute_delay: bool = False) -> bytes:
    """A library of one section, `.rdata` at address 0x1000, with exports, two imports and one delayed import."""
    rva, offset = 0x1000, 0x200
    names = b"own.dll\0first.dll\0second.dll\0later.dll\0"
    at = {name: rva + names.index(name) for name in (b"own.dll", b"first.dll", b"second.dll", b"later.dll")}
    exports = struct.pack("<IIHHI", 0, 0, 0, 0, at[b"own.dll"]) + bytes(24)
    imports = b"".join(struct.pack("<IIIII", 0, 0, 0, at[name], rva) for name in (b"first.dll", b"second.dll")) + bytes(
        20
    )
    later = at[b"later.dll"] + (IMAGE_BASE if absolute_delay else 0)
    delayed = struct.pack("<IIIIIIII", 0 if absolute_delay else 1, later, 0, 0, 0, 0, 0, 0) + bytes(32)
    body = names
    tables = {}
    for number, table in ((0, exports), (1, imports), (13, delayed)):
        tables[number] = (rva + len(body), len(table))
        body += table
    body = body.ljust(0x200, b"\0")
    directories = b"".join(struct.pack("<II", *tables.get(number, (0, 0))) for number in range(16))
    optional = struct.pack("<H", 0x20B if wide else 0x10B).ljust(24, b"\0")
    optional += struct.pack("<Q", IMAGE_BASE) if wide else struct.pack("<II", 0, IMAGE_BASE)
    optional = optional.ljust(60, b"\0") + struct.pack("<I", 0x200)
    optional = optional.ljust(108 if wide else 92, b"\0") + struct.pack("<I", 16) + directories
    header = b"MZ".ljust(0x3C, b"\0") + struct.pack("<I", 0x40)
    header += struct.pack("<4sHHIIIHH", b"PE\0\0", 0x8664, 1, 0, 0, 0, len(optional), 0x2000) + optional
    header += struct.pack("<8sIIIIIIHHI", b".rdata", len(body), rva, len(body), offset, 0, 0, 0, 0, 0)
    return header.ljust(offset, b"\0") + body


def macho_file(*, bits: int = 64, order: str = "<", encrypted: bool = False) -> bytes:
    """A library with one section, an own name, a linked framework, a linked library and a run path."""

    def command(number: int, body: bytes) -> bytes:
        body = body.ljust((len(body) + 7) // 8 * 8, b"\0")
        return struct.pack(order + "II", number, len(body) + 8) + body

    def named(number: int, path: bytes) -> bytes:
        fixed = 12 if number == 0x8000001C else 24
        return command(number, struct.pack(order + "I", fixed).ljust(fixed - 8, b"\0") + path + b"\0")

    text = b"some constant text"
    word = "Q" if bits == 64 else "I"
    section_size, segment_head = (80, 72) if bits == 64 else (68, 56)

    def segment(offset: int) -> bytes:
        section = struct.pack(f"{order}16s16s{word}{word}I", b"__cstring", b"__TEXT", 0, len(text), offset)
        section = section.ljust(section_size, b"\0")
        body = struct.pack(f"{order}16s{word * 4}IIII", b"__TEXT", 0, 0, 0, offset + len(text), 5, 5, 1, 0) + section
        assert len(body) == segment_head - 8 + section_size
        return command(0x19 if bits == 64 else 0x1, body)

    rest = named(0xD, b"@rpath/libown.dylib")
    rest += named(0xC, b"/System/Library/Frameworks/Sight.framework/Versions/A/Sight")
    rest += named(0x80000018, b"/usr/lib/libweak.dylib") + named(0x8000001C, b"@loader_path/lib")
    rest += command(0x2C if bits == 64 else 0x21, struct.pack(order + "IIII", 0, 0, int(encrypted), 0))
    size = len(segment(0)) + len(rest)
    header = struct.pack(order + "IIIIIII", 0xFEEDFACF if bits == 64 else 0xFEEDFACE, 7, 3, 6, 6, size, 0)
    header += bytes(4 if bits == 64 else 0)
    return header + segment(len(header) + size) + rest + text


def fat_file(*slices: bytes) -> bytes:
    data = struct.pack(">II", 0xCAFEBABE, len(slices))
    offset = 8 + 20 * len(slices)
    for part in slices:
        data += struct.pack(">IIIII", 7, 3, offset, len(part), 0)
        offset += len(part)
    return data + b"".join(slices)


PE_FACTS = [
    Library(role="is", name="own.dll", place="export directory"),
    Library(role="links", name="first.dll", place="import directory[0]"),
    Library(role="links", name="second.dll", place="import directory[1]"),
    Library(role="links", name="later.dll", place="delay import directory[0]"),
]
MACHO_FACTS = [
    Library(role="is", name="libown.dylib", place="LC_ID_DYLIB[0]"),
    Library(role="links", name="Sight.framework", place="LC_LOAD_DYLIB[0]"),
    Library(role="links", name="Sight", place="LC_LOAD_DYLIB[0]"),
    Library(role="links", name="libweak.dylib", place="LC_LOAD_WEAK_DYLIB[0]"),
    RunPath(value="@loader_path/lib", place="LC_RPATH[0]"),
]


@pytest.mark.parametrize("wide", [True, False])
@pytest.mark.parametrize("absolute_delay", [True, False])
def test_a_windows_library_gives_its_name_and_its_links(wide: bool, absolute_delay: bool):
    data = pe_file(wide=wide, absolute_delay=absolute_delay)
    assert pe.wants("own.dll", data[:HEAD_BYTES])
    assert read(pe, BytesSource("own.dll", data)) == PE_FACTS
    assert list(pe.regions(BytesSource("own.dll", data), CountingBudget())) == [Region(0x200, 0x400, ".rdata")]


@pytest.mark.parametrize(
    ("name", "head", "wanted"),
    [
        ("notes.txt", b"MZ is how it begins".ljust(100), False),
        ("game.com", b"MZ".ljust(0x200, b"\0"), False),
        ("cut.dll", b"MZ\x90", True),
        ("cut.txt", b"MZ\x90", False),
        ("far.exe", b"MZ".ljust(0x3C, b"\0") + struct.pack("<I", 0x10000), True),
    ],
)
def test_windows_code_is_told_from_what_only_begins_like_it(name: str, head: bytes, wanted: bool):
    assert pe.wants(name, head) is wanted


def test_a_table_outside_the_file_does_not_hide_the_others():
    imports = struct.pack("<II", 0x1000 + 39 + 40, 60)
    assert imports in pe_file()
    data = pe_file().replace(imports, struct.pack("<II", 0xFFFFFF00, 60))
    found, stopped = read_until_stopped(pe, BytesSource("own.dll", data))
    assert found == [PE_FACTS[0], PE_FACTS[3]]
    assert stopped is not None
    assert stopped.cause is Cause.DAMAGED


def _launchers() -> list[Path]:
    packages = Path(sysconfig.get_paths()["purelib"])
    return sorted([*packages.glob("pip/_vendor/distlib/*.exe"), *packages.glob("setuptools/*.exe")])


def test_links_equal_those_of_pefile_in_the_launchers_that_pip_carries():
    import pefile

    launchers = _launchers()
    if not launchers:
        pytest.skip("neither pip nor setuptools with Windows launchers is installed beside this Python")
    for path in launchers:
        data = path.read_bytes()
        assert pe.wants(path.name, data[:HEAD_BYTES])
        with pefile.PE(data=data, fast_load=True) as oracle:
            oracle.parse_data_directories([0, 1, 13])
            entries = [
                *getattr(oracle, "DIRECTORY_ENTRY_IMPORT", []),
                *getattr(oracle, "DIRECTORY_ENTRY_DELAY_IMPORT", []),
            ]
            sections = [section.Name.rstrip(b"\0").decode() for section in oracle.sections if section.SizeOfRawData]
        found = read(pe, BytesSource(path.name, data))
        assert [fact.name for fact in found if isinstance(fact, Library) and fact.role == "links"] == [
            entry.dll.decode() for entry in entries
        ]
        assert [region.name for region in pe.regions(BytesSource(path.name, data), CountingBudget())] == sections


@pytest.mark.parametrize("bits", [32, 64])
@pytest.mark.parametrize("order", ["<", ">"])
def test_an_apple_library_gives_its_name_links_and_run_path(bits: int, order: str):
    data = macho_file(bits=bits, order=order)
    assert macho.wants("libown.dylib", data[:HEAD_BYTES])
    assert read(macho, BytesSource("libown.dylib", data)) == MACHO_FACTS
    (region,) = macho.regions(BytesSource("libown.dylib", data), CountingBudget())
    assert (region.name, data[region.start : region.end]) == ("__TEXT,__cstring", b"some constant text")


def test_equal_slices_of_a_fat_file_give_each_name_once():
    data = fat_file(macho_file(), macho_file(bits=32))
    assert macho.wants("libown.dylib", data)
    found = read(macho, BytesSource("libown.dylib", data))
    assert [fact.place.partition(" ")[0] for fact in found] == ["slice[0]"] * len(MACHO_FACTS)
    regions = list(macho.regions(BytesSource("libown.dylib", data), CountingBudget()))
    assert [region.name for region in regions] == ["slice[0] __TEXT,__cstring", "slice[1] __TEXT,__cstring"]
    assert {data[region.start : region.end] for region in regions} == {b"some constant text"}


def test_a_java_class_is_no_fat_file():
    assert not macho.wants("App.class", b"\xca\xfe\xba\xbe\0\0\0\x34\0\x10")


def test_a_slice_that_is_a_static_library_is_passed_over():
    assert read(macho, BytesSource("libown.a", fat_file(b"!<arch>\n" + bytes(60)))) == []


def test_encrypted_code_is_said_after_the_names():
    found, stopped = read_until_stopped(macho, BytesSource("App", macho_file(encrypted=True)))
    assert found == MACHO_FACTS
    assert stopped is not None
    assert stopped.cause is Cause.ENCRYPTED


def test_a_cut_apple_library_keeps_what_was_read():
    found, stopped = read_until_stopped(macho, BytesSource("libown.dylib", macho_file()[:-10]))
    assert found == MACHO_FACTS
    assert stopped is not None
    assert stopped.cause is Cause.DAMAGED


MUTATED = {
    "pe": (pe, pe_file()),
    "macho": (macho, macho_file()),
    "fat": (macho, fat_file(macho_file(bits=32, order=">"), macho_file())),
}


@pytest.mark.parametrize("kind", sorted(MUTATED))
@settings(max_examples=150, deadline=None)
@given(flips=st.lists(st.tuples(st.integers(0, 1100), st.integers(0, 255)), max_size=12), cut=st.integers(0, 1500))
def test_mutated_code_gives_observations_or_unreadable(kind, flips, cut):
    reader, sound = MUTATED[kind]
    data = bytearray(sound)
    for offset, value in flips:
        if offset < len(data):
            data[offset] = value
    source = BytesSource("x.dll", bytes(data[:cut]))
    reader.wants("x.dll", source.head)
    read_until_stopped(reader, source)
    list(reader.regions(source, CountingBudget(items=100_000)))
