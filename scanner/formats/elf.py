"""ELF programs, libraries and Android's native code: own name, linked libraries, run path; section names for byte hits.

Read by a small table reader, because triage meets every file: about 0.1 ms a library, where pyelftools takes over a
millisecond for the same names and LIEF reads the whole file into memory. pyelftools is the oracle in the tests.
Symbols are `elf_symbols`' business.
"""

from collections.abc import Iterator

from scanner.formats.elf_tables import (
    DT_AUXILIARY,
    DT_FILTER,
    DT_NEEDED,
    DT_RPATH,
    DT_RUNPATH,
    DT_SONAME,
    DT_STRSZ,
    DT_STRTAB,
    PF_R,
    PF_W,
    PF_X,
    PT_INTERP,
    PT_LOAD,
    SHT_NOBITS,
    Image,
    read_image,
)
from scanner.formats.loaded_names import loaded_names
from scanner.formats.module_lists import GO_SECTIONS, RUST_SECTION, go_modules, rust_modules
from scanner.formats.package_note import package_of_note
from scanner.formats.records import damaged, name_at
from scanner.model.observation import Library, Observation, RunPath
from scanner.model.source import Budget, Info, Magic, Region, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="elf",
    version=3,
    line="ELF programs and libraries: own name, linked and loaded libraries, run path, package, Go and Rust modules",
    specification="System V gABI, chapters 4 and 5: https://gabi.xinuos.com",
    limits="Libraries that a program loads by a name it puts together while running are not seen.",
    magics=(Magic(b"\x7fELF"),),
)

_LOADER = b"\0dlopen\0"
_PACKAGE_NOTE = 0xCAFE1A7E

_NAMES = {
    DT_NEEDED: "DT_NEEDED",
    DT_SONAME: "DT_SONAME",
    DT_RPATH: "DT_RPATH",
    DT_RUNPATH: "DT_RUNPATH",
    DT_AUXILIARY: "DT_AUXILIARY",
    DT_FILTER: "DT_FILTER",
}
"""Dynamic entries whose value is the offset of a name in DT_STRTAB."""


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the library's own name, the names it is linked to and its run path, in the order of the file.

    Raises:
        Unreadable: damaged, when a name or a table could not be read; what could be read was yielded before.
    """
    image = read_image(source, budget)
    entries = [(tag, value) for tag, value in image.dynamic() if tag in _NAMES or tag in (DT_STRTAB, DT_STRSZ)]
    addresses = [value for tag, value in entries if tag == DT_STRTAB]
    named = [(tag, value) for tag, value in entries if tag in _NAMES]
    problem: Unreadable | None = None
    if named and not addresses:
        raise damaged("The file links to libraries, but the table of their names is missing.")
    strings = image.offset_of(addresses[0]) if named else 0
    counts: dict[int, int] = {}
    told: set[str] = set()
    for tag, value in named:
        index = counts[tag] = counts.get(tag, -1) + 1
        try:
            name = name_at(source, strings + value, budget)
        except Unreadable as error:
            if error.cause is not Cause.DAMAGED:
                raise
            problem = problem or error
            continue
        told.add(name)
        yield _observation(tag, name, index)
    if addresses:
        yield from _loaded(image, addresses[0], max((v for t, v in entries if t == DT_STRSZ), default=0), told)
    yield from _package(image)
    yield from _modules(image)
    if problem or image.is_cut_short():
        raise problem or damaged("The file ends before what its headers promise; the rest was not examined.")


def _observation(tag: int, name: str, index: int) -> Observation:
    entry = _NAMES[tag]
    if tag == DT_SONAME:
        return Library(role="is", name=name, place=entry)
    if tag == DT_NEEDED:
        return Library(role="links", name=name, place=f"{entry}[{index}]")
    if tag in (DT_RPATH, DT_RUNPATH):
        return RunPath(value=name, place=entry)
    # The loader opens a filter's library when a symbol is looked up, and goes on without it if it must.
    return Library(role="loads", name=name, place=f"{entry}[{index}]")


def _loaded(image: Image, strings: int, size: int, told: set[str]) -> Iterator[Library]:
    """The libraries it may load by name, if it imports the function for that."""
    names = bytes(image.source.view(image.offset_of(strings), min(size, image.source.size)))
    image.budget.spend_bytes(len(names))
    if _LOADER not in names:
        return
    interpreters = {segment.offset for segment in image.segments if segment.type == PT_INTERP}
    loads = [segment for segment in image.segments if segment.type == PT_LOAD and not segment.flags & PF_W]
    for segment in [s for s in loads if not s.flags & PF_X] or loads:
        for name, start, at in loaded_names(image.source.view(segment.offset, segment.size), "elf", image.budget):
            if name not in told and segment.offset + start not in interpreters:
                told.add(name)
                yield Library(role="loads", name=name, place=f"offset {segment.offset + at:#x}, beside dlopen")


def _package(image: Image) -> Iterator[Observation]:
    """The package it was built for, where the distribution wrote that into it."""
    for note in image.notes():
        if (note.owner, note.type) == (b"FDO", _PACKAGE_NOTE):
            yield from package_of_note(note, image.budget)


def _modules(image: Image) -> Iterator[Observation]:
    """The modules of Go or Rust compiled in; looks at the names of sections first, which are one read."""
    names = image.section_name_table()
    if RUST_SECTION.encode() not in names and GO_SECTIONS[0].encode() not in names:
        return
    for region in _sections(image):
        part = image.source.view(region.start, region.end - region.start)
        if region.name in GO_SECTIONS:
            yield from go_modules(part, image.budget)
        elif region.name == RUST_SECTION:
            yield from rust_modules(part, image.budget)


def regions(source: Source, budget: Budget) -> Iterator[Region]:
    """Yield the sections that have bytes in the file, or the loaded segments where section headers are stripped.

    Damage yields fewer regions and raises nothing: the names are a courtesy to people, `observe` tells of damage.
    """
    try:
        image = read_image(source, budget)
        found = tuple(_sections(image)) or tuple(_segments(image))
    except Unreadable as error:
        if error.cause is not Cause.DAMAGED:
            raise
        return
    yield from found


def _sections(image: Image) -> Iterator[Region]:
    sections = image.sections
    if not 0 < image.section_names < len(sections):
        return
    names = sections[image.section_names]
    for section in sections:
        if section.type == SHT_NOBITS or not section.size or section.offset + section.size > image.source.size:
            continue
        if section.type and section.name_offset < names.size:
            name = name_at(image.source, names.offset + section.name_offset, image.budget)
            yield Region(section.offset, section.offset + section.size, name)


def _segments(image: Image) -> Iterator[Region]:
    loads = [segment for segment in image.segments if segment.type == PT_LOAD]
    for index, segment in enumerate(loads):
        end = min(segment.offset + segment.size, image.source.size)
        if segment.offset < end:
            rights = "".join(
                letter if segment.flags & bit else "-" for bit, letter in ((PF_R, "r"), (PF_W, "w"), (PF_X, "x"))
            )
            yield Region(segment.offset, end, f"load[{index}] {rights}")
