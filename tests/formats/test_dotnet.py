""".NET assemblies: the committed program, against dnfile as oracle, and damaged."""

import pytest
from hypothesis import given, settings

from scanner.formats import dotnet
from scanner.formats.dotnet_tables import read_metadata
from scanner.formats.pe_tables import read_image
from scanner.model.observation import Call, ClassName, Library, Symbol
from scanner.model.source import HEAD_BYTES
from scanner.model.vocabulary import Cause
from tests.budgets import CountingBudget
from tests.commands import FIXTURES
from tests.containers.opening import damaged
from tests.formats.reading import read, read_until_stopped
from tests.formats.windows_files import pe_with
from tests.sources import BytesSource

GATE = (FIXTURES / "dotnet" / "gate.exe").read_bytes()


def facts_of(kind: type) -> list:
    return [fact for fact in read(dotnet, BytesSource("gate.exe", GATE)) if isinstance(fact, kind)]


def test_only_windows_files_with_dotnet_code_are_wanted():
    assert dotnet.wants("gate.exe", GATE[:HEAD_BYTES])
    assert not dotnet.wants("plain.exe", pe_with({})[:HEAD_BYTES])
    assert not dotnet.wants("x.exe", b"MZ")


def test_an_assembly_gives_its_name_and_what_it_is_linked_to():
    found = [(library.role, library.name) for library in facts_of(Library)]
    assert found[:3] == [("is", "gate.exe"), ("links", "Emgu.CV.dll"), ("links", "mscorlib.dll")]


def test_native_libraries_are_told_under_the_names_that_the_runtime_tries():
    loaded = [library.name for library in facts_of(Library) if library.role == "loads"]
    assert loaded == ["gatelatch.dll", "libgatelatch.so"]
    assert [(symbol.role, symbol.name) for symbol in facts_of(Symbol)] == [("imports", "latch_open")]


def test_types_inside_types_stand_behind_a_dollar_sign():
    defined = [name.name for name in facts_of(ClassName) if name.role == "defines"]
    assert defined == ["Example.Garden.Gate", "Example.Garden.Gate$Neighbour"]


def test_types_of_others_are_told_with_who_names_them_and_those_of_dotnet_are_not():
    named = [name for name in facts_of(ClassName) if name.role == "references"]
    assert [(name.name, name.by) for name in named] == [("Emgu.CV.Face.LBPHFaceRecognizer", "gate")]
    assert "Emgu.CV.Face.LBPHFaceRecognizer.Predict" in [call.name for call in facts_of(Call)]


def test_the_tables_read_as_dnfile_reads_them():
    import dnfile

    with dnfile.dnPE(data=GATE) as oracle:
        expected = oracle.net.mdtables
        metadata = read_metadata(read_image(BytesSource("gate.exe", GATE), CountingBudget()))
        assert metadata is not None
        for table in ("TypeRef", "TypeDef", "MemberRef", "ModuleRef", "ImplMap", "AssemblyRef", "ManifestResource"):
            rows = getattr(expected, table)
            assert metadata.rows_of[rows.number] == rows.num_rows
        own = [(metadata.name(row[2]), metadata.name(row[1])) for row in metadata.rows(0x02)]
        assert own == [(str(row.TypeNamespace), str(row.TypeName)) for row in expected.TypeDef]
        members = [metadata.name(row[1]) for row in metadata.rows(0x0A)]
        assert members == [str(row.Name) for row in expected.MemberRef]


def test_an_assembly_that_ends_inside_its_tables_says_so():
    cut = GATE.index(b"#~") + 400
    found, stopped = read_until_stopped(dotnet, BytesSource("gate.exe", GATE[:cut]))
    assert stopped is not None
    assert stopped.cause is Cause.DAMAGED
    assert not [fact for fact in found if isinstance(fact, Call)]


@settings(max_examples=300, deadline=None)
@given(data=damaged(GATE))
def test_damaged_assemblies_give_observations_or_unreadable(data):
    dotnet.wants("gate.exe", data[:HEAD_BYTES])
    read_until_stopped(dotnet, BytesSource("gate.exe", data))


@pytest.mark.parametrize("count", [0xFFFFFF, 0x7FFFFFFF])
def test_a_table_that_claims_millions_of_rows_costs_what_is_in_the_file(count):
    at = GATE.index(b"BSJB")
    tables = at + int.from_bytes(GATE[at + 32 : at + 36], "little")
    lying = GATE[: tables + 24] + count.to_bytes(4, "little") + GATE[tables + 28 :]
    budget = CountingBudget(items=10_000)
    _, stopped = read_until_stopped(dotnet, BytesSource("gate.exe", lying))
    assert budget.items_spent <= 10_000
    assert stopped is not None
