"""What the documents say is true: commands, options, tables, links, and the code that newcomers are shown."""

import os
import re
import shlex
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import msgspec
import pytest
from ruamel.yaml import YAML

from scanner.catalogue.lints import lint
from scanner.catalogue.load import read_catalogue
from scanner.cli.exits import Exit
from scanner.containers import containers
from scanner.engine.budget import Limits, TargetLimits
from scanner.engine.told_limits import limit_names, told_limits
from scanner.evidence.examples import failures
from scanner.formats import readers
from scanner.formats.inventories.dialect import Dialect
from scanner.model.artifact import Unread
from scanner.model.observation import Config, Library
from scanner.model.source import Unreadable
from scanner.model.vocabulary import Act, Operator, Place, Verdict
from scanner.ordinances import laws
from scanner.ordinances.load import read_law
from scanner.reports import RenderOptions, formats
from scanner.targets import Entry
from tests.budgets import CountingBudget
from tests.catalogue.folders import folder_with
from tests.catalogues import facts
from tests.commands import FIXTURES, frscan
from tests.reports.sample import empty_report
from tests.sources import BytesSource

ROOT = Path(__file__).parents[1]
CUT = "[…]"
_BLOCK = re.compile(r"^(?:<!-- (?P<mark>[^>]*) -->\n)?```(?P<language>\w*)\n(?P<content>.*?)^```$", re.DOTALL | re.M)

pytestmark = pytest.mark.source_tree


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(name: str, mark: str) -> list[str]:
    """The fenced blocks of a document under a mark (an HTML comment in the line before)."""
    found = [block["content"] for block in _BLOCK.finditer(text_of(name)) if block["mark"] == mark]
    assert found, f"{name} has no block marked {mark}"
    return found


def documents() -> list[str]:
    """Every Markdown file of the repository, by its path; hidden and built folders left out."""
    found = [path for pattern in ("*.md", "*/*.md") for path in ROOT.glob(pattern)]
    return sorted(p.relative_to(ROOT).as_posix() for p in found if not p.relative_to(ROOT).as_posix().startswith("."))


def whole_commands() -> list[str]:
    """README's commands for a fresh machine."""
    return [line for line in text_of("README.md").splitlines() if line.startswith("python3 -m venv")]


def example_commands() -> list[str]:
    return [line for block in blocks("README.md", "examples") for line in block.splitlines()]


