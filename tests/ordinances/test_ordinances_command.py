"""`frscan ordinances`, as people call it."""

import pytest
from typer.testing import CliRunner

from scanner.cli.ordinances import app
from scanner.ordinances import laws


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
