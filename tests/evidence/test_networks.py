from pathlib import Path

from scanner.engine.scan import Settings, scan
from scanner.model.report import Report
from scanner.model.vocabulary import Verdict
from tests.formats.networks.onnx_files import chain, onnx_file

EMBEDDER = {"x": (1, 3, 112, 112)}, {"y": (1, 512)}


def write(path: Path, inputs: dict, outputs: dict, operation: str = "PRelu") -> None:
    nodes, weights = chain([(8, 3, 3, 3), (512, 8, 14, 14)])
    nodes.insert(1, (operation, "act", [nodes[0][3][0]], ["unused"]))
    path.write_bytes(onnx_file(inputs, outputs, nodes, weights))


def report_on(*paths: Path) -> Report:
    return scan(paths, Settings(jobs=1, uses_cache=False))


def test_a_renamed_embedding_network_is_recognised_by_its_structure(tmp_path):
    write(tmp_path / "data.bin", *EMBEDDER)
    report = report_on(tmp_path / "data.bin")
    assert report.verdict is Verdict.RECOGNITION
    (finding,) = report.findings
    assert finding.technology.id == "face-embedding-network"
    assert 0.5 <= finding.confidence < 0.9
    (card,) = report.networks
    assert (card.goes_in, card.comes_out) == ("a colour picture of 112 by 112 points", "a row of 512 numbers")
    assert card.findings == (finding.fingerprint,)


def test_what_it_is_by_name_leaves_out_what_sort_of_thing_it_is(tmp_path):
    write(tmp_path / "w600k_r50.onnx", *EMBEDDER)
    assert [f.technology.id for f in report_on(tmp_path).findings] == ["arcface-model"]


def test_a_network_for_other_things_has_a_card_and_no_finding(tmp_path):
    write(tmp_path / "net.onnx", {"x": (1, 3, 224, 224)}, {"y": (1, 1000)}, "Relu")
    report = report_on(tmp_path)
    assert (report.verdict, report.findings) == (Verdict.NONE, ())
    (card,) = report.networks
    assert card.meaning == "Nothing in its structure is known to be made for faces."
