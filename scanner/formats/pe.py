"""Windows programs and libraries (PE): own name, linked libraries, version resource; section names for byte hits.

A small table reader, because triage meets every file: pefile's full load takes 15 s for a large library. pefile reads
the symbols where there is evidence (`pe_symbols`) and is the oracle in the tests.
"""

import re
from collections.abc import Iterator
from struct import Struct

from scanner.formats.loaded_names import loaded_names
from scanner.formats.module_lists import RUST_SECTION, go_modules, rust_modules
from scanner.formats.pe_manifest import debug_file, manifest_of
from scanner.formats.pe_tables import (
    CODE,
    DELAY_IMPORTS,
    EXPORTS,
    IMPORTS,
    POINTER_OFFSET,
    WRITE,
    Image,
    read_image,
)
from scanner.formats.pe_version import version_strings
from scanner.formats.records import damaged, name_at, record, records
from scanner.model.observation import Identity, Library, Observation, Product
from scanner.model.source import Budget, Info, Magic, Region, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="pe",
    version=4,
    line="Windows programs and libraries: own name, linked and loaded libraries, product, maker",
    specification="PE Format: https://learn.microsoft.com/windows/win32/debug/pe-format",
    limits="Of resources, version information and manifest are read. Symbols and signatures are read where something "
    "matched.",
    magics=(Magic(b"MZ"),),
)

_SUFFIXES = (".exe", ".dll", ".pyd", ".sys", ".ocx")
_U4 = Struct("<I")
_IMPORT = Struct("<IIIII")
_DELAY_IMPORT = Struct("<IIIIIIII")
_EXPORT = Struct("<IIHHI")
_LOADER = re.compile(rb"LoadLibrary")
_NO_CONSTANTS = frozenset({".rsrc", ".reloc", ".pdata", ".debug"})


def wants(name: str, head: bytes) -> bool:
    """Whether the first bytes lead to a PE header; a name of Windows code suffices if they are cut."""
    if len(head) < POINTER_OFFSET + 4:
        return name.endswith(_SUFFIXES)
    (offset,) = _U4.unpack_from(head, POINTER_OFFSET)
    return head[offset : offset + 4] == b"PE\0\0" or (offset + 4 > len(head) and name.endswith(_SUFFIXES))


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield its own name, the names it is linked to (delayed links last), and what it says it is.

    Raises:
        Unreadable: damaged, when a table could not be read; what could be read was yielded before.
    """
    image = read_image(source, budget)
    problem: Unreadable | None = None
    stems: set[str] = set()
    for table in (_own_name, _imports, _delay_imports, _version, _debug_path, _beside, _loaded, _modules):
        try:
            for fact in table(image):
                if not (isinstance(fact, Library) and fact.role == "is") or _is_new(fact.name, stems):
                    yield fact
        except Unreadable as error:
            if error.cause is not Cause.DAMAGED:
                raise
            problem = problem or error
    if problem or image.is_cut_short():
        raise problem or damaged("The file ends before what its headers promise; the rest was not examined.")


def _is_new(name: str, stems: set[str]) -> bool:
    """Whether a file's own name says more than those before it: each table may add an ending of its own."""
    stem = name.lower().rpartition(".")[0] or name.lower()
    is_new = stem not in stems
    stems.add(stem)
    return is_new


def _own_name(image: Image) -> Iterator[Library]:
    table = image.directory(EXPORTS)
    if table is not None:
        address = record(image.source, _EXPORT, table, "the table of exports")[4]
        if address:
            name = name_at(image.source, image.offset_of(address), image.budget)
            yield Library(role="is", name=name, place="export directory")


def _imports(image: Image) -> Iterator[Library]:
    table = image.directory(IMPORTS)
    rows = () if table is None else records(image.source, _IMPORT, table, image.source.size, image.budget)
    for index, (_lookup, _time, _chain, name, first_thunk) in enumerate(rows):
        if not name or not first_thunk:
            return
        found = name_at(image.source, image.offset_of(name), image.budget)
        yield Library(role="links", name=found, place=f"import directory[{index}]")


