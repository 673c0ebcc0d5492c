"""`frscan audit` as a person or a scheduler runs it: kept, resumed, compared, repeated."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scanner.audits import Store, differences, read_plan, run_audit
from scanner.cli.exits import Exit
from scanner.model.comparison import Change
from tests.commands import FIXTURES
from tests.commands import frscan_here as frscan

FACES = "DisplayName0,Version0,Publisher0\nLuxand FaceSDK,8.1,Luxand\n"
NOTHING = "DisplayName0,Version0,Publisher0\nEditor,1,Other\n"


def planned(folder: Path, *targets: str, **more: str) -> Path:
    named = ", ".join(json.dumps(target) for target in targets)
    extra = "".join(f"{key} = {value}\n" for key, value in more.items())
    plan = folder / "plan.toml"
    plan.write_text(
        f'name = "desks"\nstore = "audits.sqlite"\n{extra}[[group]]\ndepartment = "Parks"\ntargets = [{named}]\n',
        encoding="utf-8",
    )
    return plan


def run(plan: Path, *options: str):
    return frscan("audit", "run", "-q", "-j", "1", *options, plan)


def test_a_broken_target_never_stops_the_rest(tmp_path):
    (tmp_path / "a.csv").write_text(FACES)
    (tmp_path / "z.csv").write_text(NOTHING)
    ran = run(planned(tmp_path, "a.csv", "gone.csv", "z.csv"))
    assert ran.status == Exit.FOUND, ran.err
    assert ran.out == "frscan audit=1 plan=desks targets=3 none=1 not-checked=1 recognition=1 incomplete=1\n"
    table = json.loads(frscan("audit", "report", "-f", "json", tmp_path / "plan.toml").out)
    assert [row["verdict"] for row in table] == ["recognition", "not checked", "none"]
    assert "there is no such file" in table[1]["why"]


def test_nothing_found_is_no_all_clear_where_a_target_was_not_checked(tmp_path):
    (tmp_path / "z.csv").write_text(NOTHING)
    assert run(planned(tmp_path, "z.csv")).status == Exit.NOTHING
    assert run(planned(tmp_path, "z.csv", "gone.csv")).status == Exit.INCOMPLETE


def test_the_difference_tells_new_unchanged_gone_and_not_looked_at(tmp_path):
    for name in ("stays", "goes", "vanishes"):
        (tmp_path / f"{name}.csv").write_text(FACES)
    (tmp_path / "comes.csv").write_text(NOTHING)
    plan = planned(tmp_path, *(f"{name}.csv" for name in ("comes", "goes", "stays", "vanishes")))
    assert run(plan).status == Exit.FOUND
    (tmp_path / "goes.csv").write_text(NOTHING)
    (tmp_path / "comes.csv").write_text(FACES)
    (tmp_path / "vanishes.csv").unlink()
    assert run(plan).status == Exit.FOUND
    ran = frscan("audit", "diff", "-f", "json", plan)
    assert ran.status == Exit.FOUND
    assert [(row["change"], row["target"]) for row in json.loads(ran.out)] == [
        ("new", "comes.csv"),
        ("unchanged", "stays.csv"),
        ("gone", "goes.csv"),
        ("not-looked-at", "vanishes.csv"),
    ]
    (by_vendor,) = csv.DictReader(io.StringIO(frscan("audit", "diff", "--by", "department", "-f", "csv", plan).out))
    assert by_vendor == {"department": "Parks", "new": "1", "unchanged": "1", "gone": "1", "not-looked-at": "1"}


def test_the_history_keeps_as_many_audits_as_the_plan_says(tmp_path):
    (tmp_path / "z.csv").write_text(NOTHING)
    plan = planned(tmp_path, "z.csv", keep="2")
    for _ in range(3):
        run(plan)
    rows = json.loads(frscan("audit", "history", "-f", "json", plan).out)
    assert [row["audit"] for row in rows] == [3, 2]


def test_two_runs_of_a_plan_never_overlap(tmp_path):
    (tmp_path / "z.csv").write_text(NOTHING)
    plan = planned(tmp_path, "z.csv")
    read = read_plan(plan)
    with Store(read.store) as store, store.locked(read.name):
        ran = run(plan)
    assert (ran.status, ran.out) == (Exit.USAGE, "")
    assert "is running already" in ran.err
    assert run(plan).status == Exit.NOTHING


def test_notices_tell_what_is_new_and_what_could_not_be_read(tmp_path):
    (tmp_path / "comes.csv").write_text(NOTHING)
    (tmp_path / "stays.csv").write_text(FACES)
    plan = planned(tmp_path, "comes.csv", "stays.csv", "gone.csv")
    files = {"--events": "events.jsonl", "--mail": "mail.txt", "--webhook": "call.json"}
    notices = tuple(word for option, name in files.items() for word in (option, tmp_path / name))
    first = run(plan, *notices)
    assert first.out == "frscan audit=1 plan=desks targets=3 none=1 not-checked=1 recognition=1 incomplete=1\n"
    (tmp_path / "comes.csv").write_text(FACES)
    run(plan, *notices)
    events = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text(encoding="utf-8").splitlines()]
    told = [(one["audit"], one["event"], one.get("change"), one.get("target")) for one in events]
    assert told == [
        (1, "finding", "new", "stays.csv"),
        (1, "not-read-whole", None, "gone.csv"),
        (1, "audit", None, None),
        (2, "finding", "new", "comes.csv"),
        (2, "not-read-whole", None, "gone.csv"),
        (2, "audit", None, None),
    ]
    mail = (tmp_path / "mail.txt").read_text(encoding="utf-8")
    assert mail.startswith("Subject: frscan audit desks: 1 new, 1 not read whole\n\n")
    assert "  Luxand FaceSDK in Luxand FaceSDK 8.1, comes.csv (" in mail
    assert "stays.csv" not in mail
    call = json.loads((tmp_path / "call.json").read_bytes())
    assert (call["text"], call["not_read_whole"]) == (mail, 1)
    assert call["changes"] == {"new": 1, "gone": 0, "not-looked-at": 0}


def test_a_notice_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "z.csv").write_text(NOTHING)
    ran = run(planned(tmp_path, "z.csv"), "--mail", tmp_path / "nowhere" / "mail.txt")
    assert (ran.status, ran.out) == (Exit.USAGE, "")
    assert "cannot be written" in ran.err


@pytest.mark.skipif(os.name == "nt", reason="a process cannot be killed so there")
def test_a_run_that_is_killed_loses_nothing_and_does_nothing_twice(tmp_path):
    for number in range(6):
        (tmp_path / f"desk{number}.csv").write_text(FACES)
    plan = planned(tmp_path, "desk*.csv")
    command = [sys.executable, "-m", "scanner", "audit", "run", "-j", "1", str(plan)]
    child = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    assert child.stderr is not None
    assert child.stderr.readline().startswith("1/6 desk0.csv")
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stderr.close()
    read = read_plan(plan)
    with Store(read.store) as store:
        done = [result.target for result in store.results(1)]
    assert 1 <= len(done) < 6
    time.sleep(0.1)
    ran = frscan("audit", "run", "-j", "1", plan)
    assert ran.out.startswith("frscan audit=1 plan=desks targets=6 recognition=6 "), ran.err
    assert not any(f" {target}:" in ran.err for target in done)
    with Store(read.store) as store:
        assert len(store.audits()) == 1
        assert len(store.findings(1)) == 6


def test_a_new_signature_is_answered_from_stored_facts_without_the_target(tmp_path, monkeypatch):
    (tmp_path / "list.csv").write_text("DisplayName0,Version0,Publisher0\nAcme Faces,8.1,Acme\n")
    read = read_plan(planned(tmp_path, "list.csv"))
    with Store(read.store) as store:
        first = run_audit(read, store, jobs=1)
        assert store.results(first)[0].verdict == "none"
        (tmp_path / "list.csv").unlink()
        with_a_signature_for("Acme Faces", monkeypatch, tmp_path)
        second = run_audit(read, store, jobs=1, from_facts=True)
        (result,) = store.results(second)
        assert (result.verdict, result.is_complete) == ("recognition", True)
        assert [d.change for d in differences(store, first, second)] == [Change.NEW]


def test_what_only_bytes_could_answer_says_that_it_was_not_asked(tmp_path, monkeypatch):
    app = tmp_path / "demo.apk"
    app.write_bytes((FIXTURES / "android" / "demo.apk").read_bytes())
    read = read_plan(planned(tmp_path, "demo.apk"))
    with Store(read.store) as store:
        first = run_audit(read, store, jobs=1)
        same = run_audit(read, store, jobs=1, from_facts=True)
        assert not [d for d in differences(store, first, same) if d.change is not Change.UNCHANGED]
        with_a_signature_for("Acme Faces", monkeypatch, tmp_path, string="AcmeFacesEngineBegin")
        second = run_audit(read, store, jobs=1, from_facts=True)
        report = store.report(second, "demo.apk")
    assert report is not None
    assert not report.complete
    assert "Not asked: 1 patterns" in next(u.reason for u in report.unreadable if u.stage == "not asked")


def with_a_signature_for(product: str, monkeypatch, folder: Path, string: str = "") -> None:
    """The signatures in use, and one more."""
    from scanner.catalogue.load import load_catalogue
    from scanner.model.technology import Indicator, Technology
    from scanner.model.vocabulary import Capability, IndicatorKind, TechnologyKind

    indicators = [Indicator(kind=IndicatorKind.PRODUCT, value=product, seen_in="a list")]
    if string:
        indicators.append(Indicator(kind=IndicatorKind.STRING, value=string, seen_in="a program"))
    acme = Technology(
        id="acme-faces",
        name="Acme Faces",
        vendor="Acme",
        kind=TechnologyKind.PRODUCT,
        group="products",
        summary="Made up.",
        references=("https://example.com",),
        capabilities=(Capability.IDENTIFICATION,),
        indicators=tuple(indicators),
    )
    known = load_catalogue()
    more = type(known)(
        **{
            **{name: getattr(known, name) for name in known.__struct_fields__},
            "technologies": (acme, *known.technologies),
        }
    )
    monkeypatch.setattr("scanner.engine.again.load_catalogue", lambda: more)


@pytest.mark.parametrize("system", ["systemd", "windows", "launchd", "cron"])
def test_a_schedule_is_shown_before_anything_is_installed(tmp_path, system):
    (tmp_path / "z.csv").write_text(NOTHING)
    plan = planned(tmp_path, "z.csv")
    ran = frscan("audit", "schedule", "--system", system, "--write", tmp_path, plan)
    assert ran.status == 0, ran.err
    assert "# To install it:" in ran.out
    assert str(plan) in ran.out
    if system == "windows":
        from xml.etree import ElementTree

        ElementTree.fromstring((tmp_path / "frscan-audit-desks.xml").read_bytes())
    if system == "launchd":
        import plistlib

        label = "org.frscan.audit.desks"
        assert plistlib.loads((tmp_path / f"{label}.plist").read_bytes())["Label"] == label


@pytest.mark.parametrize("system", ["systemd", "windows", "launchd", "cron"])
def test_a_scheduled_audit_writes_the_notices_that_were_asked_for(tmp_path, system):
    (tmp_path / "z.csv").write_text(NOTHING)
    out = tmp_path / "50 % done"
    out.mkdir()
    plan = planned(tmp_path, "z.csv")
    ran = frscan("audit", "schedule", "--system", system, "--mail", out / "m.txt", "--events", out / "e.jsonl", plan)
    assert ran.status == 0, ran.err
    options = {"--events": "e.jsonl", "--mail": "m.txt"}
    for option, name in options.items():
        written = f"{option}={out / name}"
        assert (written.replace("%", {"systemd": "%%", "cron": r"\%"}.get(system, "%"))) in ran.out
    if system == "systemd":
        assert f'ReadWritePaths={tmp_path} "{str(out).replace("%", "%%")}"\n' in ran.out
    if system == "cron":
        assert "| logger -t frscan-audit-desks\n" in ran.out


def test_a_plan_sets_limits_and_a_group_goes_before_them(tmp_path):
    (tmp_path / "list.csv").write_text(FACES)
    plan = planned(tmp_path, "list.csv", jobs="1", limits="{ target-seconds = 60, ratio = 1, items-per-artifact = 1 }")
    assert run(plan).status == Exit.FOUND
    narrow = FACES.replace("Luxand FaceSDK", "Editor") + "".join(f"Editor {n},1,Other\n" for n in range(16))
    (tmp_path / "list.csv").write_text(narrow)
    assert run(plan).status == Exit.INCOMPLETE
    plan.write_text(plan.read_text() + 'limits = { items-per-artifact = "1K" }\nall-file-systems = true\n')
    assert run(plan).status == Exit.NOTHING
    (item,) = read_plan(plan).items
    limits = (item.settings.limits.items_per_artifact, item.settings.limits.ratio, item.settings.target_limits.seconds)
    assert (limits, item.settings.enters_file_systems) == ((1024, 1, 60), True)


def test_facts_that_cannot_be_shared_are_told_and_cost_no_finding(tmp_path):
    pytest.importorskip("psycopg", reason="the PostgreSQL client (psycopg) is not installed")
    (tmp_path / "a.csv").write_text(FACES)
    url = "postgresql+psycopg://me:secret@127.0.0.1:1/facts"
    ran = run(planned(tmp_path, "a.csv", **{"shared-facts": f'"{url}"'}))
    assert (ran.status, ran.out.split()[3]) == (Exit.FOUND, "targets=1")
    assert ran.err.startswith("frscan audit: The shared facts cannot be used, so each machine reads for itself: ")
    assert "secret" not in ran.err


def test_a_plan_names_the_file_that_tells_of_tables(tmp_path):
    (tmp_path / "a.csv").write_text("Bezug;Wer\nLuxand FaceSDK;Luxand\n")
    plan = planned(tmp_path, "a.csv", columns='"told.toml"')
    refused = run(plan)
    assert (refused.status, "no file of columns" in refused.err) == (Exit.USAGE, True)
    (tmp_path / "told.toml").write_text('[[table]]\nheaders = ["Bezug", "Wer"]\nname = "Bezug"\npublisher = "Wer"\n')
    assert run(plan).status == Exit.FOUND


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = 1", "Expected `str`"),
        ('name = "x"\nstore = "s"\n', "group"),
        ('name = "x"\nstore = "s"\ngroup = []\n', "no group names a target"),
        ('name = "x y"\nstore = "s"\n[[group]]\ntargets = ["a"]\n', "may hold letters"),
        ('name = "x"\nstore = "s"\n[[group]]\ntargets = ["a", "a"]\n', "stands in it twice"),
        ('name = "x"\nstore = "s"\n[[group]]\ntargets = ["a"]\ndeployment = {operator = "nobody"}\n', "operator"),
        ('name = "x"\nstore = "s"\n[[group]]\ntargets = ["a"]\nmap = "publisher=Wer"\n', "names the product"),
        ('name = "x"\nstore = "s"\njobs = -1\n[[group]]\ntargets = ["a"]\n', "Expected `int` >= 0"),
        ('name = "x"\nstore = "s"\n[limits]\nsecond = 1\n[[group]]\ntargets = ["a"]\n', "is no limit"),
        ('name = "x"\nstore = "nosuch://s"\n[[group]]\ntargets = ["a"]\n', "cannot be opened"),
    ],
)
def test_a_plan_that_cannot_be_carried_out_is_refused_in_a_sentence(tmp_path, text, said):
    (tmp_path / "plan.toml").write_text(text)
    ran = run(tmp_path / "plan.toml")
    assert (ran.status, ran.out) == (Exit.USAGE, "")
    assert said in ran.err


def test_a_file_that_is_no_text_is_no_plan_and_that_is_said_in_a_sentence(tmp_path):
    plan = tmp_path / "plan.toml"
    plan.write_bytes(b"\x89PNG\r\n")
    ran = run(plan)
    assert ran.status == 2
    assert "this is no plan: a plan is a text in UTF-8." in ran.err
