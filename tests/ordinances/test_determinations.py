"""Determination tables: what a filled one says, and how it is kept."""

import csv
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from typer.testing import CliRunner

from scanner.cli.app import app
from scanner.model.determination import COLUMNS, Decision
from scanner.ordinances import DeterminationError, decided, kept, read_determinations, read_table
from scanner.reports import RenderOptions, formats
from tests.reports.sample import rich_report

ANSWERS = {
    "ordinance": "us-ma-boston",
    "decision": "covered",
    "decided_by": "J. Doe",
    "decided_on": "2026-01-31",
    "valid_until": "2026-12-31",
    "exception": "",
    "reason": "It compares visitors.",
}


def table(*rows: dict[str, str], delimiter: str = ",") -> str:
    out = StringIO()
    writer = csv.DictWriter(out, COLUMNS, delimiter=delimiter, restval="")
    writer.writeheader()
    writer.writerows({"component": "c-1", "name": "Visit", "version": "3.2.1", **row} for row in rows)
    return out.getvalue()


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    file = folder / "table.csv"
    file.write_text(text, encoding=encoding)
    return file


def test_a_filled_row_is_a_decision_and_an_empty_one_is_none(tmp_path: Path) -> None:
    (one,) = read_table(written(tmp_path, table({}, ANSWERS)))
    assert (one.component, one.version, one.ordinance) == ("c-1", "3.2.1", "us-ma-boston")
    assert (one.decision, one.decided_on, one.valid_until) == (
        Decision.COVERED,
        date(2026, 1, 31),
        date(2026, 12, 31),
    )


@pytest.mark.parametrize(("delimiter", "encoding"), [(";", "utf-8-sig"), ("\t", "utf-8"), (",", "utf-8-sig")])
def test_tables_are_taken_as_spreadsheets_save_them(tmp_path: Path, delimiter: str, encoding: str) -> None:
    (one,) = read_table(written(tmp_path, table(ANSWERS, delimiter=delimiter), encoding))
    assert one.reason == "It compares visitors."


def test_the_apostrophe_before_a_formula_is_taken_off_again(tmp_path: Path) -> None:
    (one,) = read_table(written(tmp_path, table({**ANSWERS, "reason": "'=1+1 is what the vendor wrote"})))
    assert one.reason == "=1+1 is what the vendor wrote"


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("decision", "yes", "one of covered"),
        ("decided_by", "", "`decided_by` empty"),
        ("decided_on", "1/31/2026", "2026-01-31"),
        ("valid_until", "2025-01-01", "before it was decided"),
        ("ordinance", "boston", "no ordinance"),
        ("exception", "sf-bundled-product", "no exception"),
        ("reason", "", "`reason` empty"),
        ("component", "", "`component` empty"),
    ],
)
def test_a_wrong_answer_is_told_with_its_line(tmp_path: Path, column: str, value: str, says: str) -> None:
    file = written(tmp_path, table({}, {**ANSWERS, column: value}))
    with pytest.raises(DeterminationError) as caught:
        read_table(file)
    assert says in str(caught.value)
    assert "line 3" in str(caught.value)


def test_a_table_without_the_columns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DeterminationError, match="has no column"):
        read_table(written(tmp_path, "name,decision\nVisit,covered\n"))


def test_decisions_are_kept_beside_earlier_ones_and_never_twice(tmp_path: Path) -> None:
    store = tmp_path / "determinations.json"
    first = read_table(written(tmp_path, table(ANSWERS)))
    later = read_table(written(tmp_path, table({**ANSWERS, "decision": "excepted", "decided_on": "2026-03-01"})))
    assert kept(store, first) == first
    assert kept(store, later) == (*first, *later)
    assert kept(store, (*later, *first)) == (*first, *later) == read_determinations(store)


def test_the_table_of_a_report_comes_back_as_it_was_filled(tmp_path: Path) -> None:
    report = rich_report()
    rows = list(csv.DictReader(StringIO(formats()["csv"].render(report, RenderOptions()))))
    out = StringIO()
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    writer.writerows(row | {**ANSWERS, "ordinance": ""} for row in rows)
    decisions = read_table(written(tmp_path, out.getvalue()))
    assert {one.component for one in decisions} == {component.id for component in report.components}
    shown = decided(report, decisions)
    assert set(shown.determinations) >= set(decisions)
    assert "J. Doe" in formats()["csv"].render(shown, RenderOptions())


def test_every_format_for_reading_tells_who_decided_what_until_when(tmp_path: Path) -> None:
    report = rich_report()
    row = {**ANSWERS, "component": report.components[0].id, "version": "3.0"}
    shown = decided(report, read_table(written(tmp_path, table(row))))
    for name in ("text", "html", "markdown"):
        said = " ".join(formats()[name].render(shown, RenderOptions()).split())
        assert "J. Doe" in said, name
        assert "2026-12-31" in said, name
        assert "It was about version 3.0" in said, name


def test_decisions_about_other_components_stay_out_of_a_report(tmp_path: Path) -> None:
    report = rich_report()
    decisions = read_table(written(tmp_path, table(ANSWERS)))
    assert decided(report, decisions).determinations == report.determinations


def test_the_command_keeps_the_table_and_a_wrong_one_exits_2(tmp_path: Path) -> None:
    store = tmp_path / "kept.json"
    good = CliRunner().invoke(app, ["determine", str(written(tmp_path, table(ANSWERS))), "-o", str(store)])
    assert (good.exit_code, "1 decision taken" in good.stdout) == (0, True)
    assert len(read_determinations(store)) == 1
    wrong = CliRunner().invoke(app, ["determine", str(written(tmp_path, table({**ANSWERS, "decision": "?"})))])
    assert wrong.exit_code == 2
    assert "line 2" in wrong.stderr
