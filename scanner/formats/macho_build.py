"""How a Mach-O file with evidence was made: its UUID, by which debug information is matched, and its tools."""

from collections.abc import Iterator
from struct import Struct

from scanner.formats.buffers import rows_of
from scanner.formats.macho_tables import THIN, Command, Slice, commands_of, slices_of
from scanner.model.observation import BuildTrace, Observation
from scanner.model.source import Budget, Info, Source
from scanner.model.vocabulary import BuildWord

INFO = Info(
    name="macho-build",
    version=1,
    line="How Mach-O files were made: UUID, compiler, sort of image",
    specification="mach-o/loader.h: https://github.com/apple-oss-distributions/xnu",
    limits="Debug information is not read: it lies in files of its own (.dSYM).",
    depth=True,
    deepens=("macho",),
)

_UUID, _BUILD_VERSION = 0x1B, 0x32
_TOOLS = {1: "Clang", 2: "Swift", 3: "ld", 4: "LLD"}
_KINDS = {11: "a part of the macOS kernel", 12: "a macOS kernel with its parts"}
"""MH_KEXT_BUNDLE and MH_FILESET; programs and libraries are not told."""


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield what each image in the file tells of its making.

    Raises:
        Unreadable: damaged, when the load commands break off.
    """
    for part in slices_of(source, budget):
        kind = _kind(source, part)
        if kind in _KINDS:
            yield BuildTrace(what=BuildWord.IMAGE_KIND, value=_KINDS[kind], place=f"{part.prefix}file type {kind}")
        for command in commands_of(source, part, budget):
            if command.number == _UUID and len(command.data) >= 24:
                value = command.data[8:24].hex()
                yield BuildTrace(what=BuildWord.BUILD_ID, value=value, place=f"{part.prefix}LC_UUID")
            elif command.number == _BUILD_VERSION:
                yield from _tools(command, part.prefix, budget)


def _kind(source: Source, part: Slice) -> int:
    """The file type in the header, 0 where there is none."""
    head = bytes(source.view(part.start, 16))
    order, _ = THIN.get(head[:4], ("", 0))
    return int(Struct(order + "12xI").unpack(head)[0]) if order and len(head) == 16 else 0


def _tools(command: Command, prefix: str, budget: Budget) -> Iterator[BuildTrace]:
    """The compilers and linkers behind the versions of the system: each a number and its version, as x.y.z."""
    tool = Struct(command.order + "II")
    for kind, version in rows_of(tool, command.data[24:]):
        budget.spend_items()
        said = f"{_TOOLS.get(kind, f'tool {kind}')} {version >> 16}.{version >> 8 & 0xFF}.{version & 0xFF}"
        yield BuildTrace(what=BuildWord.COMPILER, value=said, place=f"{prefix}LC_BUILD_VERSION")
