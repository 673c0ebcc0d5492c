"""What a person meets at the terminal: statuses, streams, and plain sentences for wrong input."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands import FIXTURES, frscan, frscan_here

DEMO = FIXTURES / "android/demo.apk"
CLEAN = FIXTURES / "android/clean.apk"


def test_a_path_alone_is_a_scan():
    ran = frscan(DEMO)
    assert ran.status == 1
    assert "recognition" in ran.out
    assert "Traceback" not in ran.err


def test_options_may_come_before_the_path():
    assert frscan("-f", "json", DEMO).report["verdict"] == "recognition"


def test_nothing_found_exits_0():
    assert frscan(CLEAN).status == 0


def test_a_finding_below_the_threshold_exits_0():
    assert frscan(FIXTURES / "android/detection_only.apk").status == 0
    assert frscan(FIXTURES / "android/detection_only.apk", "--fail-on", "face-analysis").status == 1


def test_an_outcome_can_be_the_threshold():
    stated = ("--jurisdiction", "us-ma-boston", "--operator", "city-agency")
    assert frscan(DEMO, *stated, "--fail-on", "possible-violation").status == 1
    assert frscan(CLEAN, *stated, "--fail-on", "possible-violation").status == 0


@pytest.mark.parametrize("name", ["text/not_an_app.apk", "text/empty.bin", "android/truncated.apk"])
def test_what_cannot_be_read_exits_3_unless_something_was_found_and_is_listed(name):
    ran = frscan("scan", "-f", "json", FIXTURES / name)
    assert ran.status in ({1, 3} if "truncated" in name else {3})
    assert ran.report["complete"] is False
    assert [u["cause"] for u in ran.report["unreadable"]].count("damaged") >= 1
    assert ran.err == ""


def test_a_missing_target_is_one_clear_sentence():
    ran = frscan("no/such/app.apk")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err == "frscan: no/such/app.apk: there is no such file or folder. Check the spelling.\n"


@pytest.mark.skipif(sys.platform == "win32", reason="links and pipes of Unix")
def test_links_that_lead_nowhere_pipes_and_empty_names_are_one_clear_sentence(tmp_path):
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "gone").symlink_to("nothing")
    os.mkfifo(tmp_path / "pipe")
    for name, words in (("loop", "a link that leads to no file"), ("gone", "a link that"), ("pipe", "neither a file")):
        ran = frscan_here("scan", tmp_path / name)
        assert (ran.status, ran.out, len(ran.err.splitlines())) == (2, "", 1)
        assert f"{name}: this is {words}" in ran.err
    ran = frscan_here("")
    assert (ran.status, ran.out) == (2, "")
    assert "an argument is empty" in ran.err


def test_a_folder_with_nothing_in_it_says_what_to_check(tmp_path):
    ran = frscan_here("scan", tmp_path)
    assert ran.status == 0
    assert "Verdict: nothing was looked at" in ran.out
    assert "Check the name: no file was found there" in ran.out


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no full device")
def test_a_report_that_cannot_be_written_is_one_clear_sentence():
    command = [sys.executable, "-m", "scanner", "-q", str(FIXTURES / "android" / "demo.apk")]
    with Path("/dev/full").open("wb") as full:
        ran = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, timeout=60, check=False)
    assert ran.returncode == 2
    assert "standard output: the report could not be written (No space left on device)." in ran.stderr.decode()


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="the superuser may read everything")
def test_a_folder_without_access_is_one_clear_sentence(tmp_path):
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o000)
    ran = frscan(folder)
    assert ran.status == 2
    assert "no permission" in ran.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--operator", "city-agancy"], "city-agency"),
        (["--fail-on", "sometimes"], "--fail-on takes one of"),
        (["-f", "docx"], "there is no format 'docx'"),
        (["-f", "json", "-f", "text"], "two formats cannot go to one place"),
        (["-o", "no/such/folder/report.txt"], "does not exist"),
        (["--as-of", "next week"], "write it as 2026-01-31"),
    ],
)
def test_a_wrong_option_is_said_in_a_sentence_before_the_scan(arguments, words):
    ran = frscan("scan", DEMO, *arguments)
    assert ran.status == 2
    assert words in ran.err
    assert "Traceback" not in ran.err
    assert ran.out == ""


def test_several_formats_in_one_run(tmp_path):
    page, saved = tmp_path / "report.html", tmp_path / "report.json"
    ran = frscan("scan", DEMO, "-f", f"html={page}", "-f", f"json={saved}", "-f", "text")
    assert ran.status == 1
    assert "<html" in page.read_text(encoding="utf-8")
    assert json.loads(saved.read_text(encoding="utf-8"))["verdict"] == "recognition"
    assert "recognition" in ran.out


def test_a_saved_report_renders_to_the_same_page_later(tmp_path):
    page, saved, again = tmp_path / "a.html", tmp_path / "report.json", tmp_path / "b.html"
    frscan("scan", DEMO, "-f", f"html={page}", "-f", f"json={saved}")
    assert frscan("report", saved, "-f", "html", "-o", again).status == 0
    assert page.read_bytes() == again.read_bytes()


def test_names_with_spaces_quotes_newlines_and_other_alphabets_are_scanned(tmp_path):
    folder = tmp_path / 'it\'s a "test"\n日本'
    folder.mkdir()
    (folder / "app 1.apk").write_bytes(DEMO.read_bytes())
    ran = frscan("scan", "-f", "json", "-f", f"text={tmp_path / 'out.txt'}", folder)
    assert ran.report["findings"][0]["component"]["locator"] == "app 1.apk"
    text = (tmp_path / "out.txt").read_text(encoding="utf-8")
    assert "\x1b" not in text


@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="these file systems hold Unicode names only")
def test_an_undecodable_file_name_becomes_locator_text(tmp_path):
    (Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.apk"))).write_bytes(DEMO.read_bytes())
    report = frscan("scan", "-f", "json", tmp_path).report
    assert report["components"][0]["locator"] == "caf\\xe9.apk"


def test_a_scan_from_inside_a_hostile_folder_imports_nothing_of_it(tmp_path):
    for name in ("multiprocessing.py", "pickle.py", "yara.py", "scanner.py"):
        (tmp_path / name).write_text("raise SystemExit('code of the target was run')\n")
    (tmp_path / "app.apk").write_bytes(DEMO.read_bytes())
    ran = frscan("scan", "-f", "json", ".", cwd=tmp_path, PYTHONSAFEPATH="1")
    assert ran.report["verdict"] == "recognition"
    assert "was run" not in ran.err


def test_help_is_quick_and_loads_no_heavy_library():
    code = (
        "import sys; sys.argv = ['frscan', '--help']\n"
        "from scanner.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'lief', 'networkx', 'sqlalchemy', 'elftools', 'pefile', 'yara', 'jinja2', 'apkInspector'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    import subprocess

    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert ran.stderr.strip() == "[]"
    assert "scan" in ran.stdout


def test_an_uncaught_exception_is_not_mistaken_for_a_finding(tmp_path):
    (tmp_path / "scanner_fault.py").write_text(
        "import scanner.cli.app\n"
        "def broken(arguments): raise RuntimeError('made for the test')\n"
        "scanner.cli.app.run = broken\n"
        "from scanner.cli import main\nmain()\n"
    )
    import subprocess

    ran = subprocess.run([sys.executable, tmp_path / "scanner_fault.py"], capture_output=True, text=True, timeout=60)
    assert ran.returncode == 70
    assert "bug in frscan" in ran.stderr


def test_a_key_file_that_is_not_there_is_told_in_one_sentence(tmp_path):
    (tmp_path / "a.img").write_bytes(b"LUKS\xba\xbe\0\2" + bytes(9000))
    gone = frscan("scan", str(tmp_path / "a.img"), "--key-file", str(tmp_path / "gone"))
    assert gone.status == 2
    assert "--key-file" in gone.err
    assert "could not be read" in gone.err
