"""Unity programs that were compiled to machine code (IL2CPP): the .NET types that are compiled into them.

The machine code has no names; `global-metadata.dat` beside it has all of them, for the program looks them up there.
"""

from collections.abc import Iterator

from scanner.formats.il2cpp_tables import MAGIC, Il2cppTables, TypeRecord
from scanner.formats.records import damaged
from scanner.model.observation import ClassName, Observation
from scanner.model.source import Budget, Info, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="il2cpp-metadata",
    version=1,
    line="Unity programs compiled to machine code (IL2CPP): the .NET types in them",
    specification="https://github.com/Perfare/Il2CppDumper/blob/master/Il2CppDumper/Il2Cpp/MetadataClass.cs",
    limits="Who uses a type is not told. Metadata that are encrypted, or of another version, are reported as not seen "
    "into.",
    names=("global-metadata.dat",),
    magics=(Magic(MAGIC),),
    proves_type=True,
)
_MOST_NESTED = 16


def wants(name: str, head: bytes) -> bool:
    """By the magic, and by the name also without it: then the file is encrypted."""
    return name in INFO.names or head.startswith(MAGIC)


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield each type with its name space, those inside others behind a `$`; not what only the compiler wrote.

    Raises:
        Unreadable: encrypted, where the file has only the name of such metadata; unsupported or damaged, where they
            cannot be read.
    """
    if not source.head.startswith(MAGIC):
        reason = "The metadata of this Unity program are encrypted; which types are in it was not seen."
        raise Unreadable(Cause.ENCRYPTED, reason)
    tables = Il2cppTables(source, budget)
    types = list(tables.types())
    outer_of = _outer(types, tables.nested())
    is_damaged = False
    for number, record in enumerate(types):
        try:
            name = _full_name(tables, types, outer_of, number)
        except Unreadable as error:
            if error.cause is not Cause.DAMAGED:
                raise
            is_damaged = True
            continue
        if name and "<" not in name and record.name:
            yield ClassName(language="dotnet", role="defines", name=name, place=f"typeDefinitions[{number}]")
    if is_damaged:
        raise damaged("Types of the Unity program have names outside of the table of names; they were not read.")


def _outer(types: list[TypeRecord], nested: list[int]) -> dict[int, int]:
    """The number of the type around a type."""
    found: dict[int, int] = {}
    for number, record in enumerate(types):
        if record.nested:
            for inner in nested[record.first_nested : record.first_nested + record.nested]:
                found.setdefault(inner, number)
    return found


def _full_name(tables: Il2cppTables, types: list[TypeRecord], outer_of: dict[int, int], number: int) -> str:
    chain = [number]
    while chain[-1] in outer_of and len(chain) < _MOST_NESTED:
        chain.append(outer_of[chain[-1]])
    names = "$".join(tables.name(types[link].name).partition("`")[0] for link in reversed(chain))
    space = tables.name(types[chain[-1]].space)
    return f"{space}.{names}" if space else names
