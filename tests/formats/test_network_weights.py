"""The digest over a network's weights: what changes it, and what does not."""

import json
import struct

import pytest

from scanner.engine.scan import Settings, scan
from scanner.formats.network_weights import observe
from scanner.formats.networks import with_blocks
from scanner.model.observation import Digest
from scanner.model.source import Unreadable
from scanner.model.vocabulary import Cause
from tests.budgets import CountingBudget
from tests.formats.networks.onnx_files import chain, onnx_file
from tests.formats.networks.samples import SAMPLES
from tests.formats.networks.samples.keras import hdf5_with_numbers
from tests.formats.reading import read_until_stopped
from tests.sources import BytesSource

NUMBERS = {"a": struct.pack("<50f", *range(50)), "b": struct.pack("<30f", *range(30))}


def safetensors(blocks: dict[str, bytes], **metadata: str) -> bytes:
    header: dict[str, object] = {"__metadata__": metadata}
    at = 0
    for name, block in blocks.items():
        header[name] = {"dtype": "F32", "shape": [len(block) // 4], "data_offsets": [at, at + len(block)]}
        at += len(block)
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + b"".join(blocks.values())


def digest_of(data: bytes) -> str:
    (found,) = observe(BytesSource("x", data), CountingBudget())
    assert isinstance(found, Digest)
    assert found.algorithm == "weights-sha256"
    return found.value


def test_names_order_and_metadata_do_not_change_it():
    renamed = dict(zip(("z", "y"), reversed(NUMBERS.values()), strict=True))
    assert digest_of(safetensors(NUMBERS)) == digest_of(safetensors(renamed, format="pt", made_by="somebody else"))


def test_one_number_changes_it():
    changed = {**NUMBERS, "b": struct.pack("<30f", *range(1, 31))}
    assert digest_of(safetensors(NUMBERS)) != digest_of(safetensors(changed))


def test_two_frameworks_that_lay_weights_out_alike_give_the_same():
    assert digest_of(safetensors(NUMBERS)) == digest_of(hdf5_with_numbers(list(NUMBERS.values())))


@pytest.mark.parametrize("name", [reader.INFO.name for reader in with_blocks()])
def test_a_sample_cut_anywhere_gives_a_digest_or_a_reason(name):
    data = SAMPLES[name]().data
    for end in range(8, len(data), max(1, len(data) // 60)):
        found, _ = read_until_stopped(
            type("Reader", (), {"observe": staticmethod(observe)}), BytesSource("x", data[:end])
        )
        assert all(isinstance(seen, Digest) for seen in found)


def test_weights_that_overlap_are_not_hashed_again_and_again():
    text = {str(n): {"dtype": "F32", "shape": [4000], "data_offsets": [0, 16000]} for n in range(50)}
    header = json.dumps(text).encode()
    data = struct.pack("<Q", len(header)) + header + bytes(16000)
    with pytest.raises(Unreadable) as stopped:
        list(observe(BytesSource("x", data), CountingBudget()))
    assert stopped.value.cause is Cause.DAMAGED


def test_a_recognised_network_tells_the_digest_of_its_weights(tmp_path):
    nodes, weights = chain([(8, 3, 3, 3), (512, 8, 14, 14)])
    nodes.insert(1, ("PRelu", "act", [nodes[0][3][0]], ["unused"]))
    ports = {"x": (1, 3, 112, 112)}, {"y": (1, 512)}
    data = onnx_file(*ports, nodes, weights, filled=True)
    (tmp_path / "n.onnx").write_bytes(data)
    report = scan([tmp_path], Settings(jobs=1, uses_cache=False))
    assert [network.weights_digest for network in report.networks] == [digest_of(data)]
