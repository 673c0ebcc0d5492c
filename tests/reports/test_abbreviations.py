"""Every abbreviation of a report is explained once, whether a law, a signature or the report itself uses it."""

import re
from pathlib import Path

import msgspec
import pytest

import scanner.reports
from scanner.catalogue.load import load_catalogue
from scanner.model.report import Report
from scanner.ordinances import laws
from scanner.reports import RenderOptions, formats
from scanner.reports.abbreviations import GLOSSARY, used_in

from .page import parse
from .sample import empty_report, rich_report

ABBREVIATION = re.compile(r"(?<![\w./-])(?:[A-Z][A-Z0-9]+|(?:[A-Z]\.){2,})(?![\w-])")
NO_ABBREVIATIONS = {"II", "III", "AP", "NVIDIA"}
"""Numerals, and names that nobody spells out."""


def abbreviations(words: str) -> set[str]:
    return set(ABBREVIATION.findall(re.sub(r"https?://\S+", "", words))) - NO_ABBREVIATIONS


def test_every_abbreviation_of_a_law_is_in_the_glossary() -> None:
    for law in laws():
        assert abbreviations(str(msgspec.to_builtins(law))) <= set(GLOSSARY), law.id


def test_every_abbreviation_in_the_summary_of_a_technology_is_in_the_glossary() -> None:
    for technology in load_catalogue().technologies:
        assert abbreviations(technology.summary) <= set(GLOSSARY), technology.id


def test_every_abbreviation_of_the_page_itself_is_in_the_glossary() -> None:
    template = (Path(scanner.reports.__file__).parent / "templates" / "report.html.jinja").read_text(encoding="utf-8")
    assert abbreviations(re.sub(r"<[^>]*>|{[^}]*}", " ", template)) - {"DOCTYPE"} <= set(GLOSSARY)


@pytest.mark.parametrize("report", [rich_report(), empty_report()], ids=["rich", "empty"])
def test_a_report_explains_what_stands_in_it_and_nothing_else(report: Report) -> None:
    text, memo, page = (formats()[name].render(report, RenderOptions()) for name in ("text", "markdown", "html"))
    for shown in (text, memo):
        said, _, explained = shown.partition("Abbreviations")
        assert re.findall(r"^ *- (\S+) means ", explained, re.MULTILINE) == [short for short, _ in used_in(said)]
    listed = [entry.text for block in parse(page).all("dl", id="abbreviations") for entry in block.all("dt")]
    used = [short for short, _ in used_in(page.partition("<h3>Abbreviations</h3>")[0])]
    assert listed == used


@pytest.mark.parametrize(
    ("words", "shorts"),
    [
        ("An SDK, in the EU; 1:1 and 1:N.", ["1:1", "1:N", "EU", "SDK"]),
        ("25 M.R.S. section 6001", ["M.R.S."]),
        ("https://example.com/API libSDK.so SDKs SHA-256 SHA-2567", ["SHA-256"]),
        ("", []),
    ],
)
def test_only_whole_words_are_abbreviations(words: str, shorts: list[str]) -> None:
    assert [short for short, _ in used_in(words)] == shorts
