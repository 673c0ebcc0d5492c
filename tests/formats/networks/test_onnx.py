import pytest

from scanner.formats.networks import onnx
from scanner.model.network import Tensor
from scanner.model.observation import Network
from scanner.model.vocabulary import Cause
from tests.budgets import CountingBudget
from tests.formats.networks.onnx_files import chain, onnx_file
from tests.formats.reading import read, read_until_stopped
from tests.sources import BytesSource

SHAPES = [(8, 3, 3, 3), (16, 8, 3, 3), (32, 16 * 7 * 7)]


def network_of(data: bytes) -> Network:
    (found,) = read(onnx, BytesSource("model.onnx", data))
    assert isinstance(found, Network)
    return found


def plain(prefix: str = "w", **how) -> bytes:
    nodes, weights = chain(SHAPES, prefix=prefix)
    return onnx_file({"x": (1, 3, 14, 14)}, {"y": (1, 32)}, nodes, weights, **how)


def test_a_network_is_told_by_ports_layers_weights_and_metadata():
    found = network_of(plain(producer="ours", name="tiny", properties={"purpose": "test"}))
    assert (found.framework, found.name, found.producer, found.strings) == ("onnx", "tiny", "ours", ("purpose=test",))
    assert found.inputs == (Tensor("x", (1, 3, 14, 14), "float32"),)
    assert found.outputs == (Tensor("y", (1, 32), "float32"),)
    assert found.layers == {"convolution": 3}
    assert found.weights == {"3x3x3x8": 1, "3x3x8x16": 1, "32x784": 1}
    assert found.parameters == 216 + 1152 + 32 * 784
    assert found.names == ("w#", "w#.weight")


def test_names_number_types_and_order_change_no_digest():
    nodes, weights = chain(SHAPES, prefix="other")
    other = onnx_file({"x": (1, 3, 14, 14)}, {"y": (1, 32)}, nodes, dict(reversed(weights.items())), kind=3)
    assert network_of(other).architecture == network_of(plain()).architecture
    assert network_of(other).topology == network_of(plain()).topology


def test_another_width_changes_both_digests():
    nodes, weights = chain([*SHAPES[:2], (64, 16 * 7 * 7)])
    other = network_of(onnx_file({"x": (1, 3, 14, 14)}, {"y": (1, 64)}, nodes, weights))
    assert other.architecture != network_of(plain()).architecture
    assert other.topology != network_of(plain()).topology


def test_other_wiring_changes_the_topology_alone():
    nodes, weights = chain(SHAPES)
    nodes[1] = ("Conv", "w1", ["x", "w1.weight"], nodes[1][3])
    other = network_of(onnx_file({"x": (1, 3, 14, 14)}, {"y": (1, 32)}, nodes, weights))
    assert other.architecture == network_of(plain()).architecture
    assert other.topology != network_of(plain()).topology


def test_weights_that_are_unpacked_on_the_way_belong_to_the_layer_behind():
    nodes, weights = chain(SHAPES)
    nodes[2] = ("Conv", "w2", [nodes[2][2][0], "w2.unpacked"], ["y"])
    nodes.insert(0, ("DequantizeLinear", "d", ["w2.weight", "scale"], ["w2.unpacked"]))
    found = network_of(onnx_file({"x": (1, 3, 14, 14)}, {"y": (1, 32)}, nodes, weights))
    assert found.topology == network_of(plain()).topology


def test_weights_that_old_files_list_as_inputs_are_no_inputs():
    nodes, weights = chain(SHAPES)
    data = onnx_file({"x": (1, 3, 14, 14), "w0.weight": SHAPES[0], "stale": (4, 4)}, {"y": (1, 32)}, nodes, weights)
    assert [tensor.name for tensor in network_of(data).inputs] == ["x"]


def test_an_axis_without_a_length_is_open():
    nodes, weights = chain(SHAPES)
    data = onnx_file({"x": (-1, 3, -1, -1)}, {"y": (-1, 32)}, nodes, weights)
    assert network_of(data).inputs[0].shape == (-1, 3, -1, -1)


def test_weights_are_not_read():
    budget = CountingBudget()
    read(onnx, BytesSource("model.onnx", plain(filled=True)), budget)
    assert (budget.items_spent < 300, budget.bytes_spent) == (True, 0)


@pytest.mark.parametrize("name", ["model.onnx", "data", "net.bin"])
def test_a_model_is_wanted_under_any_name(name):
    assert onnx.wants(name, plain()[:4096])


@pytest.mark.parametrize("head", [b"", b"\x08\x08", b"\x08\x08\x12\xff\xff", b"hello world", b"\x08\x07\x3b\x01"])
def test_odd_beginnings_raise_nothing(head):
    onnx.wants("x.onnx", head)


def test_a_file_cut_anywhere_gives_what_was_read_and_says_so():
    data = plain(filled=True)
    for end in range(1, len(data) - 1, 997):
        _, stopped = read_until_stopped(onnx, BytesSource("model.onnx", data[:end]))
        assert stopped is None or stopped.cause is Cause.DAMAGED


def test_a_graph_in_a_circle_ends():
    nodes = [("Conv", "a", ["b", "w"], ["c"]), ("Conv", "d", ["c", "w"], ["b"])]
    assert network_of(onnx_file({}, {}, nodes, {"w": (8, 3, 3, 3)})).layers == {"convolution": 2}


def test_lengths_that_lie_are_damage():
    _, stopped = read_until_stopped(onnx, BytesSource("model.onnx", b"\x08\x08\x3a\xff\xff\xff\xff\x0fabc"))
    assert stopped is not None
    assert stopped.cause is Cause.DAMAGED