def _delay_imports(image: Image) -> Iterator[Library]:
    table = image.directory(DELAY_IMPORTS)
    rows = () if table is None else records(image.source, _DELAY_IMPORT, table, image.source.size, image.budget)
    for index, (attributes, name, *_) in enumerate(rows):
        if not name:
            return
        # Old linkers wrote absolute addresses and left the lowest attribute bit clear.
        address = name if attributes & 1 else max(name - image.base, 0)
        found = name_at(image.source, image.offset_of(address), image.budget)
        yield Library(role="links", name=found, place=f"delay import directory[{index}]")


def _loaded(image: Image) -> Iterator[Observation]:
    """The libraries it may load by name, if it imports the function for that; not those it is linked to."""
    parts = [
        (section.offset, image.source.view(section.offset, section.file_size))
        for section in image.sections
        if not section.flags & (CODE | WRITE) and section.name not in _NO_CONSTANTS
    ]
    if not any(_LOADER.search(part) for _, part in parts):
        return
    tables = (_own_name, _imports, _delay_imports)
    linked = {fact.name.lower() for table in tables for fact in table(image)}
    for offset, part in parts:
        for kind in ("pe", "pe-wide"):
            for name, _, at in loaded_names(part, kind, image.budget):
                if name.lower() not in linked:
                    linked.add(name.lower())
                    yield Library(role="loads", name=name, place=f"offset {offset + at:#x}, beside LoadLibrary")


def _version(image: Image) -> Iterator[Observation]:
    """What the version resource says: the product by name, and the file name that it was made under."""
    strings = version_strings(image)
    product, company = strings.get("ProductName", ""), strings.get("CompanyName", "")
    version = strings.get("ProductVersion") or strings.get("FileVersion", "")
    original = strings.get("OriginalFilename", "")
    if original:
        yield Library(role="is", name=original, place="version resource OriginalFilename")
    if product:
        yield Product(name=product, publisher=company, version=version, role="is", place="version resource ProductName")
    title = product or strings.get("FileDescription", "")
    if title:
        file = original or image.source.name
        yield Identity(
            subject="self",
            name=f"{title} ({file})",
            version=version,
            bundle=f"{company}/{title}/{file}".lower(),
            place="version resource",
        )


def _debug_path(image: Image) -> Iterator[Library]:
    """The name it was linked under, which its debug database has too."""
    path = debug_file(image)
    name = path.replace("\\", "/").rpartition("/")[2]
    if name.lower().endswith(".pdb"):
        made = name[:-4] + (".dll" if image.is_library else ".exe")
        yield Library(role="is", name=made, place=f"debug directory, of {path}")


def _beside(image: Image) -> Iterator[Library]:
    """The libraries that its manifest says belong to it (assemblies side by side)."""
    for name in manifest_of(image).files:
        yield Library(role="loads", name=name, place="manifest, file")


def _modules(image: Image) -> Iterator[Observation]:
    """The modules of Go, at the start of the writable data, or of Rust compiled in."""
    for section in image.sections:
        part = image.source.view(section.offset, section.file_size)
        if section.name == RUST_SECTION:
            yield from rust_modules(part, image.budget)
        elif section.flags & WRITE and not section.flags & CODE:
            yield from go_modules(part, image.budget)


def regions(source: Source, budget: Budget) -> Iterator[Region]:
    """Yield the sections that have bytes in the file; damage yields fewer and raises nothing."""
    try:
        image = read_image(source, budget)
    except Unreadable as error:
        if error.cause is not Cause.DAMAGED:
            raise
        return
    for section in image.sections:
        end = min(section.offset + section.file_size, source.size)
        if section.offset < end:
            yield Region(section.offset, end, section.name)
