"""Each rule has a signature it objects to; the good signature passes them all."""

from pathlib import Path

import pytest

from scanner.catalogue.decode import decode_technology
from scanner.catalogue.lints import lint, rules
from scanner.catalogue.load import Catalogue
from tests.catalogue.folders import GOOD, changed

FILE = "libraries/example-face.yaml"
CLASS = "class: java:com.example.face.*"
RULE = 'rule telling { strings: $a = "example face engine" condition: $a }'


def problems_in(*texts: str, file: str = FILE, rules_text: str = ""):
    technologies = tuple(decode_technology(text.encode(), file, rules_text) for text in texts)
    return lint(Catalogue(technologies, "0" * 64))


def with_indicator(line: str) -> str:
    return changed(CLASS, line)


FAILING = [
    ("id-is-file-name", changed("id: example-face", "id: Example-Face"), 1),
    ("id-is-file-name", changed("id: example-face", "id: other-face"), 1),
    ("group-fits-kind", changed("kind: library", "kind: model"), 1),
    ("summary-is-a-sentence", changed("the same person.", "the same person"), 1),
    ("summary-is-a-sentence", changed("the same person.", "one person. It is quick."), 1),
    ("summary-is-a-sentence", changed("summary: A library", "summary: library"), 1),
    ("summary-is-a-sentence", changed("the same person.", "the same person" + " or not" * 50 + "."), 1),
    ("has-references", changed("[https://example.com/face]", "[]"), 1),
    ("has-references", changed("https://example.com/face", "http://example.com/face"), 1),
    ("has-references", changed("https://example.com/face", "https://example.com/face, see the manual"), 1),
    ("has-language-prefix", with_indicator("class: com.example.face.*"), 12),
    ("has-language-prefix", with_indicator("import: cobol:example"), 12),
    ("prefix-ends-at-a-name", with_indicator("class: java:com.example.fa*"), 12),
    ("prefix-ends-at-a-name", with_indicator("class: java:com.*"), 12),
    ("prefix-ends-at-a-name", with_indicator("class: java:*.FaceSdk"), 12),
    ("prefix-ends-at-a-name", with_indicator("import: python:examplefac*"), 12),
    ("file-name-is-anchored", with_indicator("library: '*face.so'"), 12),
    ("file-name-is-anchored", with_indicator("library: libfr*.so"), 12),
    ("file-name-is-anchored", with_indicator("file: models/face.dat"), 12),
    ("bytes-are-long-enough", with_indicator("string: face1"), 12),
    ("bytes-are-long-enough", with_indicator("string: '12345678'"), 12),
    ("bytes-are-long-enough", with_indicator("symbol: face*Recognizer"), 12),
    ("endpoint-is-a-host", with_indicator("endpoint: https://api.example.com"), 12),
    ("endpoint-is-a-host", with_indicator("endpoint: localhost/faces"), 12),
    ("endpoint-is-a-host", with_indicator("endpoint: '*.*.com'"), 12),
    ("lookalike-is-narrow", changed("*/docs/example-face/*", "*/a/*"), 19),
    ("seen-in-names-an-artifact", changed("seen_in: example-face 1.10", "seen_in: somewhere"), 9),
    ("seen-in-names-an-artifact", changed("example-face 1.10", "public source code, string search of 2026-01-02"), 9),
    ("seen-in-names-an-artifact", changed("example-face 1.10", "web search, github example/face"), 9),
    (
        "grants-something",
        changed("capabilities: [verification, detection]\n", "").replace("    grants: [identification]\n", ""),
        1,
    ),
    ("has-a-positive-example", changed("gives: [example-face]", "gives: []"), 1),
    ("lookalikes-have-silent-examples", changed("gives: []", "gives: [example-face]"), 19),
    ("examples-give-known-technologies", changed("gives: []", "gives: [nobody]"), 26),
    ("byte-rules-are-named-alike", with_indicator("yara: telling"), 12),
]


@pytest.mark.parametrize(("rule", "text", "line"), FAILING)
def test_each_rule_objects_to_what_it_is_for(rule, text, line):
    found = [problem for problem in problems_in(text) if problem.rule == rule]
    assert {(problem.file, problem.line) for problem in found} == {(FILE, line)}


