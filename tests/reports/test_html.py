import re
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

import scanner.reports
from scanner.model.report import Report
from scanner.reports import RenderOptions
from scanner.reports.html import EVIDENCE_MOST, render
from scanner.reports.summary import count_outcomes, summarise

from .page import Element, parse
from .sample import empty_report, evidence, finding, rich_report

CSS = Path(scanner.reports.__file__).parent / "templates" / "report.css"
BOTH = pytest.mark.parametrize("report", [rich_report(), empty_report()], ids=["rich", "empty"])


def page(report: Report) -> Element:
    return parse(render(report, RenderOptions()))


def number(text: str) -> int:
    return int(text.replace(",", ""))


@BOTH
def test_the_page_has_the_numbers_of_the_report(report):
    root = page(report)
    (verdict,) = root.all("span", id="verdict")
    assert verdict.text == summarise(report).verdict
    findings = [element for element in root.all("article") if element.attributes["class"] == "finding"]
    assert len(findings) == len(report.findings)
    rows = [row for row in root.all("tr") if "data-outcome" in row.attributes]
    told = {row.attributes["data-outcome"]: number(row.all("td")[0].text) for row in rows}
    assert told == {str(outcome): times for outcome, times in count_outcomes(report)}
    groups = [element for element in root.everything() if "data-count" in element.attributes]
    assert sum(number(group.attributes["data-count"]) for group in groups) == len(report.assessments)
    gaps = [row for table in root.all("table", id="unreadable") for row in table.all("tbody")[0].all("tr")]
    assert len(gaps) == len(report.unreadable)


@BOTH
def test_the_page_has_a_language_a_title_one_h1_and_headings_in_order(report):
    root = page(report)
    assert root.all("html")[0].attributes["lang"] == "en"
    assert root.all("title")[0].text
    levels = [int(element.tag[1]) for element in root.everything() if re.fullmatch(r"h[1-6]", element.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


@BOTH
def test_the_page_has_landmarks_and_a_way_past_the_navigation(report):
    root = page(report)
    assert [len(root.all(tag)) for tag in ("header", "nav", "main", "footer")] == [1, 1, 1, 1]
    body = root.all("body")[0]
    assert body.children[0].attributes == {"class": "skip", "href": "#main"}


@BOTH
def test_every_link_inside_the_page_has_its_end_and_ids_are_unique(report):
    elements = page(report).everything()
    ids = [element.attributes["id"] for element in elements if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    inside = [e.attributes["href"][1:] for e in elements if e.attributes.get("href", "").startswith("#")]
    named = [element.attributes["aria-labelledby"] for element in elements if "aria-labelledby" in element.attributes]
    assert set(inside) | set(named) <= set(ids)


def test_every_table_has_a_caption_and_every_heading_cell_a_scope():
    root = page(rich_report())
    assert all(table.children[0].tag == "caption" and table.children[0].text for table in root.all("table"))
    assert all(cell.attributes["scope"] in {"col", "row"} for cell in root.all("th"))


def test_every_box_to_tick_has_a_label():
    boxes = page(rich_report()).all("input")
    assert boxes
    assert all(box.parent is not None and box.parent.tag == "label" and box.parent.text for box in boxes)


@BOTH
def test_the_page_loads_and_runs_nothing(report):
    root = page(report)
    assert not [e for e in root.everything() if e.tag in {"script", "link", "img", "iframe", "object", "form"}]
    assert not [
        name for e in root.everything() for name in e.attributes if name.startswith("on") or name in {"src", "style"}
    ]
    policies = [e.attributes["content"] for e in root.all("meta") if "http-equiv" in e.attributes]
    assert [policy.startswith("default-src 'none'; style-src 'unsafe-inline'") for policy in policies] == [True]
    assert "url(" not in CSS.read_text()
    assert "@import" not in CSS.read_text()


def test_only_web_addresses_become_links():
    root = page(rich_report())
    outside = {e.attributes["href"] for e in root.all("a") if not e.attributes["href"].startswith("#")}
    assert outside
    assert all(address.startswith("https://") for address in outside)
    assert "javascript:alert(1)" in root.text


def test_evidence_beyond_the_most_is_counted():
    many = finding(evidence=tuple(evidence(value=f"example.Class{n}") for n in range(EVIDENCE_MOST + 40)))
    text = page(msgspec.structs.replace(rich_report(), findings=(many,))).text
    assert f"Evidence ({EVIDENCE_MOST + 40})" in text
    assert "And 40 more in the JSON report." in text


def _colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", block))


def _luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.1 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", [0, 1, 2], ids=["light", "dark", "print"])
def test_text_and_lines_stand_out_from_the_paper(scheme):
    colours = _colours(re.findall(r":root \{(.*?)\}", CSS.read_text(), re.DOTALL)[scheme])
    for paper in ("paper", "sheet"):
        assert all(_contrast(colours[text], colours[paper]) >= 4.5 for text in ("ink", "faint", "link"))
        assert all(_contrast(colours[line], colours[paper]) >= 3 for line in ("line", "grave", "warn"))
