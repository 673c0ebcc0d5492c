"""macOS and iOS programs and libraries (Mach-O, thin and fat): names, links, run path, classes, code signature.

A small table reader, because triage meets every file; LIEF takes half a second and 234 MB for a 61 MB library.
"""

from collections.abc import Iterator
from struct import Struct
from typing import Literal

import msgspec

from scanner.formats.loaded_names import loaded_names
from scanner.formats.macho_names import LOADER, OBJC_CLASS, Names, class_names, swift_type_of
from scanner.formats.macho_signature import signature_facts
from scanner.formats.macho_tables import (
    DSYM,
    FAT,
    LC_CODE_SIGNATURE,
    MAX_SLICES,
    THIN,
    Command,
    Slice,
    commands_of,
    sections_of,
    segment_of,
    slices_of,
)
from scanner.formats.module_lists import GO_SECTIONS, RUST_SECTION, go_modules, rust_modules
from scanner.formats.records import damaged
from scanner.model.observation import ClassName, Library, Observation, RunPath
from scanner.model.source import Budget, Info, Magic, Region, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="macho",
    version=3,
    line="macOS and iOS programs and libraries: names, linked and loaded libraries, run path, Objective-C and Swift "
    "classes, signer, entitlements",
    specification="mach-o/loader.h and mach-o/fat.h: https://github.com/apple-oss-distributions/xnu",
    limits="The members of static libraries inside fat files are not told apart. It is not checked whether a signature "
    "is valid.",
    magics=tuple(Magic(magic) for magic in (*THIN, *FAT)),
)

_LOADS: dict[int, tuple[Literal["is", "links"], str]] = {
    0xC: ("links", "LC_LOAD_DYLIB"),
    0xD: ("is", "LC_ID_DYLIB"),
    0x20: ("links", "LC_LAZY_LOAD_DYLIB"),
    0x80000018: ("links", "LC_LOAD_WEAK_DYLIB"),
    0x8000001F: ("links", "LC_REEXPORT_DYLIB"),
    0x80000023: ("links", "LC_LOAD_UPWARD_DYLIB"),
}
_RPATH = 0x8000001C
_ENCRYPTION = frozenset({0x21, 0x2C})
_CONSTANTS = "__TEXT,__cstring"


