"""`frscan report` as a user runs it: standard output, standard error and status apart."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from scanner.cli.report import report as command
from scanner.reports import RenderOptions, formats

from .sample import rich_report


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    file = tmp_path / "a saved report'.json"
    file.write_text(formats()["json"].render(rich_report(), RenderOptions()), encoding="utf-8")
    return file


def run(*arguments: object) -> Result:
    app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)
    app.command()(command)
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.mark.parametrize("name", list(formats()))
def test_a_saved_report_is_shown_in_the_format_asked_for(saved, name):
    result = run(saved, "-f", name)
    assert result.exit_code == 0
    assert result.stderr == ""
    assert result.stdout == formats()[name].render(rich_report(), RenderOptions())


def test_without_a_format_the_report_is_text(saved):
    assert run(saved).stdout.startswith("Verdict: ")


def test_a_report_goes_to_the_file_named(saved, tmp_path):
    result = run(saved, "-f", "html", "-o", tmp_path / "out.html")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")
    assert (tmp_path / "out.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_saving_again_gives_the_same_bytes(saved, tmp_path):
    run(saved, "-f", f"json={tmp_path / 'again.json'}")
    assert (tmp_path / "again.json").read_bytes() == saved.read_bytes()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"hello", "it is no JSON report"),
        (b'{"schema_version": "9"}', "schema version '9'"),
        (None, "could not be opened"),
    ],
)
def test_what_cannot_be_read_gives_one_sentence_and_status_2(tmp_path, content, says):
    file = tmp_path / "r\x1b[31m.json"
    if content is not None:
        file.write_bytes(content)
    result = run(file)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert says in result.stderr
    assert result.stderr.count("\n") == 1
    assert "\x1b" not in result.stderr


@pytest.mark.parametrize("arguments", [("-f", "papyrus"), ("-o", "/no/such/folder/x.html")])
def test_an_output_that_cannot_be_is_refused_with_status_2(saved, arguments):
    result = run(saved, *arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("frscan report: ")
