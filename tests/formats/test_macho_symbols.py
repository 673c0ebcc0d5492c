"""Symbols of Apple's programs: told by role, and against LIEF where a real one is at hand."""

from hypothesis import given, settings

from scanner.formats import macho_symbols
from scanner.model.vocabulary import Cause
from tests.containers.opening import damaged
from tests.formats.apple_files import macho_with
from tests.formats.reading import read, read_until_stopped
from tests.sources import BytesSource

PROGRAM = macho_with(undefined=("_acme_compare", "__ZN4acme4FaceC1Ev", "_puts"))


def symbols(*focus: str) -> list[tuple[str, str]]:
    found = read(macho_symbols, BytesSource("Shop", PROGRAM, focus=frozenset(focus)))
    return [(symbol.role, symbol.name) for symbol in found]


def test_symbols_of_others_are_imports_with_or_without_the_compilers_underscore():
    assert symbols("acme_compare", "_ZN4acme4Face*") == [("imports", "acme_compare"), ("imports", "_ZN4acme4FaceC1Ev")]
    assert symbols("_acme_compare") == [("imports", "_acme_compare")]
    assert symbols("nobody") == []


def test_the_table_reads_as_lief_reads_it():
    import lief

    lief.logging.disable()
    binary = lief.MachO.parse(list(PROGRAM))
    assert binary is not None
    names = [str(symbol.name) for symbol in binary.at(0).symbols]
    assert sorted(name for _, name in symbols()) == sorted(names)


def test_a_table_that_breaks_off_is_damage():
    _, stopped = read_until_stopped(macho_symbols, BytesSource("Shop", PROGRAM[:-110]))
    assert stopped is not None
    assert stopped.cause is Cause.DAMAGED


@settings(max_examples=150, deadline=None)
@given(data=damaged(PROGRAM))
def test_damaged_programs_give_symbols_or_unreadable(data):
    read_until_stopped(macho_symbols, BytesSource("Shop", data))
