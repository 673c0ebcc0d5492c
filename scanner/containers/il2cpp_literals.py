"""The texts in the code of Unity programs (IL2CPP), one a line: in the file nothing stands between two of them."""

from collections.abc import Iterator

from scanner.containers import Member
from scanner.containers.stored import lines
from scanner.formats.il2cpp_tables import LITERAL_TEXT, MAGIC, Il2cppTables
from scanner.model.source import Budget, Info, Magic, Source, Unreadable

INFO = Info(
    name="il2cpp-literals",
    version=1,
    line="Unity programs compiled to machine code (IL2CPP): the texts in their code",
    specification="https://github.com/Perfare/Il2CppDumper/blob/master/Il2CppDumper/Il2Cpp/MetadataClass.cs",
    limits="Which code uses a text is not told.",
    magics=(Magic(MAGIC),),
)
RANDOM_ACCESS = True
WHOLE = False


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """One member with all texts; none where the header cannot be read, which the reader of the types reports."""
    try:
        tables = Il2cppTables(source, budget)
        size = tables.table(LITERAL_TEXT).size
    except Unreadable:
        return
    yield Member(name="literals", kind="file", size=size, chunks=lambda: lines(tables.literals()))
