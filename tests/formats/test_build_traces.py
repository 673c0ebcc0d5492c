"""How native files were made, as far as they tell: from real files of several compilers, and from broken ones."""

import io
import struct
import tarfile
import zlib
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.formats import elf_build, macho_build, pe, pe_build
from scanner.formats.dwarf_units import CompileUnit, compile_units
from scanner.model.observation import BuildTrace, Library
from scanner.model.source import Unreadable
from scanner.model.vocabulary import Cause
from tests.budgets import CountingBudget
from tests.commands import FIXTURES
from tests.formats.reading import read, read_until_stopped
from tests.formats.windows_files import RVA, pe_with, resources
from tests.sources import BytesSource

NATIVE = FIXTURES / "native"
BADGE = (NATIVE / "badge.dll").read_bytes()
KIOSK = (NATIVE / "kiosk").read_bytes()


def in_archive(name: str) -> bytes:
    with tarfile.open(NATIVE / "visitors.tar.gz") as archive:
        member = archive.extractfile(name)
        assert member is not None
        return member.read()


def told(reader, data: bytes) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for fact in read(reader, BytesSource("x", data)):
        assert isinstance(fact, BuildTrace)
        assert fact.place
        found.setdefault(fact.what, []).append(fact.value)
    return found


def dwarf(*, version: int = 4, order: str = "<", units: int = 1) -> dict[str, bytes]:
    """Debug information of units that name their source in place and their compiler by an offset."""
    abbreviations = bytes((1, 0x11, 0, 0x03, 0x08, 0x25, 0x0E, 0, 0, 0))  # compile_unit: name string, producer strp
    info = b""
    for number in range(units):
        head = (
            struct.pack(order + "HBBI", version, 1, 8, 0) if version == 5 else struct.pack(order + "HIB", version, 0, 8)
        )
        body = head + b"\x01" + f"src/face{number}.cpp".encode() + b"\0" + struct.pack(order + "I", 4)
        info += struct.pack(order + "I", len(body)) + body
    return {"info": info, "abbrev": abbreviations, "str": b"abc\0Acme C++ 12\0"}


def elf_with_debug_information(sections: dict[str, bytes], *, compressed: bool = False, kind: int = 3) -> bytes:
    """A 64-bit file whose sections are the debug information alone."""
    names, body, rows = b"\0.shstrtab\0", b"", [struct.pack("<IIQQQQIIQQ", *(0,) * 10)]
    for name, content in sections.items():
        raw = struct.pack("<IIQQ", 1, 0, len(content), 1) + zlib.compress(content) if compressed else content
        row = (len(names), 1, 0x800 if compressed else 0, 0, 64 + len(body), len(raw), 0, 0, 1, 0)
        rows.append(struct.pack("<IIQQQQIIQQ", *row))
        names += f".debug_{name}\0".encode()
        body += raw
    rows.append(struct.pack("<IIQQQQIIQQ", 1, 3, 0, 0, 64 + len(body), len(names), 0, 0, 1, 0))
    ident = b"\x7fELF\x02\x01\x01" + bytes(9)
    shape = (kind, 62, 1, 0, 0, 64 + len(body) + len(names), 0, 64, 56, 0, 64, len(rows), len(rows) - 1)
    return ident + struct.pack("<HHIQQQIHHHHHH", *shape) + body + names + b"".join(rows)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("version", [2, 3, 4, 5])
def test_units_tell_their_source_and_compiler_in_every_version(version: int, order: str):
    sections = dwarf(version=version, order=order, units=2)
    units = compile_units(sections, is_little=order == "<", address_bytes=8, budget=CountingBudget())
    (first, second) = units
    assert first == CompileUnit(0, "src/face0.cpp", "Acme C++ 12")
    assert second.source == "src/face1.cpp"


def test_a_budget_bounds_what_the_library_reads():
    budget = CountingBudget(items=30)
    with pytest.raises(Unreadable) as stopped:
        list(compile_units(dwarf(units=200), is_little=True, address_bytes=8, budget=budget))
    assert stopped.value.cause is Cause.LIMIT


@pytest.mark.parametrize("compressed", [False, True])
def test_a_program_with_debug_information_names_its_sources(compressed: bool):
    found = told(elf_build, elf_with_debug_information(dwarf(units=3), compressed=compressed))
    assert found == {"compiler": ["Acme C++ 12"], "source": [f"src/face{n}.cpp" for n in range(3)]}


def test_of_an_object_file_whose_texts_need_relocation_no_source_is_told():
    assert told(elf_build, elf_with_debug_information(dwarf(), kind=1)) == {}


