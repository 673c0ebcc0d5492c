"""The pattern of a `network:` indicator, decoded: a mapping of the signature file → `NetworkPattern`.

Numbers are written `64`, `20..120`, `1M..` (K and M for thousands and millions), alternatives of an axis `128/512`, an
axis of any length `?`; axes are joined by `x`, alternatives of a whole shape by `|`.
"""

import re

from scanner.catalogue.section import Section
from scanner.catalogue.signature_error import SignatureError, quoted
from scanner.model.network import AxisPattern, NetworkPattern, Range, ShapePattern

_KEYS = (
    *("framework", "picture", "output_width", "output_count", "outputs", "layers", "weights", "parameters"),
    *("names", "without_names", "strings", "architecture", "topology"),
)
_RANGE = re.compile(r"(?P<least>\d{1,15})(?P<unit>[KM]?)(?P<dots>\.\.(?:(?P<most>\d{1,15})(?P<most_unit>[KM]?))?)?")
_UNITS = {"": 1, "K": 1_000, "M": 1_000_000}
_DIGEST = re.compile(r"[0-9a-f]{64}")


def decode_network(section: Section, key: str) -> NetworkPattern:
    """Decode the mapping under `key`. Raises `SignatureError`."""
    pattern = section.section(key, "network pattern", _KEYS)
    found = NetworkPattern(
        frameworks=pattern.texts("framework"),
        picture=_shape(pattern, "picture", pattern.text("picture")) if pattern.has("picture") else (),
        output_width=_axis(pattern, "output_width", pattern.text("output_width")),
        output_count=_range(pattern, "output_count", pattern.text("output_count")),
        outputs=tuple(_shapes(pattern, "outputs", text) for text in pattern.texts("outputs")),
        layers=tuple((kind, _range(pattern, "layers", text)) for kind, text in _counted(pattern, "layers")),
        weights=tuple(
            (_shapes(pattern, "weights", shape), _range(pattern, "weights", text))
            for shape, text in _counted(pattern, "weights")
        ),
        parameters=_range(pattern, "parameters", pattern.text("parameters")),
        names=pattern.texts("names"),
        without_names=pattern.texts("without_names"),
        strings=pattern.texts("strings"),
        architecture=_digests(pattern, "architecture"),
        topology=_digests(pattern, "topology"),
        text=_in_one_line(pattern),
    )
    if not found.text:
        raise pattern.error("the network pattern asks for nothing, so every network would match; add a part.")
    return found


def _counted(pattern: Section, key: str) -> tuple[tuple[str, str], ...]:
    return tuple(pattern.section(key, f"`{key}:` part of the network pattern").items()) if pattern.has(key) else ()


def _digests(pattern: Section, key: str) -> tuple[str, ...]:
    found = pattern.texts(key)
    wrong = next((text for text in found if _DIGEST.fullmatch(text) is None), None)
    if wrong is not None:
        raise pattern.error(f"`{key}:` lists digests of 64 hexadecimal digits in lower case, not {quoted(wrong)}.", key)
    return found


def _shapes(pattern: Section, key: str, text: str) -> tuple[ShapePattern, ...]:
    return tuple(_shape(pattern, key, part) for part in text.split("|"))


def _shape(pattern: Section, key: str, text: str) -> ShapePattern:
    return tuple(_axis(pattern, key, axis) for axis in text.split("x"))


def _axis(pattern: Section, key: str, text: str) -> AxisPattern:
    return () if text in ("", "?") else tuple(_range(pattern, key, part) for part in text.split("/"))


def _range(pattern: Section, key: str, text: str) -> Range:
    if not text:
        return Range()
    written = _RANGE.fullmatch(text)
    if written is None:
        raise _not_a_number(pattern, key, text)
    least = int(written["least"]) * _UNITS[written["unit"]]
    if written["dots"] is None:
        return Range(least, least)
    most = int(written["most"]) * _UNITS[written["most_unit"]] if written["most"] else -1
    if 0 <= most < least:
        raise _not_a_number(pattern, key, text)
    return Range(least, most)


def _not_a_number(pattern: Section, key: str, text: str) -> SignatureError:
    return pattern.error(f"`{key}:` cannot read {quoted(text)}; write a number, a range such as 20..120, or 1M...", key)


def _in_one_line(pattern: Section) -> str:
    parts = []
    for key in _KEYS:
        if not pattern.has(key):
            continue
        if key in ("layers", "weights"):
            value = ", ".join(f"{name} {count}" for name, count in _counted(pattern, key))
        elif key in ("picture", "output_width", "output_count", "parameters"):
            value = pattern.text(key)
        else:
            value = ", ".join(text[:16] if key in ("architecture", "topology") else text for text in pattern.texts(key))
        parts.append(f"{key.replace('_', ' ')} {value}")
    return "; ".join(parts)
