"""Every reader of networks, on its sample whole, cut and bent."""

import json
import random
import struct

import pytest

from scanner.engine.discover import Table
from scanner.formats import readers
from scanner.model.network import Shape
from scanner.model.observation import Identity, Network
from scanner.model.source import HEAD_BYTES, Reader, Unreadable
from scanner.model.vocabulary import Cause
from tests.budgets import CountingBudget
from tests.formats.networks.samples import SAMPLES, Sample
from tests.formats.networks.samples.keras import hdf5_of_the_newer_kind
from tests.formats.networks.samples.phones import ncnn_in_binary_form
from tests.formats.reading import read_until_stopped
from tests.sources import BytesSource

READERS = {r.INFO.name: r for r in readers() if "formats.networks." in getattr(r, "__name__", "")}
NAMES = sorted(SAMPLES)


def sample_of(name: str) -> tuple[Reader, Sample]:
    return READERS[name], SAMPLES[name]()


def network_of(name: str) -> Network:
    reader, sample = sample_of(name)
    found, _ = read_until_stopped(reader, BytesSource(sample.file, sample.data))
    (network,) = [seen for seen in found if isinstance(seen, Network)]
    return network


def shapes(tensors: tuple[object, ...]) -> tuple[Shape, ...]:
    return tuple(tensor.shape for tensor in tensors)  # type: ignore[attr-defined]  # each is a Tensor


def test_every_reader_of_networks_has_a_sample():
    assert sorted(READERS) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_is_wanted_by_its_reader_and_by_no_other_of_networks(name):
    _, sample = sample_of(name)
    wanted = Table().wanted(sample.file, sample.data[:HEAD_BYTES], BytesSource(sample.file, sample.data))
    assert [r.INFO.name for r in wanted.readers if r.INFO.name in READERS] == [name]


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_gives_its_ports_layers_and_weights(name):
    _, sample = sample_of(name)
    network = network_of(name)
    assert shapes(network.inputs) == sample.inputs
    assert shapes(network.outputs) == sample.outputs
    assert network.layers == sample.layers
    assert network.weights == sample.weights


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"sealed-network"}))
def test_a_whole_sample_is_read_to_its_end(name):
    reader, sample = sample_of(name)
    assert read_until_stopped(reader, BytesSource(sample.file, sample.data))[1] is None


WITH_ALL_WEIGHTS = sorted(name for name in NAMES if SAMPLES[name]().weights == SAMPLES["onnx"]().weights)


def test_the_same_weights_have_one_digest_in_every_framework():
    assert len(WITH_ALL_WEIGHTS) >= 12
    assert len({network_of(name).architecture for name in WITH_ALL_WEIGHTS}) == 1


OTHER_FORMS = {"hdf5": hdf5_of_the_newer_kind(), "ncnn": ncnn_in_binary_form()}


@pytest.mark.parametrize("name", OTHER_FORMS)
def test_the_other_form_of_a_format_gives_the_same_network(name):
    found, stopped = read_until_stopped(READERS[name], BytesSource("a", OTHER_FORMS[name]))
    assert stopped is None
    (network,) = [seen for seen in found if isinstance(seen, Network)]
    usual = network_of(name)
    assert network.weights == usual.weights
    assert (network.architecture, network.topology) == (usual.architecture, usual.topology)
    assert (network.layers, shapes(network.inputs)) == (usual.layers, shapes(usual.inputs))


@pytest.mark.parametrize("name", OTHER_FORMS)
def test_the_other_form_cut_and_bent_gives_networks_or_a_reason(name):
    survives(READERS[name], Sample("a", OTHER_FORMS[name]))


@pytest.mark.parametrize(
    ("name", "file", "beside"),
    [("ncnn", "a.param", "a.bin"), ("paddle", "a.pdmodel", "a.pdiparams"), ("openvino", "a.xml", "a.bin")],
)
def test_a_file_with_weights_beside_the_graph_is_told_with_its_size(name, file, beside):
    source = BytesSource(file, SAMPLES[name]().data, neighbours={beside: bytes(77)})
    found, _ = read_until_stopped(READERS[name], source)
    (network,) = [seen for seen in found if isinstance(seen, Network)]
    assert any(text.startswith("weights=") and "77 bytes" in text for text in network.strings)


TEXTS = ("tensorflow-js", "paddle-program", "mxnet-symbol", "keras-config", "openvino", "opencv-storage")


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_under_a_name_that_means_nothing_is_known_by_what_it_says(name):
    data = SAMPLES[name]().data
    wanted = Table().wanted("b7.dat", data[:HEAD_BYTES], BytesSource("b7.dat", data))
    assert [reader.INFO.name for reader in wanted.readers] == [name]
    assert wanted.type == name


def test_the_same_graph_has_one_digest_in_every_framework():
    graphs = [name for name in WITH_ALL_WEIGHTS if network_of(name).topology]
    assert {"onnx", "tflite", "openvino", "ncnn", "tensorflow-graph", "coreml", "mnn", "paddle"} <= set(graphs)
    assert len({network_of(name).topology for name in graphs}) == 1


