"""Networks in which something matched: a digest over their weights alone.

The digest is the same whatever the file around the weights is called, says of itself and is wrapped in, and changes
with one number of them: it tells a release from another network of the same architecture. It is SHA-256 over the sorted
SHA-256 of the blocks of weights, as they lie in memory, each once; blocks under 64 bytes, which hold shapes and
settings, count not. Frameworks that lay out weights alike give the same.
"""

from collections.abc import Iterator
from hashlib import sha256

from scanner.formats.networks import WithBlocks, with_blocks
from scanner.model.observation import Digest, Observation
from scanner.model.source import Budget, Info, Source, Unreadable
from scanner.model.vocabulary import Cause, IndicatorKind

INFO = Info(
    name="network-weights",
    version=1,
    line="Weights of neural networks in which something was recognised: one digest over them",
    specification="https://csrc.nist.gov/pubs/fips/180-4/upd1/final",
    limits="Of ONNX, TensorFlow Lite, frozen TensorFlow graphs, HDF5, Caffe and safetensors alone; weights in files "
    "beside the graph are not hashed.",
    depth=True,
    deepens=("onnx", "tflite", "tensorflow-graph", "hdf5", "caffe-model", "safetensors"),
    asks=(IndicatorKind.NETWORK,),
)
_SHORTEST_BLOCK = 64


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the digest, if there are weights in the file.

    Raises:
        Unreadable: damaged or limit.
    """
    reader = next((r for r in with_blocks() if _begins_like(r, source)), None)
    if reader is None:
        return
    digests, left = set[bytes](), source.size
    for block in reader.blocks(source, budget):
        budget.spend_items()
        left -= len(block)
        if left < 0:
            raise Unreadable(Cause.DAMAGED, "The network's weights say that they are larger than the file.")
        if len(block) >= _SHORTEST_BLOCK:
            digests.add(sha256(block).digest())
    if digests:
        value = sha256(b"".join(sorted(digests))).hexdigest()
        yield Digest(algorithm="weights-sha256", value=value, place=f"{len(digests)} different blocks of weights")


def _begins_like(reader: WithBlocks, source: Source) -> bool:
    head, info = source.head, reader.INFO
    if not any(head.startswith(magic.value, magic.offset) for magic in info.magics):
        return False
    wants = getattr(reader, "wants", None)
    return wants is None or bool(wants(source.name.lower(), head))
