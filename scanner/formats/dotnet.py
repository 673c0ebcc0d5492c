""".NET assemblies: what they are called and refer to, the types they define and name, what they call in native code.

Triage reads the tables alone, by an own reader: 20 ms for an assembly of 4.8 MB with 3,000 types, where dnfile takes
20 s; it is the oracle in the tests. Assemblies that were trimmed or merged into others keep the names of their types.
"""

from collections.abc import Iterator
from functools import cached_property

from scanner.formats import dotnet_tables as tables
from scanner.formats.dotnet_tables import Metadata, read_metadata
from scanner.formats.pe_tables import read_image
from scanner.formats.records import damaged
from scanner.model.observation import Call, ClassName, Library, Observation, Symbol
from scanner.model.source import Budget, Info, Magic, Source

INFO = Info(
    name="dotnet",
    version=1,
    line=".NET assemblies: own name, assemblies and native libraries they use, types and members",
    specification="ECMA-335, partition II: https://ecma-international.org/publications-and-standards/standards/ecma-335/",
    limits="What is loaded by a name that is put together at run time is not seen. Of programs compiled ahead of time "
    "to machine code only the bytes are searched.",
    magics=(Magic(b"MZ"),),
    proves_type=True,
)

_PLATFORM = ("System", "mscorlib", "netstandard", "WindowsBase", "PresentationCore", "PresentationFramework")
"""Assemblies of .NET itself: what is referred to there is left out."""
_LIBRARY_ENDINGS = (".dll", ".so", ".dylib", ".exe")
_SCOPE_ASSEMBLY, _SCOPE_OUTER = 2, 3
_PARENT_TYPE_REF = 1


def wants(_name: str, head: bytes) -> bool:
    """Whether the PE header says that .NET code is inside."""
    return tables.is_assembly(head)


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield its name, what it refers to, the types it defines, the types and members of others that it names.

    Raises:
        Unreadable: damaged, when the metadata cannot be read or is cut short.
    """
    image = read_image(source, budget)
    metadata = read_metadata(image)
    if metadata is None:
        raise damaged("The PE header promises .NET code, and there is none.")
    assembly = _Assembly(metadata, is_library=image.is_library)
    yield from assembly.names()
    yield from assembly.native_code()
    yield from assembly.types_defined()
    yield from assembly.types_named()
    yield from assembly.members_named()
    if metadata.is_cut_short:
        raise damaged("The file ends inside the .NET tables; the rest was not read.")


class _Assembly:
    """One assembly's tables as observations."""

    def __init__(self, metadata: Metadata, *, is_library: bool) -> None:
        self._metadata = metadata
        self._name = next((metadata.name(row[7]) for row in metadata.rows(tables.ASSEMBLY)), "")
        self._ending = ".dll" if is_library else ".exe"

    def names(self) -> Iterator[Library]:
        """Its own name, and the assemblies that it is linked to."""
        if self._name:
            yield Library(role="is", name=self._name + self._ending, place="Assembly[0]")
        for number, name in enumerate(self._assemblies):
            yield Library(role="links", name=f"{name}.dll", place=f"AssemblyRef[{number}]")

    def native_code(self) -> Iterator[Library | Symbol]:
        """The native libraries and functions it calls (P/Invoke); a name without ending is tried with those of the
        system."""
        metadata = self._metadata
        libraries = [metadata.name(row[0]) for row in metadata.rows(tables.MODULE_REF)]
        used: dict[str, int] = {}
        for number, (_flags, _method, name, module) in enumerate(metadata.rows(tables.IMPL_MAP)):
            library = libraries[module - 1] if 0 < module <= len(libraries) else ""
            used.setdefault(library, number)
            place = f"ImplMap[{number}], a function of {library}"
            yield Symbol(role="imports", name=metadata.name(name), place=place)
        for library, number in used.items():
            for name in _probed(library.replace("\\", "/").rpartition("/")[2]):
                yield Library(role="loads", name=name, place=f"ImplMap[{number}], as {library}")

    def types_defined(self) -> Iterator[ClassName]:
        """Its own types, those inside others behind a `$`; what only the compiler wrote is left out."""
        metadata = self._metadata
        rows = [(metadata.name(row[1]), metadata.name(row[2])) for row in metadata.rows(tables.TYPE_DEF)]
        outer_of = dict(metadata.rows(tables.NESTED_CLASS))
        for number, (name, _) in enumerate(rows, 1):
            chain, at = [number], number
            while at in outer_of and len(chain) < 16:
                at = outer_of[at]
                chain.append(at)
            if any(not 0 < link <= len(rows) or "<" in rows[link - 1][0] for link in chain) or not name:
                continue
            full = _dotted(rows[chain[-1] - 1][1], "$".join(rows[link - 1][0] for link in reversed(chain)))
            yield ClassName(language="dotnet", role="defines", name=full, place=f"TypeDef[{number - 1}]")

    def types_named(self) -> Iterator[ClassName]:
        """The types of other assemblies, without those of .NET itself."""
        for number, name in self._types.items():
            if name:
                place = f"TypeRef[{number - 1}]"
                yield ClassName(language="dotnet", role="references", name=name, place=place, by=self._name)

    def members_named(self) -> Iterator[Call]:
        """The methods and fields of those types, each once."""
        metadata = self._metadata
        seen = set[str]()
        for number, (parent, name, _signature) in enumerate(metadata.rows(tables.MEMBER_REF)):
            owner = self._types.get(parent >> 3, "") if parent & 7 == _PARENT_TYPE_REF else ""
            full = f"{owner}.{metadata.name(name)}"
            if owner and full not in seen:
                seen.add(full)
                yield Call(language="dotnet", name=full, place=f"MemberRef[{number}]", by=self._name)

    @cached_property
    def _assemblies(self) -> list[str]:
        metadata = self._metadata
        return [metadata.name(row[6]) for row in metadata.rows(tables.ASSEMBLY_REF)]

    @cached_property
    def _types(self) -> dict[int, str]:
        """The types of others by their number, from 1 on; empty where they are of .NET itself."""
        metadata = self._metadata
        found: dict[int, str] = {}
        for number, (scope, name, space) in enumerate(metadata.rows(tables.TYPE_REF), 1):
            kind, owner = scope & 3, scope >> 2
            if kind == _SCOPE_OUTER:
                outer = found.get(owner, "")
                found[number] = f"{outer}${metadata.name(name)}" if outer else ""
                continue
            is_known = kind == _SCOPE_ASSEMBLY and 0 < owner <= len(self._assemblies)
            assembly = self._assemblies[owner - 1] if is_known else ""
            is_platform = assembly.partition(".")[0] in _PLATFORM
            found[number] = "" if is_platform else _dotted(metadata.name(space), metadata.name(name))
        return found


def _probed(name: str) -> tuple[str, ...]:
    """The file names that the runtime tries for a native library:
    https://learn.microsoft.com/dotnet/standard/native-interop/native-library-loading"""
    if not name or name.lower().endswith(_LIBRARY_ENDINGS) or ".so." in name:
        return (name,) if name else ()
    return (f"{name}.dll", f"{name}.so" if name.startswith("lib") else f"lib{name}.so")


def _dotted(space: str, name: str) -> str:
    """A full name; the number of type parameters, which stands behind a backtick, is no part of it."""
    bare = "$".join(part.partition("`")[0] for part in name.split("$"))
    return f"{space}.{bare}" if space else bare
