"""How an ELF file with evidence was made: build id, compilers, the sources that its debug information names, and its
own sections.

The tables are read as `elf` reads them; debug information is `dwarf_units`' business.
"""

import zlib
from collections.abc import Iterator

from scanner.formats.dwarf_units import SECTIONS, compile_units
from scanner.formats.elf_tables import ET_REL, SHF_COMPRESSED, SHT_NOBITS, Image, Section, read_image
from scanner.formats.records import damaged, text
from scanner.model.observation import BuildTrace, Observation
from scanner.model.source import Budget, Info, Source
from scanner.model.vocabulary import BuildWord

INFO = Info(
    name="elf-build",
    version=1,
    line="How ELF files were made: build id, compilers, names of sources, unusual sections",
    specification="DWARF 2 to 5: https://dwarfstd.org; build id: https://fedoraproject.org/wiki/RolandMcGrath/BuildID",
    limits="At most 100 names of sources are told, from 300 units of debug information of at most 64 MiB. Debug "
    "information in another file is not looked for.",
    depth=True,
    deepens=("elf",),
)

_BUILD_ID = 3
"""NT_GNU_BUILD_ID."""
_ZLIB = 1
"""ELFCOMPRESS_ZLIB."""
_MODULE_INFO = b".modinfo"
_MOST_DEBUG_BYTES = 64 << 20
_MOST_SOURCES, _MOST_COMPILERS, _MOST_SECTIONS = 100, 8, 30
_MOST_COMMENT_BYTES, _MOST_TEXT = 4096, 300
_USUAL = frozenset(
    b".init .text .fini .plt .plt.got .plt.sec .rodata .eh_frame .eh_frame_hdr .gcc_except_table .tdata .tbss "
    b".init_array .fini_array .preinit_array .ctors .dtors .jcr .data.rel.ro .dynamic .got .got.plt .data .bss .lbss "
    b".ldata .lrodata .comment .symtab .strtab .shstrtab .dynsym .dynstr .hash .interp .relr.dyn .gnu_debuglink "
    b".gnu_debugdata .gnu_debugaltlink .stapsdt.base .ARM.exidx .ARM.extab .ARM.attributes".split()
)
_USUAL_STARTS = tuple(b".note .debug .zdebug .rela .rel .text. .data. .rodata. .bss. .gnu.".split())


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield what the file tells of its making.

    Raises:
        Unreadable: damaged, when the headers or the debug information contradict the specification.
    """
    image = read_image(source, budget)
    for note in image.notes():
        if (note.owner, note.type) == (b"GNU", _BUILD_ID) and note.content:
            yield BuildTrace(what=BuildWord.BUILD_ID, value=note.content[:64].hex(), place="note NT_GNU_BUILD_ID")
    sections = dict(_named(image))
    yield from _compilers(image, sections)
    yield from _unusual(sections)
    if b".debug_info" in sections and b".debug_abbrev" in sections:
        yield from _from_debug_information(image, sections)


def _named(image: Image) -> Iterator[tuple[bytes, Section]]:
    names = image.section_name_table()
    for section in image.sections:
        name = names[section.name_offset :].partition(b"\0")[0]
        if name:
            yield name, section


def _compilers(image: Image, sections: dict[bytes, Section]) -> Iterator[BuildTrace]:
    """What the assembler gathered in `.comment`: each compiler, and maybe the linker, that had a part in it."""
    comment = sections.get(b".comment")
    if comment is None or comment.type == SHT_NOBITS:
        return
    content = bytes(image.source.view(comment.offset, min(comment.size, _MOST_COMMENT_BYTES)))
    for said in sorted({part for part in content.split(b"\0") if part})[:_MOST_COMPILERS]:
        yield BuildTrace(what=BuildWord.COMPILER, value=text(said[:_MOST_TEXT]), place=".comment")


def _unusual(sections: dict[bytes, Section]) -> Iterator[BuildTrace]:
    """Sections that not every compiler makes: of a runtime, a packer, data that somebody put in."""
    if _MODULE_INFO in sections:
        kind = "a module of the Linux kernel"
        yield BuildTrace(what=BuildWord.IMAGE_KIND, value=kind, place=text(_MODULE_INFO))
    unusual = [name for name in sections if name not in _USUAL and not name.startswith(_USUAL_STARTS)]
    for name in unusual[:_MOST_SECTIONS]:
        value = text(name[:_MOST_TEXT])
        yield BuildTrace(what=BuildWord.SECTION, value=value, place=f"{sections[name].size} bytes")


def _from_debug_information(image: Image, sections: dict[bytes, Section]) -> Iterator[BuildTrace]:
    """The sources of its units and their compilers; of object files not, whose texts are only found by relocation."""
    held = [(name, sections.get(b".debug_" + name.encode())) for name in SECTIONS]
    contents = {name: _content(image, section) for name, section in held if section is not None}
    if image.type == ET_REL or sum(map(len, contents.values())) > _MOST_DEBUG_BYTES:
        return
    sources, compilers = set[str](), set[str]()
    is_little = image.layout.word.format.startswith("<")
    units = compile_units(contents, is_little=is_little, address_bytes=image.layout.bloom_bytes, budget=image.budget)
    for unit in units:
        place = f"{unit.offset:#x} in .debug_info"
        if unit.compiler not in compilers and unit.compiler and len(compilers) < _MOST_COMPILERS:
            compilers.add(unit.compiler)
            yield BuildTrace(what=BuildWord.COMPILER, value=unit.compiler[:_MOST_TEXT], place=place)
        if unit.source not in sources and unit.source and len(sources) < _MOST_SOURCES:
            sources.add(unit.source)
            yield BuildTrace(what=BuildWord.SOURCE, value=unit.source[:_MOST_TEXT], place=place)


def _content(image: Image, section: Section) -> bytes:
    """A section's bytes, inflated where its flags say so (gABI ch. 4, Section Compression); none where it lies."""
    if section.type == SHT_NOBITS or section.size > _MOST_DEBUG_BYTES:
        return b""
    raw = image.source.view(section.offset, section.size)
    if not section.flags & SHF_COMPRESSED:
        image.budget.spend_bytes(len(raw))
        return bytes(raw)
    head = image.layout.compression
    if len(raw) < head.size:
        raise damaged("A compressed section ends inside its header.")
    kind, size = head.unpack_from(raw)[:2]
    if kind != _ZLIB or size > _MOST_DEBUG_BYTES:
        return b""
    image.budget.spend_bytes(size)
    try:
        return zlib.decompressobj().decompress(bytes(raw[head.size :]), size) if size else b""
    except zlib.error as error:
        raise damaged("A compressed section of debug information is damaged.") from error