@pytest.mark.parametrize("name", NAMES)
def test_cut_and_bent_samples_give_networks_or_a_reason(name):
    survives(*sample_of(name))


def survives(reader: Reader, sample: Sample) -> None:
    chance = random.Random(reader.INFO.name)
    for _ in range(120):
        data = bytearray(sample.data[: chance.randrange(len(sample.data)) + 1])
        for _ in range(chance.randrange(4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        source = BytesSource(sample.file, bytes(data))
        if hasattr(reader, "wants"):
            reader.wants(source.name, source.head)
        found, _ = read_until_stopped(reader, source)
        assert all(isinstance(seen, (Network, Identity)) for seen in found)


@pytest.mark.parametrize("name", NAMES)
def test_a_small_budget_ends_the_reading(name):
    reader, sample = sample_of(name)
    with pytest.raises(Unreadable) as stopped:
        for _ in reader.observe(BytesSource(sample.file, sample.data), CountingBudget(items=0, bytes=0)):
            pass
    assert stopped.value.cause in (Cause.LIMIT, Cause.UNSUPPORTED)


def test_what_is_compiled_for_a_chip_is_reported_as_not_seen_into():
    reader, sample = sample_of("sealed-network")
    found, stopped = read_until_stopped(reader, BytesSource(sample.file, sample.data))
    assert [seen.sealed for seen in found if isinstance(seen, Network)] != [""]
    assert stopped is not None
    assert stopped.cause is Cause.UNSUPPORTED


def test_what_an_archive_for_a_phone_holds_is_reported_as_not_seen_into():
    reader = READERS["sealed-network"]
    for head in (b"\x20\0\0\0NETD", b"\xd5\x0a\x03\0\0\0\0\0\x20\0\0\0NETD"):
        found, stopped = read_until_stopped(reader, BytesSource("model", head + bytes(64)))
        assert [seen.framework for seen in found if isinstance(seen, Network)] == ["dlc"]
        assert stopped is not None


def test_numbers_that_only_training_needed_are_no_weights():
    data = SAMPLES["tensorflow-checkpoint"]().data.replace(b"net/v", b"/Adam")
    found, _ = read_until_stopped(READERS["tensorflow-checkpoint"], BytesSource("a.index", data))
    (network,) = [seen for seen in found if isinstance(seen, Network)]
    assert "8x16" not in network.weights


def test_shapes_that_stand_beside_a_compiled_network_are_told():
    sample = SAMPLES["espresso"]()
    told = {"layer_shapes": {"x": {"n": 1, "k": 3, "h": 14, "w": 14}, "y": {"n": 1, "k": 16, "h": 1, "w": 1}}}
    beside = {"model.espresso.shape": json.dumps(told).encode()}
    source = BytesSource(sample.file, sample.data, neighbours=beside)
    found, _ = read_until_stopped(READERS["espresso"], source)
    (network,) = [seen for seen in found if isinstance(seen, Network)]
    assert shapes((*network.inputs, *network.outputs)) == ((1, 3, 14, 14), (1, 16, 1, 1))


def test_sizes_that_do_not_follow_from_each_other_are_no_index():
    data = bytearray(SAMPLES["hnswlib-index"]().data)
    data[24] ^= 1
    assert not READERS["hnswlib-index"].wants("a.bin", bytes(data))  # type: ignore[attr-defined]  # optional


def test_a_graph_that_names_its_outputs_by_negative_numbers_is_no_fault():
    reader, sample = sample_of("mnn")
    for at in range(0, len(sample.data) - 4, 4):
        bent = sample.data[:at] + b"\x19\xfc\xff\xff" + sample.data[at + 4 :]
        read_until_stopped(reader, BytesSource(sample.file, bent))


def test_what_is_only_laid_out_like_a_network_without_a_mark_is_none_and_not_damaged():
    layout = struct.pack("<14H", 28, 36, 8, 0, 12, 16, 20, 5, 6, 24, 28, 7, 0, 32)
    data = struct.pack("<I", 32) + layout + struct.pack("<i", 28) + bytes(40)
    reader = READERS["mnn"]
    assert reader.wants("a.bin", data)  # type: ignore[attr-defined]  # optional in the contract
    assert read_until_stopped(reader, BytesSource("a.bin", data)) == ([], None)
    assert not reader.wants("a.bin", data[:9])  # type: ignore[attr-defined]


def test_a_network_by_its_name_and_noise_by_its_bytes_is_reported_as_encrypted():
    noise = random.Random(1).randbytes(8192)
    reader = READERS["sealed-network"]
    assert reader.wants("face.tflite", noise[:HEAD_BYTES])  # type: ignore[attr-defined]  # optional in the contract
    assert not reader.wants("photo.bin", noise[:HEAD_BYTES])  # type: ignore[attr-defined]
    _, stopped = read_until_stopped(reader, BytesSource("face.tflite", noise))
    assert stopped is not None
    assert stopped.cause is Cause.ENCRYPTED
