"""Cards: each network of the target in plain words, with what it was recognised as."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from scanner.model.finding import Finding
from scanner.model.network import NetworkCard, Tensor, shape_in_words
from scanner.model.observation import Network
from scanner.model.vocabulary import IndicatorKind, Presence

_CHANNELS = {1: "grey", 3: "colour", 4: "colour"}
_MANY = 4
"""Outputs that are told one by one."""


def cards_of(
    networks: Iterable[tuple[str, Network]], weights: Mapping[str, str], findings: Sequence[Finding]
) -> tuple[NetworkCard, ...]:
    """A card for each network, by locator; recognised ones first. `weights` has digests of them by locator."""
    told: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        for locator in {e.locator for e in finding.evidence if _is_about_the_file(e.kind, e.presence)}:
            told[locator].append(finding)
    drafts = [_card(locator, network, weights.get(locator, ""), told.get(locator, [])) for locator, network in networks]
    drafts.sort(key=lambda card: (not card.technologies, card.locator, card.place))
    return tuple(msgspec.structs.replace(card, id=f"N{number}") for number, card in enumerate(drafts, 1))


def _is_about_the_file(kind: str, presence: Presence) -> bool:
    kinds = (IndicatorKind.NETWORK, IndicatorKind.FILE, IndicatorKind.HASH, IndicatorKind.YARA, IndicatorKind.STRING)
    return kind in kinds and presence is not Presence.REFERENCED


def _card(locator: str, network: Network, weights_digest: str, findings: list[Finding]) -> NetworkCard:
    return NetworkCard(
        id="N0",
        locator=locator,
        place=network.place,
        component=findings[0].component.id if findings else "",
        framework=network.framework,
        name=network.name,
        producer=network.producer,
        goes_in=_goes_in(network),
        comes_out=_comes_out(network),
        meaning=_meaning(network, findings),
        technologies=tuple(sorted({f.technology.id for f in findings})),
        findings=tuple(sorted({f.fingerprint for f in findings})),
        inputs=network.inputs,
        outputs=network.outputs,
        layers=network.layers,
        parameters=network.parameters,
        architecture=network.architecture,
        topology=network.topology,
        weights_digest=weights_digest,
        strings=network.strings,
        sealed=network.sealed,
    )


def _goes_in(network: Network) -> str:
    if network.sealed:
        return "not known: it was not seen into"
    if not network.inputs:
        return "the file does not say"
    return " and ".join(_input(tensor) for tensor in network.inputs[:_MANY])


def _input(tensor: Tensor) -> str:
    size = _picture(tensor)
    if size is None:
        return f"a block of numbers, {shape_in_words(tensor.shape)}" if tensor.shape else "a number"
    channels, height, width = size
    if height < 0 or width < 0:
        return f"a {_CHANNELS[channels]} picture of any size"
    return f"a {_CHANNELS[channels]} picture of {width} by {height} points"


def _picture(tensor: Tensor) -> tuple[int, int, int] | None:
    """Channels, height and width, if it is shaped like a picture."""
    shape = tensor.shape
    if len(shape) not in (3, 4):
        return None
    for channels, size in ((shape[-3], shape[-2:]), (shape[-1], shape[-3:-1])):
        if channels in _CHANNELS and all(axis < 0 or axis > max(_CHANNELS) for axis in size):
            return channels, size[0], size[1]
    return None


def _comes_out(network: Network) -> str:
    if network.sealed:
        return "not known: it was not seen into"
    if not network.outputs:
        return "the file does not say"
    told = [_output(tensor) for tensor in network.outputs]
    if len(told) > _MANY:
        return (
            f"{len(told)} blocks of numbers: "
            + ", ".join(shape_in_words(t.shape) for t in network.outputs[:_MANY])
            + " …"
        )
    return " and ".join(told)


def _output(tensor: Tensor) -> str:
    axes = [axis for axis in (tensor.shape[1:] if len(tensor.shape) > 1 else tensor.shape) if axis != 1]
    if len(axes) == 1 and axes[0] > 0:
        return f"a row of {axes[0]} numbers"
    if not axes:
        return "one number"
    return f"a block of numbers, {shape_in_words(tensor.shape)}"


def _meaning(network: Network, findings: list[Finding]) -> str:
    if findings:
        return " ".join(dict.fromkeys(f"{f.technology.name}: {f.technology.summary}" for f in findings))
    if network.sealed:
        return f"{network.sealed} Whether it works on faces cannot be told from the file; ask the vendor."
    return "Nothing in its structure is known to be made for faces."
