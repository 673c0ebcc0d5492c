"""A network compiled for a chip."""

from tests.formats.networks.samples.sample import Sample


def sealed_network() -> Sample:
    return Sample("a.engine", b"ftrt" + bytes(60))


SAMPLES = {
    "sealed-network": sealed_network,
}
