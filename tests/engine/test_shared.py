"""What one machine has read, another need not read; a database of shared facts that fails costs nothing but time."""

import os
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from scanner.engine import examine
from scanner.engine.crew import Crew
from scanner.engine.scan import Settings, scan
from scanner.engine.shared import Shared
from scanner.model.report import Report
from tests import postgresql
from tests.engine.scanning import WORD, found_in

psycopg = pytest.importorskip("psycopg", reason="the extra “fleet” is not installed")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="what a worker does is changed only where it is forked")
FOUND = {"a.zip!/a.txt"}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgresql.server() as url:
        yield url


@pytest.fixture
def url(server) -> Iterator[str]:
    """Of a database in which nothing is shared yet."""
    yield server
    changed(server, "DROP TABLE IF EXISTS frscan_facts_1")


@pytest.fixture
def archive(target) -> Path:
    """A folder with an archive."""
    with zipfile.ZipFile(target / "a.zip", "w") as written:
        written.writestr("a.txt", WORD)
    return target


def by_machine(name: str, target: Path, url: str, monkeypatch) -> tuple[Report, str]:
    """The report of a scan by a machine with a cache of its own, and why it could not use what is shared."""
    monkeypatch.setenv("FRSCAN_CACHE_DIR", str(target.parent / name))
    with Crew(url) as crew:
        report = scan([target], Settings(jobs=1), crew=crew)
    return report, crew.shared.fault


def asked(url: str, query: str) -> list[tuple[bytes, ...]]:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        return sorted(connection.execute(query))


def changed(url: str, statement: str) -> None:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute(statement)


def test_what_one_machine_has_read_another_does_not_read(archive, url, monkeypatch):
    first, fault = by_machine("one", archive, url, monkeypatch)
    assert (found_in(first), fault) == (FOUND, "")
    monkeypatch.setattr(examine.Examiner, "examine", lambda *_, **__: os._exit(9))
    second, fault = by_machine("two", archive, url, monkeypatch)
    assert (second.findings, second.complete, fault) == (first.findings, True, "")
    again, _ = by_machine("two", archive, "", monkeypatch)
    assert again.findings == first.findings, "what came from elsewhere was not kept here"


def test_damaged_values_are_read_anew_and_replaced(archive, url, monkeypatch):
    first, _ = by_machine("one", archive, url, monkeypatch)
    whole = asked(url, "SELECT key, value FROM frscan_facts_1")
    changed(url, "UPDATE frscan_facts_1 SET value = substr(value, 2)")
    second, fault = by_machine("two", archive, url, monkeypatch)
    assert (second.findings, fault) == (first.findings, "")
    assert asked(url, "SELECT key, value FROM frscan_facts_1") == whole


@pytest.mark.parametrize("nowhere", ["postgresql+psycopg://nobody@127.0.0.1:1/x", "mysql://127.0.0.1/x", "nonsense"])
def test_a_database_that_cannot_be_reached_is_told_and_costs_no_finding(archive, monkeypatch, nowhere):
    report, fault = by_machine("one", archive, nowhere, monkeypatch)
    assert (found_in(report), report.complete) == (FOUND, True)
    assert fault.startswith("The shared facts cannot be used, so each machine reads for itself: ")


def test_a_table_of_another_make_is_told_and_costs_no_finding(archive, url, monkeypatch):
    changed(url, "CREATE TABLE frscan_facts_1 (key text, day text)")
    report, fault = by_machine("one", archive, url, monkeypatch)
    assert (found_in(report), report.complete) == (FOUND, True)
    assert fault


def test_a_worker_may_not_write(url):
    main = Shared(url, writes=True)
    assert main.url() == url
    main.close()
    reader = Shared(url)
    reader.put({b"k": b"v"})
    reader.flush()
    assert "read-only" in reader.fault


def test_what_nobody_asked_for_in_a_long_time_goes(url):
    writer = Shared(url, writes=True)
    writer.put({b"used": b"1", b"unused": b"2"})
    writer.flush()
    changed(url, "UPDATE frscan_facts_1 SET day = 1")
    writer.put({}, used=[b"used"])
    writer.flush()
    writer.forget_unused()
    writer.close()
    assert asked(url, "SELECT key FROM frscan_facts_1") == [(b"used",)]