def wants(_name: str, head: bytes) -> bool:
    """Whether a fat magic is followed by a number of slices rather than by a Java version."""
    return head[:4] in THIN or (len(head) >= 8 and 0 < int.from_bytes(head[4:8], "big") <= MAX_SLICES)


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield own name, links and run paths, then what other tables tell; each once for all slices.

    A framework's binary gives two names, `Name.framework` and `Name`.

    Raises:
        Unreadable: damaged, when load commands or a slice are cut; encrypted, when its code is.
    """
    seen: set[Observation] = set()
    problem: Unreadable | None = None
    for part in slices_of(source, budget):
        try:
            for fact in _facts(source, part, budget):
                placeless = msgspec.structs.replace(fact, place="")
                if placeless not in seen:
                    seen.add(placeless)
                    yield fact
        except Unreadable as error:
            if error.cause is Cause.LIMIT:
                raise
            problem = problem or error
    if problem:
        raise problem


def _facts(source: Source, part: Slice, budget: Budget) -> Iterator[Observation]:
    commands: list[Command] = []
    counts: dict[int, int] = {}
    is_cut = part.start + part.size > source.size
    is_encrypted = False
    own = source.name
    for command in commands_of(source, part, budget):
        commands.append(command)
        index = counts[command.number] = counts.get(command.number, -1) + 1
        for fact in _named(command, part.prefix, index):
            own = fact.name if isinstance(fact, Library) and fact.role == "is" else own
            yield fact
        is_cut = is_cut or _reaches_past_end(source, part, command)
        is_encrypted = is_encrypted or _is_encrypted(command)
    sections = {section.name: section for command in commands for section in sections_of(command, budget)}
    names = Names(source, part, tuple(commands), sections, budget)
    yield from _of_others(names, own, is_encrypted=is_encrypted)
    if not is_encrypted:
        yield from names.objective_c_classes()
        yield from names.swift_types()
        yield from _modules(names)
    yield from _signature(names)
    if is_cut:
        raise damaged("The file ends before what its headers promise; the rest was not examined.")
    if is_encrypted:
        raise Unreadable(Cause.ENCRYPTED, "The code is encrypted; only names that others must know were read.")


def _named(command: Command, prefix: str, index: int) -> Iterator[Library | RunPath]:
    if len(command.data) < 12 or (command.number not in _LOADS and command.number != _RPATH):
        return
    (name_offset,) = Struct(command.order + "I").unpack_from(command.data, 8)
    path = command.text_at(name_offset)
    if command.number == _RPATH:
        yield RunPath(value=path, place=f"{prefix}LC_RPATH[{index}]")
        return
    role, kind = _LOADS[command.number]
    *folders, name = path.split("/")
    bundles = [folder for folder in folders if folder == f"{name}.framework"]
    for found in (*bundles[-1:], name):
        yield Library(role=role, name=found, place=f"{prefix}{kind}[{index}]")


def _of_others(names: Names, own: str, *, is_encrypted: bool) -> Iterator[Observation]:
    """The classes of others that are named here, and the libraries that may be loaded by name."""
    place = f"{names.part.prefix}undefined symbols"
    types: set[str] = set()
    for symbol in names.undefined:
        if symbol.startswith(OBJC_CLASS):
            yield from class_names(symbol.removeprefix(OBJC_CLASS), "references", place, own)
        elif symbol == LOADER and not is_encrypted:
            for name, _, at in loaded_names(names.content(_CONSTANTS), "macho", names.budget):
                yield Library(role="loads", name=name, place=f"{at:#x} in {_CONSTANTS}, beside dlopen")
        elif (swift := swift_type_of(symbol)) and swift not in types:
            types.add(swift)
            yield ClassName(language="swift", role="references", name=swift, place=place, by=own)


def _modules(names: Names) -> Iterator[Observation]:
    """The modules of Go or Rust compiled in."""
    for name in names.sections:
        ending = name.partition(",")[2]
        if ending in GO_SECTIONS:
            yield from go_modules(names.content(name), names.budget)
        elif ending == RUST_SECTION:
            yield from rust_modules(names.content(name), names.budget)


def _signature(names: Names) -> Iterator[Observation]:
    for command in names.commands:
        if command.number == LC_CODE_SIGNATURE and len(command.data) >= 16:
            start, size = Struct(command.order + "8xII").unpack_from(command.data)
            yield from signature_facts(
                names.source.view(names.part.start + start, size), names.part.prefix, names.budget
            )


def _is_encrypted(command: Command) -> bool:
    """Whether an LC_ENCRYPTION_INFO names a cipher: `cryptid` is its third field."""
    if command.number not in _ENCRYPTION or len(command.data) < 20:
        return False
    (cipher,) = Struct(command.order + "16xI").unpack_from(command.data)
    return bool(cipher)


def _reaches_past_end(source: Source, part: Slice, command: Command) -> bool:
    segment = segment_of(command)
    if segment is None or part.start + segment[0] + segment[1] <= source.size:
        return False
    kind: int = Struct(command.order + "I").unpack(source.view(part.start + 12, 4))[0]
    return kind != DSYM


def regions(source: Source, budget: Budget) -> Iterator[Region]:
    """Yield the sections that have bytes in the file, as `__TEXT,__cstring`; damage yields fewer and raises nothing."""
    try:
        for part in slices_of(source, budget):
            for command in commands_of(source, part, budget):
                for section in sections_of(command, budget):
                    start = part.start + section.offset
                    yield Region(start, start + section.size, part.prefix + section.name)
    except Unreadable as error:
        if error.cause is not Cause.DAMAGED:
            raise
