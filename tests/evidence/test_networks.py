import zipfile
from importlib.util import MAGIC_NUMBER
from pathlib import Path

import pytest

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


LIBRARY = (
    b"\x7fELF"
    + bytes(60)
    + b"N2cv16FaceRecognizerSFE\0N2cv20FaceRecognizerSFImplE\0CascadeClassifierImpl\0"
    + bytes(99)
)


def verdicts(report: Report) -> dict[str, str]:
    return {finding.technology.id: str(finding.verdict) for finding in report.findings}


def test_a_general_library_without_a_model_stays_dormant(tmp_path):
    (tmp_path / "libimage.so").write_bytes(LIBRARY)
    write(tmp_path / "net.onnx", {"x": (1, 3, 224, 224)}, {"y": (1, 1000)}, "Relu")
    assert verdicts(report_on(tmp_path)) == {"opencv-face": "capable-dormant"}


def test_a_model_in_the_same_app_completes_a_general_library(tmp_path):
    write(tmp_path / "net.bin", *EMBEDDER)
    with zipfile.ZipFile(tmp_path / "app.apk", "w") as app:
        app.writestr("lib/arm64-v8a/libimage.so", LIBRARY)
        app.write(tmp_path / "net.bin", "assets/net.bin")
    report = report_on(tmp_path / "app.apk")
    assert verdicts(report) == {"face-embedding-network": "recognition", "opencv-face": "recognition"}
    finding = next(f for f in report.findings if f.technology.id == "opencv-face")
    assert any("with the model app.apk!/assets/net.bin" in evidence.place for evidence in finding.evidence)


SWAPPER_CODE = b"img_white = fake_diff = bgr_fake = source_face = 'inswapper_128'\n"


@pytest.mark.parametrize("name", ["swap.py", "swap.cpython-311.pyc", "libswap.so", "notes.dat"])
def test_code_in_which_a_model_is_spoken_of_is_no_model_beside_a_library(tmp_path, name):
    head = {".pyc": MAGIC_NUMBER + bytes(12), ".so": LIBRARY[:64]}.get(Path(name).suffix, b"")
    with zipfile.ZipFile(tmp_path / "app.apk", "w") as app:
        app.writestr("lib/arm64-v8a/libimage.so", LIBRARY)
        app.writestr(f"assets/{name}", head + SWAPPER_CODE)
    found = verdicts(report_on(tmp_path / "app.apk"))
    assert found["opencv-face"] == "capable-dormant"
    assert "inswapper" in found


def test_a_file_of_weights_known_by_its_name_completes_a_general_library(tmp_path):
    with zipfile.ZipFile(tmp_path / "app.apk", "w") as app:
        app.writestr("lib/arm64-v8a/libimage.so", LIBRARY)
        app.writestr("assets/inswapper_128.onnx", b"\x08\x07")
    assert verdicts(report_on(tmp_path / "app.apk"))["opencv-face"] == "recognition"


def test_a_model_that_the_library_names_completes_it_from_another_component(tmp_path):
    (tmp_path / "libimage.so").write_bytes(LIBRARY + b"w600k_r50.onnx\0")
    (tmp_path / "models").mkdir()
    write(tmp_path / "models" / "w600k_r50.onnx", *EMBEDDER)
    report = report_on(tmp_path)
    assert verdicts(report)["opencv-face"] == "recognition"
    assert any((edge.kind, edge.target) == ("loads", "models/w600k_r50.onnx") for edge in report.graph.edges)