def programs_of(command: str) -> list[list[str]]:
    """A shell line's commands as words, split at `&&`."""
    lexer = shlex.shlex(command, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    programs: list[list[str]] = [[]]
    for word in lexer:
        programs.append([]) if word == "&&" else programs[-1].append(word)
    return programs


def test_the_readme_has_the_two_commands_for_a_fresh_machine():
    scan, check = map(programs_of, whole_commands())
    assert [program[0] for program in scan] == ["python3", ".venv/bin/pip", ".venv/bin/frscan"]
    assert [program[0] for program in check] == ["python3", ".venv/bin/pip", ".venv/bin/pytest"]
    assert (ROOT / scan[-1][-1]).is_file()
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    assert check[1][-1] == ".[test]"
    assert "test" in project["optional-dependencies"]
    assert "frscan" in project["scripts"]


def test_the_second_command_is_the_one_that_the_checks_of_a_change_run():
    run = text_of(".ci/run").replace("--quiet ", "")
    assert whole_commands()[1] in run.splitlines()
    assert whole_commands()[1] in text_of("CONTRIBUTING.md")


def test_the_quoted_report_is_what_the_demonstration_app_gives():
    ran = frscan("fixtures/android/demo.apk", cwd=ROOT, COLUMNS="80")
    assert ran.status == Exit.FOUND, ran.err
    (quoted,) = blocks("README.md", "report")
    position = 0
    for piece in quoted.split(f"{CUT}\n"):
        found = ran.out.find(piece, position)
        assert found >= 0, f"the report has not, in this order:\n{piece}"
        position = found + len(piece)


def test_the_examples_run_as_they_are_written(tmp_path):
    (tmp_path / "fixtures").symlink_to(FIXTURES)
    for name in ("deployment.toml", "waivers.toml"):
        (content,) = blocks("README.md", name)
        (tmp_path / name).write_text(content, encoding="utf-8")
    for command in example_commands():
        program, *arguments = shlex.split(command)
        assert program == "frscan"
        ran = frscan(*arguments, cwd=tmp_path)
        assert ran.status in {Exit.NOTHING, Exit.FOUND, Exit.INCOMPLETE}, (command, ran.err)
    assert {"report.json", "report.html", "again.html"} <= {path.name for path in tmp_path.iterdir()}


def test_every_format_is_in_the_table():
    rows = re.findall(r"^\| `([a-z-]+)` \|", text_of("README.md").partition("| format | what it is for |")[2], re.M)
    assert set(formats()) <= set(rows)


def test_every_option_named_is_one_of_the_scan_or_of_saved_reports():
    text = re.sub(r"(?s)<!-- formats: begin -->.*<!-- formats: end -->", "", text_of("README.md"))
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", text))
    known = set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", frscan("scan", "--help", COLUMNS="200").out))
    of_reports = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", frscan("report", "--help", COLUMNS="200").out))
    audits = (
        frscan("audit", command, "--help", COLUMNS="200").out for command in ("run", "diff", "report", "schedule")
    )
    of_audits = {option for text in audits for option in re.findall(r"(?<![\w-])--[a-z][a-z-]*", text)}
    of_all = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", frscan("--help", COLUMNS="200").out))
    assert named <= known | of_reports | of_audits | of_all
    listed = set(re.findall(r"`(--?[a-z][a-z-]*)`", "\n".join(re.findall(r"^\| `-.*$", text, re.M))))
    assert known - {"-h", "--help"} == listed


def test_every_limit_is_listed_with_what_is_usual():
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| (\d+[KMGT]?) \|", text_of("README.md"), re.M))
    assert tuple(rows) == limit_names()
    usual = {name: value for name, value in rows.items() if value != "0"}
    assert told_limits(f"{name}={value}" for name, value in usual.items()) == (Limits(), TargetLimits())


@pytest.mark.parametrize(
    ("option", "vocabulary"), [("--operator", Operator), ("--place", Place), ("--act", Act)], ids=lambda each: str(each)
)
def test_the_words_that_an_option_takes_are_listed_whole(option, vocabulary):
    row = next(line for line in text_of("README.md").splitlines() if line.startswith(f"| `{option}` |"))
    assert set(re.findall(r"`([a-z-]+)`", row.split("|", 2)[2])) == set(vocabulary)


def test_the_verdicts_and_exit_statuses_are_those_of_the_program():
    text = text_of("README.md")
    statuses = re.findall(r"^\| (\d+) \|", text, re.M)
    assert list(map(int, statuses)) == list(Exit)
    assert set(Verdict) == set(re.findall(rf"^\| ({'|'.join(Verdict)}) \|", text, re.M))


def table_of_formats() -> Iterator[str]:
    yield "| format | how | what is read | what is not |\n|---|---|---|---|"
    opened = [("opened", one.INFO) for one in containers()]
    read = [("at depth" if one.INFO.depth else "read", one.INFO) for one in readers()]
    yield from (f"| {info.name} | {how} | {info.line} | {info.limits} |" for how, info in (*opened, *read))


def table_of_laws() -> Iterator[str]:
    yield "| id | law | how well its text was seen |\n|---|---|---|"
    yield from (f"| `{law.id}` | {law.title}. {law.citation} | {law.confidence} |" for law in laws())


@pytest.mark.parametrize(("name", "rows"), [("formats", table_of_formats), ("laws", table_of_laws)])
def test_a_table_that_the_program_knows_is_current(name, rows, request):
    table = "\n".join(rows())
    pattern = re.compile(rf"(<!-- {name}: begin -->\n).*?(<!-- {name}: end -->)", re.DOTALL)
    current = pattern.sub(lambda found: f"{found[1]}{table}\n{found[2]}", text_of("README.md"))
    if request.config.getoption("--update-golden"):
        (ROOT / "README.md").write_text(current, encoding="utf-8", newline="\n")
    assert text_of("README.md") == current, "pytest tests/test_documentation.py --update-golden writes it anew"


@pytest.mark.parametrize("name", documents())
def test_every_link_leads_to_a_file_and_a_heading_that_are_there(name):
    for link in re.findall(r"\]\(([^)\s]+)\)", text_of(name)):
        if link.startswith(("https://", "http://", "mailto:")):
            continue
        path, _, heading = link.partition("#")
        file = (ROOT / name).parent / path if path else ROOT / name
        assert file.exists(), link
        headings = re.findall(r"^#+ (.*)$", file.read_text(encoding="utf-8"), re.M) if heading else []
        assert not heading or heading in [title.lower().replace(" ", "-") for title in headings], link


def test_every_room_and_every_file_named_is_in_the_house():
    text = text_of("scanner/README.md")
    house = ROOT / "scanner"
    rooms = {path.name for path in house.iterdir() if (path / "__init__.py").is_file()}
    assert set(re.findall(r"^\| `(\w+)/` \|", text, re.M)) == rooms
    named = re.findall(r"`((?:\w+/)+\w+\.py)`", text)
    missing = [name for name in named if "acme" not in name and not (house / name).exists()]
    assert [name for name in missing if not (ROOT / name).exists()] == []


def test_the_layers_shown_are_those_that_are_held():
    with (ROOT / "pyproject.toml").open("rb") as file:
        contracts = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    (shown,) = blocks("scanner/README.md", "layers")
    assert shown.split("\n")[:-1] == contracts[0]["layers"]


def skeleton(kind: str) -> Any:
    """The module that the guide shows for a kind of extension; it is Python, so it has no type to give."""
    (source,) = blocks("scanner/README.md", f"skeleton: {kind}")
    module = ModuleType(f"acme_{kind.replace(' ', '_')}")
    exec(compile(source, f"scanner/README.md, {kind}", "exec"), module.__dict__)
    return module


def test_the_reader_shown_reads_and_says_where_it_stopped():
    found = []
    with pytest.raises(Unreadable):
        found.extend(
            skeleton("reader").observe(
                BytesSource("x.acme", b"ACME" + b"liba.so".ljust(16, b"\0") + b"li"), CountingBudget()
            )
        )
    whole = skeleton("reader").observe(BytesSource("x.acme", b"ACME" + b"liba.so".ljust(16, b"\0")), CountingBudget())
    assert list(whole) == [Library(name="liba.so", role="links", place="library[0]")]


def test_the_container_shown_hands_out_what_is_inside():
    budget = CountingBudget()
    (member,) = skeleton("container").members(BytesSource("x", b"ACMEPACK" + b"inside"), budget)
    assert (member.name, member.size, b"".join(member.chunks())) == ("content", 6, b"inside")
    assert budget.bytes_spent == 6


def test_the_kind_of_target_shown_lists_files_and_reports_the_missing(tmp_path):
    folder = folder_with(tmp_path, {"files.acme": "here.bin gone.bin", "here.bin": "x", "other.bin": "y"})
    kind = skeleton("target")
    assert kind.opens(folder, b"")
    listed, missing = kind.entries(folder)
    assert [(type(listed), listed.name), (type(missing), missing.locator)] == [
        (Entry, "here.bin"),
        (Unread, "gone.bin"),
    ]


def test_the_edge_shown_leads_from_the_settings_to_the_plug_in():
    edge = skeleton("edge")
    assert list(edge.names(facts(locator="x/a.plugin"))) == ["acme-plugin:a.plugin"]
    known = SimpleNamespace(nearest=lambda name, near: "x/a.plugin" if name == "acme-plugin:a.plugin" else None)
    setting = Config(name="acme.plugin", value="a.plugin", place="line 2")
    (found,) = edge.edges(facts(setting, locator="x/settings.ini"), known)
    assert (found.source, found.target, found.place) == ("x/settings.ini", "x/a.plugin", "line 2")


def test_the_dialect_shown_is_one():
    (text,) = blocks("scanner/README.md", "skeleton: dialect")
    dialect = msgspec.toml.decode(text.encode(), type=Dialect)
    assert dialect.delimited is not None
    assert "acmetitle" in dialect.keys["name"]


def test_the_signature_shown_is_a_good_one(tmp_path):
    (text,) = blocks("scanner/README.md", "skeleton: signature")
    catalogue, errors = read_catalogue(folder_with(tmp_path, {"libraries/acme-faces.yaml": text}))
    assert [*errors, *lint(catalogue), *failures(catalogue)] == []


def test_the_law_shown_is_a_law():
    (text,) = blocks("scanner/README.md", "skeleton: law")
    assert read_law(text, "us-xx-acme.yaml").id == "us-xx-acme"


def test_the_report_format_shown_renders_a_report():
    rendered = skeleton("report format").render(empty_report(), RenderOptions())
    assert rendered.endswith(f" none complete={empty_report().complete}\n")


def test_the_hook_and_the_action_call_commands_that_are_there():
    (hook,) = YAML(typ="safe", pure=True).load(text_of(".pre-commit-hooks.yaml"))
    program, command, *options = hook["entry"].split()
    assert (hook["id"], program, command) == ("frscan", "frscan", "scan")
    help_text = frscan("scan", "--help", COLUMNS="200").out
    assert all(option in help_text for option in options)
    action = YAML(typ="safe", pure=True).load(text_of("action.yml"))
    (step,) = action["runs"]["steps"]
    assert "/bin/frscan" in step["run"]
    assert "${{" not in step["run"], "what a user writes goes through variables, never into the script"


@pytest.mark.parametrize("status", [0, 1, 3])
def test_the_action_hands_each_path_and_option_on_and_ends_as_the_scan_does(tmp_path, status):
    """As a runner runs it, with programs that only say how they were called."""
    (step,) = YAML(typ="safe", pure=True).load(text_of("action.yml"))["runs"]["steps"]
    called = f'#!/bin/sh\nprintf "<%s>" "$@"\nexit {status}\n'
    programs = {"bin/python3": "#!/bin/sh\n", "frscan/bin/pip": "#!/bin/sh\n", "frscan/bin/frscan": called}
    for name, script in programs.items():
        program = tmp_path / name
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text(script, encoding="utf-8")
        program.chmod(0o755)
    environment = {
        "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
        "RUNNER_TEMP": str(tmp_path),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "FRSCAN_ACTION": ".",
        "FRSCAN_ACTION_PATHS": "a folder\n-x.apk\n",
        "FRSCAN_ACTION_OPTIONS": "--fail-on never",
        "FRSCAN_ACTION_SARIF": "out put.sarif",
    }
    assert set(step["env"]) <= set(environment)
    shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
    ran = subprocess.run(shell, env=environment, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (status, "")
    assert ran.stdout == "<scan><-f><text><-f><sarif=out put.sarif><--fail-on><never><--><a folder><-x.apk>"
    assert (tmp_path / "output").read_text(encoding="utf-8") == f"status={status}\n"
