"""Names from a target that want the report to lie: in every place that can hold one, in every format."""

import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from scanner.model.report import Report
from scanner.reports import RenderOptions, formats

from .page import parse
from .sample import rich_report

HOSTILE = [
    "</title><script>alert(1)</script>",
    "'\" onmouseover=alert(1) x='",
    "\x1b[2J\x1b]0;owned\x07\x9b31m",
    "invoice\u202egpj.exe\u2066\u2069\u200f",
    "two\nlines\r\nVerdict: none\u2028here\u2029there",
    "{{ 7 * 7 }}{% raw %}",
    "[bold red]markup[/bold red][/]",
    "a" * 100_000,
    "\u0301" * 5_000,
    "zero\u200bwidth\ufeff\U000e0041",
    "surrogate\ud800\udcff",
]
_CLOSED = {
    "verdict",
    "outcome",
    "kind",
    "cause",
    "met",
    "presence",
    "weight",
    "state",
    "force",
    "capabilities",
    "grants",
}
_CLOSED |= {"edition", "change", "decision", "standing"}
_CLOSED |= {"capability_presence", "schema_version", "deployment", "reach"}


def poisoned(value: object, word: str) -> object:
    """The document with the word in every text that is not one of a closed set."""
    if isinstance(value, dict):
        return {name: part if name in _CLOSED else poisoned(part, word) for name, part in value.items()}
    if isinstance(value, list):
        return [poisoned(part, word) for part in value]
    return word if isinstance(value, str) and value else value


def hostile_report(word: str) -> Report:
    document = json.loads(formats()["json"].render(rich_report(), RenderOptions()))
    spoiled = poisoned(document, word)
    assert isinstance(spoiled, dict)
    spoiled["findings"][0]["evidence"][0]["kind"] = word
    for assessment in spoiled["assessments"]:
        for element in assessment["elements"]:
            element["name"] = "act"
    spoiled["coverage"]["by_type"] = {word: 1}
    spoiled["coverage"]["skipped"] = {word: 1}
    return msgspec.convert(spoiled, Report)


@pytest.mark.parametrize("word", HOSTILE, ids=range(len(HOSTILE)))
def test_text_holds_no_control_characters_but_the_line_end(word):
    text = formats()["text"].render(hostile_report(word), RenderOptions())
    assert all(line.isprintable() for line in text.split("\n"))
    assert [line for line in text.split("\n") if line.startswith("Verdict:")] == [text.split("\n")[0]]


def tags(root):
    """The page's tags; how many abbreviations there are to explain depends on the words of the page."""
    (explained,) = root.all("dl", id="abbreviations")
    explained.children.clear()
    return [(element.tag, sorted(element.attributes)) for element in root.everything()]


@pytest.mark.parametrize("word", HOSTILE, ids=range(len(HOSTILE)))
def test_html_holds_the_tags_of_the_template_alone(word):
    root = parse(formats()["html"].render(hostile_report(word), RenderOptions()))
    plain = parse(formats()["html"].render(hostile_report("plain"), RenderOptions()))
    assert tags(root) == tags(plain)
    assert all(char.isprintable() or char == "\n" for char in "".join(root.words))


@pytest.mark.parametrize("word", HOSTILE, ids=range(len(HOSTILE)))
def test_json_holds_no_character_that_steers_a_terminal(word):
    text = formats()["json"].render(hostile_report(word), RenderOptions())
    assert not set(text) & set("\x1b\x9b\x07\r\x7f\u202e\u2066\u2069\u200b\u200f\u2028\u2029\ufeff")
    json.loads(text)


@pytest.mark.parametrize("name", ["markdown", "vendor-letter", "impact-assessment"])
@pytest.mark.parametrize("word", HOSTILE, ids=range(len(HOSTILE)))
def test_markdown_holds_no_markup_but_the_programs_own(name, word):
    def tokens(text):
        parsed = MarkdownIt("gfm-like", {"html": True, "linkify": False}).parse(text)
        return [token.type for block in parsed for token in (block, *(block.children or ()))]

    render = formats()[name].render
    hostile = render(hostile_report(word), RenderOptions())
    kinds = set(tokens(hostile))
    assert not kinds & {"html_block", "html_inline", "image", "link_open", "fence", "code_block"}
    assert all(line.isprintable() for line in hostile.split("\n"))
    spans = tokens(render(hostile_report("plain"), RenderOptions())).count("code_inline")
    assert tokens(hostile).count("code_inline") == spans


@given(st.text(st.characters(exclude_categories=()), min_size=1, max_size=60))
@settings(max_examples=15, deadline=None)
def test_no_name_at_all_breaks_a_report(word):
    report = hostile_report(word)
    for module in formats().values():
        assert module.render(report, RenderOptions(width=60)).endswith("\n")


def test_a_long_name_is_cut_with_a_note():
    text = formats()["text"].render(hostile_report("a" * 100_000), RenderOptions())
    assert "more characters)" in " ".join(text.split())
    assert len(text) < 1_000_000


def test_a_command_that_had_to_be_escaped_says_so():
    text = formats()["text"].render(hostile_report("grep 'a\u202eb' x"), RenderOptions())
    assert "copy this command from the JSON report" in " ".join(text.split())
