"""The ELF readers: against files built here, against broken ones, and against pyelftools on this system's libraries."""

import struct
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.formats import elf, elf_symbols
from scanner.model.observation import Library, RunPath, Symbol
from scanner.model.source import Unreadable
from scanner.model.vocabulary import Cause
from tests.budgets import CountingBudget
from tests.formats.reading import read, read_until_stopped
from tests.sources import BytesSource

BASE = 0x10000
DT_HASH, DT_STRTAB, DT_SYMTAB, DT_STRSZ = 4, 5, 6, 10


def elf_file(
    *,
    bits: int = 64,
    order: str = "<",
    needed: tuple[str, ...] = ("libc.so.6", "libm.so.6"),
    soname: str = "libown.so.1",
    run_path: str = "$ORIGIN/lib",
    symbols: tuple[tuple[str, int, int], ...] = (),
    with_sections: bool = True,
    with_hash: bool = True,
) -> bytes:
    """A library with a dynamic table, loaded at BASE from offset 0. Symbols are name, binding, section index."""
    word = "Q" if bits == 64 else "I"
    header_size, segment_size, section_size = (64, 56, 64) if bits == 64 else (52, 32, 40)
    strings, at = b"\0", {}
    for name in (*needed, soname, run_path, *(name for name, _, _ in symbols)):
        at[name] = len(strings)
        strings += name.encode() + b"\0"
    strings_offset = header_size + 2 * segment_size
    symbols_offset = strings_offset + len(strings) + 8
    table = b""
    for name, binding, section in (("", 0, 0), *symbols):
        info, text = binding << 4 | 2, at.get(name, 0)
        row = ("IBBHQQ", text, info, 0, section, 1, 1) if bits == 64 else ("IIIBBH", text, 1, 1, info, 0, section)
        table += struct.pack(order + row[0], *row[1:])
    hash_offset = symbols_offset + len(table)
    hashes = struct.pack(order + "IIII", 1, len(symbols) + 1, 0, 0)
    entries = [(1, at[name]) for name in needed] + [(14, at[soname]), (29, at[run_path])]
    entries += [(DT_STRTAB, BASE + strings_offset), (DT_SYMTAB, BASE + symbols_offset), (DT_STRSZ, len(strings))]
    entries += [(DT_HASH, BASE + hash_offset)] if with_hash else [(7, BASE + hash_offset)]
    dynamic = b"".join(struct.pack(order + word * 2, *entry) for entry in (*entries, (0, 0)))
    dynamic_offset = hash_offset + len(hashes)
    names = b"\0.dynstr\0.shstrtab\0"
    names_offset = dynamic_offset + len(dynamic)
    loaded_size = names_offset + len(names)
    sections_offset = loaded_size if with_sections else 0
    ident = b"\x7fELF" + bytes((bits // 32, 1 if order == "<" else 2, 1)) + bytes(9)
    header = struct.pack(
        f"{order}HHI{word * 3}IHHHHHH",
        *(3, 62, 1, 0, header_size, sections_offset, 0, header_size, segment_size, 2, section_size),
        *((3, 2) if with_sections else (0, 0)),
    )

    def segment(kind: int, flags: int, offset: int, size: int) -> bytes:
        address = BASE + offset
        if bits == 64:
            return struct.pack(order + "IIQQQQQQ", kind, flags, offset, address, address, size, size, 8)
        return struct.pack(order + "IIIIIIII", kind, offset, address, address, size, size, flags, 8)

    def section(name: int, kind: int, offset: int, size: int) -> bytes:
        return struct.pack(f"{order}II{word * 4}II{word * 2}", name, kind, 0, 0, offset, size, 0, 0, 1, 0)

    data = ident + header + segment(1, 5, 0, loaded_size) + segment(2, 6, dynamic_offset, len(dynamic))
    data += strings + bytes(8) + table + hashes + dynamic + names
    if with_sections:
        data += section(0, 0, 0, 0) + section(1, 3, strings_offset, len(strings))
        data += section(9, 3, names_offset, len(names))
    return data


SYMBOLS = (("imported_one", 1, 0), ("exported_one", 1, 7), ("weak_one", 2, 7), ("local_one", 0, 7))
SHAPES = [(bits, order) for bits in (32, 64) for order in "<>"]


@pytest.mark.parametrize(("bits", "order"), SHAPES)
def test_own_name_links_and_run_path_are_read_in_every_class_and_byte_order(bits: int, order: str):
    assert read(elf, BytesSource("libown.so", elf_file(bits=bits, order=order))) == [
        Library(role="links", name="libc.so.6", place="DT_NEEDED[0]"),
        Library(role="links", name="libm.so.6", place="DT_NEEDED[1]"),
        Library(role="is", name="libown.so.1", place="DT_SONAME"),
        RunPath(value="$ORIGIN/lib", place="DT_RUNPATH"),
    ]


def test_names_are_read_although_the_section_headers_are_stripped():
    assert len(read(elf, BytesSource("x.so", elf_file(with_sections=False)))) == 4


def test_a_name_that_is_no_utf8_is_escaped():
    data = elf_file(soname="libABown.so").replace(b"libABown", b"lib\xff\xfeown")
    assert Library(role="is", name="lib\\xff\\xfeown.so", place="DT_SONAME") in read(elf, BytesSource("x.so", data))


def test_a_library_cut_behind_its_dynamic_table_keeps_what_was_read():
    data = elf_file()
    found, stopped = read_until_stopped(elf, BytesSource("x.so", data[:-150]))
    assert len(found) == 4
    assert stopped is not None
    assert stopped.cause is Cause.DAMAGED


@pytest.mark.parametrize("length", [4, 15, 63, 100, 180])
def test_a_library_cut_before_its_dynamic_table_is_damaged(length: int):
    found, stopped = read_until_stopped(elf, BytesSource("x.so", elf_file()[:length]))
    assert found == []
    assert stopped is not None
    assert stopped.cause is Cause.DAMAGED


def test_an_unreadable_name_does_not_hide_the_others():
    data = elf_file()
    lying = data.replace(struct.pack("<QQ", 1, 1), struct.pack("<QQ", 1, 1 << 40))
    found, stopped = read_until_stopped(elf, BytesSource("x.so", lying))
    assert [fact.name for fact in found if isinstance(fact, Library)] == ["libm.so.6", "libown.so.1"]
    assert stopped is not None
    assert stopped.cause is Cause.DAMAGED


def test_regions_are_the_sections_that_have_bytes():
    data = elf_file()
    found = {
        region.name: data[region.start : region.end] for region in elf.regions(BytesSource("x", data), CountingBudget())
    }
    assert list(found) == [".dynstr", ".shstrtab"]
    assert b"libc.so.6" in found[".dynstr"]


def test_regions_of_a_stripped_file_are_its_loaded_segments():
    regions = list(elf.regions(BytesSource("x", elf_file(with_sections=False)), CountingBudget()))
    assert [region.name for region in regions] == ["load[0] r-x"]


def test_regions_of_a_text_file_with_the_magic_are_none():
    assert list(elf.regions(BytesSource("x", b"\x7fELF is a format"), CountingBudget())) == []


@pytest.mark.parametrize(("bits", "order"), SHAPES)
def test_symbols_have_the_role_that_section_and_binding_give(bits: int, order: str):
    source = BytesSource("x.so", elf_file(bits=bits, order=order, symbols=SYMBOLS))
    assert read(elf_symbols, source) == [
        Symbol(role="imports", name="imported_one", place=".dynsym[1]"),
        Symbol(role="exports", name="exported_one", place=".dynsym[2]"),
        Symbol(role="exports", name="weak_one", place=".dynsym[3]"),
        Symbol(role="defines", name="local_one", place=".dynsym[4]"),
    ]


def test_symbols_are_counted_without_hash_table_and_section_headers():
    source = BytesSource("x.so", elf_file(symbols=SYMBOLS, with_sections=False, with_hash=False))
    assert len(read(elf_symbols, source)) == len(SYMBOLS)


@pytest.mark.parametrize(
    ("focus", "names"),
    [
        ({"exported_one"}, ["exported_one"]),
        ({"exported"}, []),
        ({"exp*", "local_one"}, ["exported_one", "local_one"]),
        ({"?eak_*"}, ["weak_one"]),
        ({"expor[t]ed_one*"}, []),
    ],
)
def test_only_the_symbols_in_focus_are_yielded(focus: set[str], names: list[str]):
    source = BytesSource("x.so", elf_file(symbols=SYMBOLS), focus=frozenset(focus))
    assert [fact.name for fact in read(elf_symbols, source) if isinstance(fact, Symbol)] == names


def test_a_symbol_count_that_lies_is_damage_and_not_memory():
    data = elf_file(symbols=SYMBOLS)
    lying = data.replace(struct.pack("<IIII", 1, 5, 0, 0), struct.pack("<IIII", 1, 0xFFFFFFFF, 0, 0))
    found, stopped = read_until_stopped(elf_symbols, BytesSource("x.so", lying))
    assert {fact.name for fact in found if isinstance(fact, Symbol)} >= {name for name, _, _ in SYMBOLS}
    assert stopped is not None


def test_a_small_budget_stops_the_symbols():
    source = BytesSource("x.so", elf_file(symbols=SYMBOLS))
    with pytest.raises(Unreadable) as stopped:
        read(elf_symbols, source, CountingBudget(items=3))
    assert stopped.value.cause is Cause.LIMIT


@pytest.mark.parametrize("reader", [elf, elf_symbols])
@settings(max_examples=150, deadline=None)
@given(
    shape=st.sampled_from(SHAPES),
    flips=st.lists(st.tuples(st.integers(4, 900), st.integers(0, 255)), max_size=12),
    cut=st.integers(0, 1200),
)
def test_a_mutated_library_gives_observations_or_unreadable(reader, shape, flips, cut):
    data = bytearray(elf_file(bits=shape[0], order=shape[1], symbols=SYMBOLS))
    for offset, value in flips:
        if offset < len(data):
            data[offset] = value
    source = BytesSource("x.so", bytes(data[:cut]))
    read_until_stopped(reader, source)
    list(elf.regions(source, CountingBudget(items=100_000)))


def _system_libraries() -> list[Path]:
    folders = [
        Path(sys.base_prefix) / "lib",
        *map(Path, ("/lib", "/usr/lib", "/lib/x86_64-linux-gnu", "/lib/aarch64-linux-gnu")),
    ]
    files = [Path(sys.executable), *(path for folder in folders for path in sorted(folder.glob("*.so*"))[:30])]
    return [path for path in files if path.is_file() and path.stat().st_size < 4_000_000][:50]


def _readable_system_libraries() -> list[bytes]:
    contents = []
    for path in _system_libraries():
        try:
            data = path.read_bytes()
        except OSError:
            continue
        if data.startswith(b"\x7fELF"):
            contents.append(data)
    return contents


def test_names_equal_those_of_pyelftools_on_system_libraries():
    from elftools.elf.dynamic import DynamicSegment

    compared = 0
    for data in _readable_system_libraries():
        source = BytesSource("lib.so", data)
        entries = [
            entry
            for segment in _elftools(data).iter_segments()
            if isinstance(segment, DynamicSegment)
            for entry in segment.iter_tags()
        ]
        found = [fact for fact in read(elf, source) if isinstance(fact, Library)]
        assert [fact.name for fact in found if fact.role == "links"] == [
            e.needed for e in entries if e.entry.d_tag == "DT_NEEDED"
        ]
        assert [fact.name for fact in found if fact.role == "is"] == [
            e.soname for e in entries if e.entry.d_tag == "DT_SONAME"
        ]
        compared += 1
    if not compared:
        pytest.skip("this system has no readable ELF libraries to compare with")


def test_symbols_equal_those_of_pyelftools_on_system_libraries():
    compared = 0
    for data in _readable_system_libraries()[:12]:
        table = _elftools(data).get_section_by_name(".dynsym")
        if table is None or table.num_symbols() > 3000:
            continue
        named = [s for s in table.iter_symbols() if s.name and s["st_info"]["type"] not in ("STT_SECTION", "STT_FILE")]
        found = [fact for fact in read(elf_symbols, BytesSource("lib.so", data)) if isinstance(fact, Symbol)]
        assert {f.name for f in found if f.role == "imports"} == {s.name for s in named if s["st_shndx"] == "SHN_UNDEF"}
        assert {f.name for f in found if f.role == "exports"} == {
            s.name for s in named if s["st_shndx"] != "SHN_UNDEF" and s["st_info"]["bind"] != "STB_LOCAL"
        }
        compared += 1
    if not compared:
        pytest.skip("this system has no readable ELF libraries to compare with")


def _elftools(data: bytes):
    import io

    from elftools.elf.elffile import ELFFile

    return ELFFile(io.BytesIO(data))
