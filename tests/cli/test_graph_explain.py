"""`frscan graph` and `frscan explain` as a user runs them, over a saved report and over a target."""

import json
import xml.etree.ElementTree as ET

import pytest

from scanner.cli.exits import Exit
from scanner.reports.graphs import graph_formats
from tests.commands import FIXTURES, frscan

DEMO = FIXTURES / "android" / "demo.apk"


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    file = tmp_path_factory.mktemp("saved") / "report.json"
    assert frscan(DEMO, "-q", "-f", f"json={file}", "--fail-on", "never").status == Exit.NOTHING
    return file


@pytest.mark.parametrize("name", list(graph_formats()))
def test_a_graph_is_drawn_in_each_format_with_every_technology(saved, name):
    ran = frscan("graph", saved, "-f", name)
    assert (ran.status, ran.err) == (Exit.NOTHING, "")
    report = json.loads(saved.read_text())
    assert all(finding["technology"]["name"] in ran.out for finding in report["findings"])


def test_graphml_is_xml_with_every_node_and_edge(saved):
    graph = json.loads(saved.read_text())["graph"]
    tree = ET.fromstring(frscan("graph", saved, "-f", "graphml").out)
    spelled = "{http://graphml.graphdrawing.org/xmlns}"
    assert len(tree.findall(f".//{spelled}node")) == len(graph["nodes"])
    assert len(tree.findall(f".//{spelled}edge")) == len(graph["edges"])


def test_a_graph_of_one_finding_shows_its_technology_alone(saved):
    findings = json.loads(saved.read_text())["findings"]
    first, others = findings[0], findings[1:]
    drawn = frscan("graph", saved, "--finding", first["id"]).out
    assert first["technology"]["name"] in drawn
    assert not any(other["technology"]["name"] in drawn for other in others)


def test_a_target_is_scanned_for_its_graph_and_for_an_explanation(saved):
    assert frscan("graph", DEMO).out == frscan("graph", saved).out
    assert frscan("explain", "F1", DEMO).out == frscan("explain", "F1", saved).out


def test_a_graph_goes_to_the_file_named(saved, tmp_path):
    ran = frscan("graph", saved, "-f", "html", "-o", tmp_path / "graph.html")
    assert (ran.status, ran.out) == (Exit.NOTHING, "")
    assert (tmp_path / "graph.html").read_text().startswith("<!DOCTYPE html>")


def test_an_explanation_has_every_step_from_the_bytes_to_the_outcome(saved):
    finding = json.loads(saved.read_text())["findings"][0]
    out = frscan("explain", finding["id"], saved, COLUMNS="200").out
    for heading in (
        "1. What was seen",
        "2. What it adds up to",
        "3. How the target leads there",
        "5. What the laws say",
    ):
        assert heading in out
    assert all(entry["value"] in out for entry in finding["evidence"])
    assert finding["explanation"].split(".")[0] in " ".join(out.split())


def test_a_finding_goes_by_its_fingerprint_and_by_its_technology_too(saved):
    finding = json.loads(saved.read_text())["findings"][0]
    by_id = frscan("explain", finding["id"], saved).out
    assert frscan("explain", finding["fingerprint"], saved).out == by_id
    assert by_id in frscan("explain", finding["technology"]["id"], saved).out


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("explain", "F99", "{}"), "no finding"),
        (("graph", "{}", "--finding", "F99"), "no finding"),
        (("graph", "{}", "-f", "png"), "there is no graph format 'png'; there are dot, graphml, html, mermaid."),
        (("graph", "/does/not/exist"), "exist"),
    ],
)
def test_what_is_not_there_is_said_in_a_sentence(saved, arguments, complaint):
    ran = frscan(*(str(argument).replace("{}", str(saved)) for argument in arguments))
    assert (ran.status, ran.out) == (Exit.USAGE, "")
    assert complaint in ran.err


def test_an_explanation_tells_how_the_file_was_made_and_the_public_edition_does_not(tmp_path):
    badge = FIXTURES / "native" / "badge.dll"
    told = " ".join(frscan("explain", "F1", badge).out.split())
    assert "calls itself: Acme.Badge 3.2.1.0 Reads badges at the door (manifest resource of badge.dll)" in told
    assert r"debug information was at: C:\build\acmebadge.pdb" in told
    saved, public = tmp_path / "report.json", tmp_path / "public.json"
    frscan(badge, "-q", "-f", f"json={saved}", "--fail-on", "never")
    assert {fact["what"] for one in json.loads(saved.read_text())["components"] for fact in one["build"]} == {
        "manifest",
        "debug-file",
    }
    assert frscan("report", saved, "--public", "-f", f"json={public}").status == Exit.NOTHING
    assert "acmebadge.pdb" not in public.read_text()


def test_a_file_that_is_no_saved_report_after_all_is_said_to_be_scanned(tmp_path):
    (tmp_path / "wrong.json").write_text("{}", encoding="utf-8")
    ran = frscan("explain", "F1", tmp_path / "wrong.json")
    assert ran.status == 2
    assert "is no saved report; it is scanned as a target." in ran.err
    assert "has no finding 'F1'" in ran.err
