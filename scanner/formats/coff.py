"""Object files of Windows (COFF): the libraries they ask for; members of import libraries: the library they stand for.

An import library (`.lib`) is no code: it tells the linker which function is in which `.dll`. A program that was linked
with it names that library itself, so it shows that the software for developers is there.
"""

import re
from collections.abc import Iterator

from scanner.formats.coff_symbols import symbols_of
from scanner.formats.coff_tables import (
    ANONYMOUS,
    HEADER,
    MACHINES,
    SECTION_BYTES,
    CoffObject,
    is_big_object,
    read_object,
    short_import,
)
from scanner.formats.records import damaged, name_at, text
from scanner.model.observation import Library, Observation, Symbol
from scanner.model.source import Budget, Info, Magic, Region, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="coff",
    version=1,
    line="Object files of Windows and members of import libraries: libraries they ask or stand for, their functions",
    specification="PE Format: https://learn.microsoft.com/windows/win32/debug/pe-format",
    limits="Objects that the compiler left in a language of its own (/GL) are searched for bytes alone.",
    magics=(Magic(ANONYMOUS), *(Magic(machine.to_bytes(2, "little")) for machine in MACHINES)),
)

_DIRECTIVES = ".drectve"
_DEFAULT_LIBRARY = re.compile(rb"[-/]defaultlib:\"?([^\"\s\0]{1,260})", re.IGNORECASE)
_LIBRARY_NAMES = frozenset({".idata$6", ".idata$7"})
"""Where the member that describes the library keeps its name: of Microsoft's linker, of GNU's."""
_LIBRARY_NAME = re.compile(r"[\w.+@-]{1,200}\.(?:dll|exe|pyd|sys|ocx|drv)", re.IGNORECASE | re.ASCII)
_MOST_BYTES = 64 << 10
_EXECUTABLE = 0x2
"""IMAGE_FILE_EXECUTABLE_IMAGE: a program, which begins otherwise."""


def wants(_name: str, head: bytes) -> bool:
    """Whether the header is that of an object file, for two bytes alone prove nothing."""
    if head.startswith(ANONYMOUS):
        return is_big_object(head) or (len(head) >= HEADER.size and int.from_bytes(head[6:8], "little") in MACHINES)
    if len(head) < HEADER.size + SECTION_BYTES:
        return False
    machine, count, _time, symbols, _symbol_count, optional, flags = HEADER.unpack_from(head)
    first = head[HEADER.size : HEADER.size + 8].rstrip(b"\0")
    return (
        machine in MACHINES
        and 0 < count < 0xFF00
        and not optional
        and not flags & _EXECUTABLE
        and (not symbols or symbols >= HEADER.size + count * SECTION_BYTES)
        and first[:1] in (b".", b"/")
        and first.isascii()
    )


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the library that a member of an import library stands for, or what an object tells the linker to add.

    Raises:
        Unreadable: damaged, when a table is cut short.
    """
    member = short_import(source, budget)
    if member is not None:
        yield Library(role="is", name=text(member.library), place=f"import header of {text(member.symbol)}")
        return
    if source.head.startswith(ANONYMOUS) and not is_big_object(source.head):
        return
    image = read_object(source, budget)
    for section in image.sections():
        if section.name == _DIRECTIVES:
            yield from _asked_for(image, section.offset, section.size)
        elif section.name in _LIBRARY_NAMES and 0 < section.size <= 260:
            name = name_at(source, section.offset, budget)
            if _LIBRARY_NAME.fullmatch(name):
                yield Library(role="is", name=name, place=f"section {section.name}")
    yield from _decorated(image)
    if image.is_cut_short():
        raise damaged("The file ends before what its header promises; the rest was not examined.")


def _asked_for(image: CoffObject, offset: int, size: int) -> Iterator[Library]:
    content = bytes(image.source.view(offset, min(size, _MOST_BYTES)))
    image.budget.spend_bytes(len(content))
    for name in dict.fromkeys(found.group(1) for found in _DEFAULT_LIBRARY.finditer(content)):
        image.budget.spend_items()
        yield Library(role="links", name=_library_file(text(name)), place=f"{_DIRECTIVES}, default library")


def _decorated(image: CoffObject) -> Iterator[Symbol]:
    """The functions of whose names a search of the bytes finds only longer ones; the others are `coff_symbols`'."""
    return (symbol for symbol, is_plain in symbols_of(image) if not is_plain)


def _library_file(name: str) -> str:
    """The linker adds the ending where there is none."""
    return name if "." in name else f"{name}.lib"


def regions(source: Source, budget: Budget) -> Iterator[Region]:
    """Yield the sections that have bytes in the file; damage yields fewer and raises nothing."""
    if source.head.startswith(ANONYMOUS) and not is_big_object(source.head):
        return
    try:
        for section in read_object(source, budget).sections():
            end = min(section.offset + section.size, source.size)
            if 0 < section.offset < end:
                yield Region(section.offset, end, section.name)
    except Unreadable as error:
        if error.cause is not Cause.DAMAGED:
            raise