@pytest.mark.parametrize(
    "artifact",
    [
        "npm @example/face 2.0.1 (dist/search.js)",
        "github example/research",
        "example/app sources/com/example/faces/Search.java (an unpacked app)",
        "www.example.com/face-manual.pdf (the vendor's manual)",
    ],
)
def test_an_artifact_may_be_a_package_a_repository_or_a_page(artifact):
    assert problems_in(changed("seen_in: example-face 1.10", f'seen_in: "{artifact}"')) == ()


def test_a_good_signature_passes_every_rule():
    assert problems_in(GOOD) == ()


@pytest.mark.parametrize(
    "indicator",
    [
        "class: java:com.example.FaceDetector*",
        "class: objc:EXFaceView",
        "call: python:example.client.search_faces*",
        "import: js:@example/face",
        "library: libexample_face.so",
        "library: example_face*.dll",
        "file: fas_*.csta",
        "symbol: _ZN7example4face*",
        "endpoint: faces.*.example.com/v1/search",
        "string: example face engine",
    ],
)
def test_what_is_anchored_well_passes(indicator):
    assert problems_in(with_indicator(indicator)) == ()


def test_every_rule_is_shown_to_fail():
    shown = {rule for rule, _, _ in FAILING} | {"belongs-to-one-technology", "byte-rules-compile"}
    assert shown == {rule.id for rule in rules()}


def test_every_rule_says_what_it_asks_and_what_to_do():
    assert all(rule.line.endswith(".") and rule.recommendation.endswith(".") for rule in rules())


def test_the_same_indicator_in_two_technologies_is_reported_for_both():
    other = GOOD.replace("id: example-face", "id: other-face").replace("[example-face]", "[other-face]")
    found = [p for p in problems_in(GOOD, other) if p.rule == "belongs-to-one-technology"]
    assert [(p.line, p.message) for p in found] == [
        (9, "package 'pkg:pypi/example-face' is also an indicator of example-face."),
        (9, "package 'pkg:pypi/example-face' is also an indicator of other-face."),
    ]


def test_an_indicator_written_twice_is_reported():
    doubled = changed("indicators:\n", "indicators:\n  - file: example_face.dat\n    seen_in: example-face 1.10\n" * 1)
    again = doubled.replace("lookalikes:", "  - file: example_face.dat\n    seen_in: example-face 1.10\nlookalikes:")
    assert problems_in(doubled) == ()
    (problem,) = problems_in(again)
    assert "stands twice" in problem.message


def test_byte_rules_that_are_named_pass():
    assert problems_in(with_indicator("yara: telling"), rules_text=RULE) == ()


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("rule broken {\n condition: nothing }", "does not compile: "),
        ('include "other.yar"', "does not compile: "),
        ("rule telling {\n strings: $a = /.*x/\n condition: $a }", "does not compile: "),
        (RULE + "\nrule unused { condition: false }", "no indicator names the rule 'unused'"),
    ],
)
def test_what_is_wrong_with_byte_rules_is_said_of_the_rule_file(source, message):
    (problem,) = problems_in(with_indicator("yara: telling"), rules_text=source)
    assert problem.file == "libraries/example-face.yar"
    assert problem.message.startswith(message)


def test_private_rules_need_no_indicator():
    helper = "private rule helper { condition: filesize > 4 }\n"
    assert problems_in(with_indicator("yara: telling"), rules_text=helper + RULE) == ()


def test_the_groups_are_the_folders_that_are_read():
    from scanner.catalogue.lints.description import _KINDS_OF_GROUP
    from scanner.catalogue.signature_folder import GROUPS

    assert set(_KINDS_OF_GROUP) == set(GROUPS)


@pytest.mark.source_tree
def test_the_guide_names_every_kind_weight_and_group():
    from scanner.catalogue.signature_folder import GROUPS
    from scanner.model.vocabulary import Capability, IndicatorKind, Presence, Weight

    guide_beside_the_source = Path(__file__).parents[2] / "signatures" / "README.md"
    guide = guide_beside_the_source.read_text(encoding="utf-8")
    for word in (*IndicatorKind, *Weight, *Presence, *Capability, *GROUPS):
        assert word in guide, word
