"""A table whose columns nobody knows: asked about once at a terminal, kept, and given by a file where there is none."""

import os
import select
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from scanner.catalogue.cache_file import cache_folder
from scanner.cli.exits import Exit
from tests.commands import frscan

TABLE = "Bezug;Wer;Stand\nLuxand FaceSDK;Luxand;8.1\n"
KEPT = '[[table]]\nheaders = ["Bezug", "Wer", "Stand"]\nname = "Bezug"\npublisher = "Wer"\nversion = "Stand"\n'


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "list.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


def at_a_terminal(*arguments: str | Path, answers: str, **environment: str) -> tuple[int, str, str]:
    """Exit status, standard output, and what stood on the terminal, of a run by somebody who types the answers."""
    import pty

    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "scanner", *map(str, arguments)]
    variables = {**os.environ, "NO_COLOR": "1", "TERM": "dumb", **environment}
    with (
        tempfile.TemporaryFile() as printed,  # not a pipe, which fills while nobody reads it
        subprocess.Popen(command, stdin=theirs, stdout=printed, stderr=theirs, env=variables) as child,
    ):
        os.close(theirs)
        shown = b""
        sent = 0
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if not select.select([ours], [], [], 0.1)[0]:
                continue
            try:
                piece = os.read(ours, 4096)
            except OSError:  # the child has closed its end
                break
            shown += piece
            while sent < len(answers) and shown.count(b"): ") > sent:  # a question ends so
                os.write(ours, answers[sent].encode() + b"\n")
                sent += 1
        os.close(ours)
        child.wait(timeout=30)
        printed.seek(0)
        out = printed.read().decode("utf-8")
    return child.returncode, out, shown.decode("utf-8")


@pytest.mark.skipif(os.name == "nt", reason="there are no pseudo-terminals")
def test_somebody_at_a_terminal_is_asked_once(table, tmp_path):
    settings = {"XDG_CONFIG_HOME": str(tmp_path / "settings"), "HOME": str(tmp_path / "home")}
    settings["FRSCAN_CACHE_DIR"] = str(cache_folder())  # where the signatures are compiled already
    status, out, shown = at_a_terminal("scan", "-f", "json", table, answers="x123  ", **settings)
    assert "1  Bezug" in shown
    assert "One of the numbers 1 to 3, please." in shown
    assert (status, '"declared"' in out) == (Exit.FOUND, True), shown
    ran = frscan("scan", "-f", "json", table, **settings)
    assert (ran.status, ran.report["complete"]) == (Exit.FOUND, True), ran.err
    assert ran.report["components"][0]["version"] == "8.1"
    status, _, shown = at_a_terminal("scan", "-f", "json", table, answers="", **settings)
    assert (status, "which column" in shown) == (Exit.FOUND, False)


@pytest.mark.skipif(os.name == "nt", reason="there are no pseudo-terminals")
def test_who_does_not_answer_gets_the_report_all_the_same(table, tmp_path):
    kept = tmp_path / "kept.toml"
    status, out, shown = at_a_terminal("scan", "-f", "json", "--columns", kept, table, answers=" ")
    assert (status, '"complete": false' in out, kept.exists()) == (Exit.INCOMPLETE, True, False), shown


def test_a_file_tells_the_columns_where_there_is_no_terminal(table, tmp_path):
    kept = tmp_path / "kept.toml"
    kept.write_text(KEPT, encoding="utf-8")
    ran = frscan("scan", "-f", "json", "--columns", kept, table)
    assert (ran.status, ran.report["complete"]) == (Exit.FOUND, True), ran.err


def test_what_is_kept_of_one_table_says_nothing_of_another(tmp_path):
    kept = tmp_path / "kept.toml"
    kept.write_text(KEPT, encoding="utf-8")
    (tmp_path / "other.csv").write_text("Bezug;Wann\nLuxand FaceSDK;heute\n", encoding="utf-8")
    (tmp_path / "known.csv").write_text("DisplayName0,Version0,Publisher0\nLuxand FaceSDK,8.1,Luxand\n")
    ran = frscan("scan", "-f", "json", "--columns", kept, tmp_path / "other.csv", tmp_path / "known.csv")
    (unread,) = ran.report["unreadable"]
    assert (unread["locator"], unread["columns"]) == ("other.csv", ["Bezug", "Wann"])
    assert [finding["component"]["version"] for finding in ran.report["findings"]] == ["8.1"]


def test_a_workbook_is_known_again_as_well(tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (line.split(";") for line in TABLE.splitlines()):
        book.active.append(row)
    book.save(tmp_path / "list.xlsx")
    ran = frscan("scan", "-f", "json", tmp_path / "list.xlsx")
    assert ran.report["unreadable"][0]["columns"] == ["Bezug", "Wer", "Stand"]
    (tmp_path / "kept.toml").write_text(KEPT, encoding="utf-8")
    ran = frscan("scan", "-f", "json", "--columns", tmp_path / "kept.toml", tmp_path / "list.xlsx")
    assert (ran.status, ran.report["complete"]) == (Exit.FOUND, True), ran.err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "no terminal on which to ask"),
        ('[[table]]\nheaders = ["A"]\nname = "B"\n', "none of its table's headers"),
        ('[[table]]\nheaders = ["A"]\n', "name"),
        ("[[table", ""),
    ],
)
def test_a_file_of_columns_that_cannot_be_meant_is_refused_in_a_sentence(table, tmp_path, content, said):
    kept = tmp_path / "kept.toml"
    if content is not None:
        kept.write_text(content, encoding="utf-8")
    ran = frscan("scan", "--columns", kept, table)
    assert (ran.status, ran.out) == (Exit.USAGE, "")
    assert said in ran.err
    assert ran.err.count("\n") == 1
