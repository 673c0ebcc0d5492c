"""Where an option may come from, which source wins, and what a wrong settings file is told."""

import pytest

from tests.commands import FIXTURES, frscan

DEMO = FIXTURES / "android/demo.apk"


def shown(ran, option):
    """What `frscan config` says of an option."""
    return next(line.partition(": ")[2] for line in ran.out.splitlines() if line.startswith(f"--{option}: "))


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "frscan.toml").write_text('jobs = 2\nplace = "school"\nact = ["use", "acquire"]\nquiet = true\n')
    return tmp_path


def test_every_source_is_named_and_the_nearer_one_wins(folder):
    ran = frscan("config", "--place", "workplace", cwd=folder, FRSCAN_JOBS="3", FRSCAN_PLACE="online")
    assert ran.status == 0, ran.err
    assert ran.out.splitlines()[0].endswith("frscan.toml")
    assert shown(ran, "place") == "workplace (command line)"
    assert shown(ran, "jobs") == "3 (environment, FRSCAN_JOBS)"
    assert shown(ran, "act").startswith("use, acquire (settings file, ")
    assert shown(ran, "quiet").startswith("yes (settings file, ")
    assert shown(ran, "output") == "not set (default)"


def test_a_scan_obeys_the_settings_file_that_is_named(tmp_path):
    settings = tmp_path / "mine.toml"
    settings.write_text(f'format = ["json={tmp_path / "out.json"}"]\nfail-on = ["never"]\n')
    ran = frscan("--config", settings, DEMO)
    assert (ran.status, ran.out) == (0, ""), ran.err
    assert (tmp_path / "out.json").is_file()


def test_a_scan_obeys_the_environment():
    ran = frscan(DEMO, FRSCAN_FORMAT="json", FRSCAN_FAIL_ON="never", FRSCAN_OPERATOR="school")
    assert ran.status == 0
    assert ran.report["deployment"]["operator"] == "school"


def test_a_settings_file_inside_the_target_is_not_obeyed_and_that_is_said(tmp_path):
    (tmp_path / "frscan.toml").write_text('fail-on = ["never"]\nexclude = ["*"]\n')
    (tmp_path / "app.apk").write_bytes(DEMO.read_bytes())
    ran = frscan(".", cwd=tmp_path)
    assert ran.status == 1
    assert "was not obeyed" in ran.err
    assert frscan(".", "--config", "frscan.toml", cwd=tmp_path).status == 0


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("jbos = 2", "'jbos' is no option that can be written down (did you mean 'jobs'?)"),
        ("jobs = [2]", "'jobs' must be one text or number"),
        ('jobs = "many"', "Invalid value for '-j' / '--jobs'"),
        ("quiet = 1", "'quiet' must be true or false"),
        ("act = 3", "'act' must be a list of texts"),
        ("jobs = ", "this is not valid TOML"),
        ('operator = "mayor"', "The operator 'mayor' is not known"),
    ],
)
def test_a_wrong_settings_file_is_told_in_one_sentence_with_status_2(tmp_path, content, says):
    (tmp_path / "frscan.toml").write_text(content)
    ran = frscan("scan", DEMO, cwd=tmp_path)
    assert (ran.status, ran.out) == (2, "")
    assert says in ran.err
    assert ran.err.count("\n") == 1


def test_a_settings_file_that_is_not_there_is_wrong_usage():
    ran = frscan("--config", "no/such.toml", DEMO)
    assert ran.status == 2
    assert "no/such.toml: the settings file cannot be read" in ran.err


@pytest.mark.parametrize(
    "arguments", [["--bogus", "x"], ["scan"], ["-j", "many", "x"], ["report"], ["frobnicate-x", "-z"]]
)
def test_wrong_usage_is_one_line_with_a_way_out(arguments):
    ran = frscan(*arguments)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.count("\n") == 1
    assert ran.err.startswith("frscan")
    assert "--help` shows" in ran.err


def test_a_commands_name_wins_over_a_path(tmp_path):
    (tmp_path / "config").write_bytes(DEMO.read_bytes())
    assert frscan("config", cwd=tmp_path).out.startswith("Settings file")
    assert frscan("./config", cwd=tmp_path).status == 1


def test_help_shows_what_is_done_every_day_first_and_fits_80_columns():
    out = frscan("--help", COLUMNS="200").out
    assert out.index("Every day") < out.index("Options:") < out.index("Commands:")
    examples = [line.strip() for line in out.splitlines() if line.startswith("    frscan ")]
    assert len(examples) == 3
    for command in ((), ("scan",), ("report",), ("config",), ("ordinances",), ("signatures",), ("audit",)):
        lines = frscan(*command, "--help", COLUMNS="200").out.splitlines()
        assert [line for line in lines[1:] if line.endswith("...")] == [], "a sentence is cut off"
        assert [line for line in lines if len(line) > 80] == []
        assert "\x1b" not in "".join(lines)
