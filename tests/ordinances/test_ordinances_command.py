"""`frscan ordinances`, as people call it."""

import re
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from scanner.cli.ordinances import app
from scanner.ordinances import assess, deployment_of, laws, read_deployment
from scanner.reports import RenderOptions, formats
from tests.ordinances.cases import TODAY, situation
from tests.reports.sample import empty_report


@pytest.fixture(autouse=True)
def narrow_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


def is_address(line: str) -> bool:
    return "://" in line


def test_the_list_names_every_ordinance_and_fits_the_terminal() -> None:
    result = CliRunner().invoke(app, ["list"])
    assert result.exit_code == 0
    assert all(law.id in result.stdout for law in laws())
    assert max(len(line) for line in result.stdout.splitlines()) <= 80


@pytest.mark.parametrize("law_id", [law.id for law in laws()])
def test_an_ordinance_is_shown_whole_and_fits_the_terminal(law_id: str) -> None:
    result = CliRunner().invoke(app, ["show", law_id])
    law = next(law for law in laws() if law.id == law_id)
    assert result.exit_code == 0
    shown = " ".join(result.stdout.split())
    for words in (law.citation, law.reach_basis, *law.unverified, *(e.text for e in law.exceptions)):
        assert " ".join(words.split()) in shown
    assert max(len(line) for line in result.stdout.splitlines() if not is_address(line)) <= 80
    assert "no legal advice" in shown


def test_an_unknown_id_is_answered_with_the_nearest_and_status_2() -> None:
    result = CliRunner().invoke(app, ["show", "us-ma-bostn"])
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "did you mean us-ma-boston?" in result.stderr


def test_the_list_says_what_is_in_force_on_a_day() -> None:
    ended = CliRunner().invoke(app, ["list", "--jurisdiction", "us-md-baltimore"]).stdout
    before = CliRunner().invoke(app, ["list", "--jurisdiction", "us-md-baltimore", "--as-of", "2022-01-01"]).stdout
    assert "us-md-baltimore (moratorium; no longer in force)" in ended
    assert "us-md-baltimore (moratorium; in force)" in before
    assert "not verified" in ended


def test_the_list_can_be_narrowed_to_a_place_and_all_around_it() -> None:
    shown = CliRunner().invoke(app, ["list", "--jurisdiction", "us-or-portland"]).stdout
    assert {line.split()[0] for line in shown.splitlines() if line.startswith("us-")} == {
        "us-or-portland-bureaus",
        "us-or-portland-private",
        "us-or-portland-surveillance-inventory",
        "us-or-state-body-cameras",
    }
    assert "4 of " in shown
    wrong = CliRunner().invoke(app, ["list", "--jurisdiction", "Portland"])
    assert wrong.exit_code == 2
    assert "'us-me-portland' or 'us-or-portland'" in wrong.stderr


def saved(folder: Path, *found: str, **facts: object) -> Path:
    """A saved report on situations that every law was asked about."""
    situations = [situation(text, f"S{number}") for number, text in enumerate(found)]
    deployment = deployment_of(facts)
    assessed = assess(situations, deployment, laws(), TODAY)
    report = msgspec.structs.replace(
        empty_report(),
        deployment=deployment,
        situations=tuple(situations),
        assessments=assessed.assessments,
        ordinances=assessed.ordinances,
        questions=assessed.questions,
    )
    file = folder / "report.json"
    file.write_text(formats()["json"].render(report, RenderOptions()), encoding="utf-8")
    return file


def test_the_questions_of_a_report_say_who_waits_and_how_to_answer(tmp_path: Path) -> None:
    file = saved(tmp_path, "detection used, identification used", jurisdiction="us-or-portland")
    shown = CliRunner().invoke(app, ["questions", str(file)])
    assert shown.exit_code == 0
    assert max(len(line) for line in shown.stdout.splitlines()) <= 80
    said = " ".join(shown.stdout.split())
    assert "Who holds or runs it? answer: --operator, or operator = …: city-agency" in said
    assert "answer: --place, or place = …: public-accommodation" in said
    assert "Where is it held or run?" not in said
    assert "waits for it: us-or-portland-private" in said
    assert len(re.findall("Is it run on recordings of body-worn cameras", said)) == 1


def test_the_questions_as_a_deployment_file_are_taken_back_once_answered(tmp_path: Path) -> None:
    stated = {"jurisdiction": "us-or-portland", "operator": "private-entity", "place": "public-accommodation"}
    file = saved(tmp_path, "detection used", **stated)
    toml = CliRunner().invoke(app, ["questions", "--toml", str(file)]).stdout
    assert all(line.startswith(("#", "[")) or not line for line in toml.splitlines())
    deployment = tmp_path / "deployment.toml"
    deployment.write_text(re.sub("(?m)^# (gallery = )", r"\1", toml), encoding="utf-8")
    assert read_deployment(deployment).facts == {"gallery": True}


def test_a_report_with_nothing_open_says_so(tmp_path: Path) -> None:
    shown = CliRunner().invoke(app, ["questions", str(saved(tmp_path))])
    assert shown.stdout == "Nothing is left to be answered.\n"


def test_a_report_that_cannot_be_read_exits_2(tmp_path: Path) -> None:
    shown = CliRunner().invoke(app, ["questions", str(tmp_path / "none.json")])
    assert (shown.exit_code, shown.stdout) == (2, "")
    assert "could not be opened" in shown.stderr