def test_a_compressed_section_that_claims_more_than_it_may_is_left_alone():
    data = elf_with_debug_information(dwarf(), compressed=True)
    size = struct.pack("<Q", len(dwarf()["info"]))
    lying = data.replace(struct.pack("<II", 1, 0) + size, struct.pack("<II", 1, 0) + struct.pack("<Q", 1 << 40), 1)
    assert lying != data
    assert "source" not in told(elf_build, lying)


def test_a_stripped_static_program_still_has_its_build_id():
    assert list(told(elf_build, KIOSK)) == ["build-id"]
    assert len(told(elf_build, KIOSK)["build-id"][0]) == 40


def test_a_linker_leaves_its_name_in_the_comment():
    found = told(elf_build, (NATIVE / "libphotos.so").read_bytes())
    assert found["compiler"][0].startswith("Linker: Debian LLD")


def test_sections_that_not_every_compiler_makes_are_named():
    data = elf_with_debug_information({}).replace(b".shstrtab\0", b".shstrtab\0")
    sections = elf_with_debug_information({"info": b"x"}).replace(b".debug_info", b".acme_vault")
    assert told(elf_build, data) == {}
    assert told(elf_build, sections) == {"section": [".acme_vault"]}


def test_a_real_windows_library_tells_its_manifest_and_where_its_debug_database_was():
    assert told(pe_build, BADGE) == {
        "manifest": ["Acme.Badge 3.2.1.0 Reads badges at the door"],
        "debug-file": ["C:\\build\\acmebadge.pdb"],
    }


def test_a_real_windows_library_tells_its_delayed_links_its_names_and_the_files_of_its_manifest():
    found = [fact for fact in read(pe, BytesSource("badge.dll", BADGE)) if isinstance(fact, Library)]
    assert [(fact.role, fact.name, fact.place.partition(",")[0]) for fact in found] == [
        ("is", "badge.dll", "export directory"),
        ("links", "winbio.dll", "delay import directory[0]"),
        ("is", "acmebadge.dll", "version resource OriginalFilename"),
        ("loads", "badgeparts.dll", "manifest"),
    ]


def test_the_identity_of_a_dependency_is_not_the_programs_own():
    said = '<assembly><dependentAssembly><assemblyIdentity name="Other" version="1"/></dependentAssembly></assembly>'
    data = pe_with({2: resources({24: said.encode()}, RVA)})
    assert told(pe_build, data) == {}
    wide = b"\xff\xfe" + '<assemblyIdentity version="2.0" name="Acme.Own"/>'.encode("utf-16-le")
    assert told(pe_build, pe_with({2: resources({24: wide}, RVA)})) == {"manifest": ["Acme.Own 2.0"]}


@pytest.mark.parametrize(("subsystem", "kind"), [(1, "a driver"), (10, "a UEFI application"), (3, "")])
def test_drivers_and_firmware_are_told_by_their_subsystem(subsystem: int, kind: str):
    data = bytearray(pe_with({}))
    struct.pack_into("<H", data, 0x40 + 24 + 68, subsystem)
    found = told(pe_build, bytes(data)).get("image-kind", [""])
    assert found[0].startswith(kind)
    assert bool(found[0]) is bool(kind)


def test_a_real_framework_for_macos_tells_its_uuid_and_its_linker():
    found = told(macho_build, in_archive("Entry.framework/Entry"))
    assert len(found["build-id"][0]) == 32
    assert found["compiler"] == ["ld 14.0.6"]


def test_pyelftools_reads_the_same_units_from_a_whole_file():
    from elftools.elf.elffile import ELFFile

    data = elf_with_debug_information(dwarf(units=3))
    oracle = ELFFile(io.BytesIO(data)).get_dwarf_info()
    names = [unit.get_top_DIE().attributes["DW_AT_name"].value.decode() for unit in oracle.iter_CUs()]
    assert told(elf_build, data)["source"] == names


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_flipped_and_cut_files_are_survived(data):
    rich = elf_with_debug_information(dwarf(version=data.draw(st.sampled_from([2, 4, 5])), units=2))
    reader, whole = data.draw(
        st.sampled_from([(elf_build, rich), (elf_build, KIOSK), (pe_build, BADGE), (macho_build, GATE)])
    )
    at = data.draw(st.integers(0, len(whole) - 1))
    flipped = whole[:at] + bytes([whole[at] ^ data.draw(st.integers(1, 255))]) + whole[at + 1 :]
    read_until_stopped(reader, BytesSource("x", flipped[: data.draw(st.integers(0, len(flipped)))]))


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_debug_information_of_any_bytes_is_survived(data):
    sections = dwarf(version=data.draw(st.sampled_from([3, 5])), units=2)
    for name in sections:
        sections[name] = data.draw(st.one_of(st.just(sections[name]), st.binary(max_size=200)))
    with suppress(Unreadable):
        list(compile_units(sections, is_little=True, address_bytes=8, budget=CountingBudget(items=20_000)))


GATE = in_archive("gate")
