"""The site of an audit: what it tells, that it stands alone, and what its public edition leaves out."""

import csv
import json
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest

from scanner.audits import Store, write_site
from tests.audits.auditing import AS_OF, decisions, two_audits
from tests.commands import frscan_here


@pytest.fixture(scope="module")
def audited(tmp_path_factory):
    folder = tmp_path_factory.mktemp("audited")
    return two_audits(folder)


def site(audited, folder, *, public=False):
    """The overview's text, table by table, and the folder."""
    plan, audit = audited
    with Store(plan.store) as store:
        known = decisions(store, audit, decided=None, over=AS_OF - timedelta(days=1), open=AS_OF)[:2]
        write_site(store, store.audits(plan.name)[0], folder, determinations=known, as_of=AS_OF, public=public)
    return (folder / "index.html").read_text(encoding="utf-8")


class Tables(HTMLParser):
    """The cells of each table, by its caption."""

    def __init__(self, page):
        super().__init__()
        self.found, self.links, self.caption, self.cell = {}, [], None, None
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        if tag == "caption":
            self.caption = ""
        elif tag == "tr" and self.caption:
            self.found.setdefault(self.caption, []).append([])
        elif tag in {"td", "th"}:
            self.cell = ""
        elif tag == "a":
            self.links.append(dict(attributes)["href"])

    def handle_data(self, text):
        if self.cell is not None:
            self.cell += text
        elif self.caption == "":
            self.caption = text

    def handle_endtag(self, tag):
        if tag in {"td", "th"}:
            self.found[self.caption][-1].append(self.cell)
            self.cell = None


def test_matters_are_counted_by_outcome_and_department_and_how_far_the_decision_has_come(audited, tmp_path):
    tables = Tables(site(audited, tmp_path)).found
    assert tables["By the gravest outcome of any law"][1:] == [["depends", "2", "1", "1", "4"]]
    assert tables["By department"][1:] == [
        ["Parks & <Rec>", "2", "0", "1", "3"],
        ["no department stated", "0", "1", "0", "1"],
    ]


def test_what_changed_and_the_trend_stand_in_it(audited, tmp_path):
    tables = Tables(site(audited, tmp_path)).found
    (changed,) = (rows for caption, rows in tables.items() if caption.startswith("What changed"))
    assert sorted((row[0], row[2]) for row in changed[1:]) == [
        ("gone", "goes.csv"),
        ("new", "comes.csv"),
        ("not looked at this time", "vanishes.csv"),
    ]
    trend = tables["The audits of this plan, the latest last"][1:]
    assert [[row[0], *row[2:]] for row in trend] == [["1", "6", "5", "5", "0"], ["2", "6", "4", "4", "1"]]


def test_every_link_leads_to_a_page_or_a_place_that_is_there(audited, tmp_path):
    page = site(audited, tmp_path)
    for link in Tables(page).links:
        assert f'id="{link[1:]}"' in page if link.startswith("#") else (tmp_path / link).is_file(), link
    assert len(list((tmp_path / "reports").iterdir())) == 5
    assert "<script" not in page


def test_the_table_of_determinations_can_be_filled_and_taken_back(audited, tmp_path):
    site(audited, tmp_path)
    with (tmp_path / "determinations.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["target"]: row["stage"] for row in rows} == {
        "comes.csv": "open",
        "decided.csv": "recorded",
        "open.csv": "open",
        "over.csv": "overdue",
    }
    assert json.loads((tmp_path / "determinations.json").read_text(encoding="utf-8")) == rows
    ran = frscan_here("determine", tmp_path / "determinations.csv", "-o", tmp_path / "kept.json")
    assert "2 decisions taken" in ran.out, ran.err


def test_the_public_edition_names_no_person_and_no_reason_and_gives_targets_numbers(audited, tmp_path):
    page = site(audited, tmp_path, public=True)
    for file in filter(lambda one: one.is_file(), tmp_path.rglob("*")):
        text = file.read_text(encoding="utf-8")
        assert not [secret for secret in ("Ann Example", "Seen by the office") if secret in text], file
    assert "target 1" in page
    assert ".csv" not in page.replace("determinations.csv", "")


def test_the_command_writes_the_site_with_the_decisions_that_the_plan_names(audited, tmp_path):
    plan, audit = audited
    folder = Path(plan.items[0].place).parent
    with Store(plan.store) as store:
        (known,) = decisions(store, audit, decided=None)
    (folder / "kept.json").write_bytes(msgspec.json.encode({"determinations": [known]}))
    text = (folder / "plan.toml").read_text(encoding="utf-8")
    (folder / "with.toml").write_text(f'determinations = "kept.json"\n{text}', encoding="utf-8")
    ran = frscan_here("audit", "report", "-f", "html", "-o", tmp_path / "site", folder / "with.toml")
    assert (ran.status, ran.out) == (0, ""), ran.err
    page = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    assert "Decisions: 3 open, 0 overdue, 1 recorded." in page
    assert frscan_here("audit", "report", "-f", "html", folder / "plan.toml").status == 2
