"""Every reader and container has a small file to show: one without fails here."""

import pytest

from scanner.engine.discover import Table
from scanner.model.observation import Observation
from scanner.model.source import Unreadable
from tests.budgets import CountingBudget
from tests.format_fixtures import FOLDER, FormatFixture, format_fixtures
from tests.fuzz.harness import parsers

ALL = format_fixtures()
IDS = [f"{fixture.parser}/{fixture.path.name}" for fixture in ALL]
MOST_BYTES = 50_000
SILENT = {"signature-file"}
"""Readers that prove what a file is and have nothing to say of it."""


@pytest.mark.parametrize("name", sorted(parsers()))
def test_every_reader_and_container_has_a_fixture(name):
    assert [fixture for fixture in ALL if fixture.parser == name], f"put a small file into {FOLDER / name}"


def test_no_fixture_is_left_of_a_reader_that_is_gone():
    assert {fixture.parser for fixture in ALL} - set(parsers()) == set()


@pytest.mark.parametrize("fixture", ALL, ids=IDS)
def test_a_fixture_is_small_and_handed_to_what_it_is_for(fixture: FormatFixture):
    source = fixture.source
    assert source.size <= MOST_BYTES
    info = parsers()[fixture.parser].INFO
    wanted = Table().wanted(source.name, source.head, source)
    assert info.depth or fixture.parser in {one.INFO.name for one in (*wanted.readers, *wanted.containers)}


@pytest.mark.parametrize("fixture", ALL, ids=IDS)
def test_a_fixture_gives_something_or_the_reason_why_not(fixture: FormatFixture):
    parser = parsers()[fixture.parser]
    budget = CountingBudget()
    produce = parser.observe if hasattr(parser, "observe") else parser.members
    found: list[object] = []
    try:
        found.extend(produce(fixture.source, budget))
    except Unreadable as why:
        found.append(why)
    assert found or fixture.parser in SILENT
    assert all(hasattr(one, "chunks") or isinstance(one, Observation | Unreadable) for one in found)
