from scanner.containers import embedded_network
from scanner.containers.embedded_network import members
from scanner.engine.scan import Settings, scan
from tests.budgets import CountingBudget
from tests.formats.networks.onnx_files import chain, onnx_file
from tests.formats.networks.samples import tflite
from tests.sources import BytesSource

PROGRAM = b"\x7fELF" + bytes(range(256)) * 16
FLAT = tflite().data


def onnx() -> bytes:
    nodes, weights = chain([(8, 3, 3, 3), (512, 8, 14, 14)])
    nodes.insert(1, ("PRelu", "act", [nodes[0][3][0]], ["unused"]))
    ports = {"x": (1, 3, 112, 112)}, {"y": (1, 512)}
    return onnx_file(*ports, nodes, weights, producer="pytorch", filled=True)


def contents(data: bytes) -> list[tuple[str, bytes]]:
    found = members(BytesSource("x.so", data), CountingBudget())
    return [(member.name, b"".join(member.chunks())) for member in found]


def test_networks_among_a_programs_constants_are_given_from_their_beginnings():
    data = PROGRAM + FLAT + bytes(99) + onnx() + b"\xff" * 50
    (first, flat), (second, proto) = contents(data)
    assert (first, second) == (f"(network at {len(PROGRAM):#x})", f"(network at {len(PROGRAM + FLAT) + 99:#x})")
    assert flat.startswith(FLAT)
    assert proto == onnx()


def test_a_network_alone_is_no_container():
    assert not contents(FLAT)


def test_of_two_joined_networks_the_second_is_a_member():
    assert [content for _, content in contents(FLAT + FLAT)] == [FLAT]


def test_the_mark_alone_is_no_network():
    text = PROGRAM + b"expected TFL3 as identifier" + bytes(4000) + b"\x12\x07pytorch" + bytes(4000)
    assert not contents(text)


def test_programs_are_asked():
    assert {magic.value for magic in embedded_network.INFO.magics} >= {b"\x7fELF", b"MZ"}


def test_a_face_network_inside_a_library_is_recognised(tmp_path):
    (tmp_path / "libthing.so").write_bytes(PROGRAM + bytes(4096) + onnx())
    report = scan([tmp_path], Settings(jobs=1, uses_cache=False))
    assert [finding.technology.id for finding in report.findings] == ["face-embedding-network"]
    assert report.networks[0].locator.startswith("libthing.so!/(network at 0x")
