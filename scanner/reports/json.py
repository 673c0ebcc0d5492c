"""The JSON report: the document itself, from which every other format can be rendered later."""

import re

import msgspec

from scanner.model.report import SCHEMA_VERSION, Report
from scanner.reports.format import RenderOptions, ReportFormat
from scanner.reports.shared_texts import shared

FORMAT = ReportFormat(name="json", suffix=".json", line="Everything the scan says, for programs and for other formats.")

_ENCODER = msgspec.json.Encoder(order="deterministic")
_STEERING = re.compile("[\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def render(report: Report, options: RenderOptions) -> str:  # noqa: ARG001 - every format has this signature
    """The report as JSON, a line for each entry of its lists; equal reports give equal bytes.

    Characters that would steer a terminal are written as `\\uXXXX`, which decodes to the same text.
    """
    parts = msgspec.json.decode(_encode(shared(report)), type=dict[str, msgspec.Raw])
    lines = [f' "{name}": {_in_lines(bytes(part))}' for name, part in parts.items()]
    return _STEERING.sub(_written_out, "{\n" + ",\n".join(lines) + "\n}") + "\n"


def _in_lines(encoded: bytes) -> str:
    """A list with each of its entries on a line, anything else on one: half the size of JSON that is indented."""
    if not encoded.startswith(b"[") or encoded == b"[]":
        return encoded.decode()
    entries = msgspec.json.decode(encoded, type=list[msgspec.Raw])
    return "[\n  " + ",\n  ".join(bytes(entry).decode() for entry in entries) + "\n ]"


def schema() -> str:
    """The JSON Schema (draft 2020-12) of the report, from the types."""
    (root,), definitions = msgspec.json.schema_components((Report,), ref_template="#/$defs/{name}")
    definitions["Report"]["properties"]["schema_version"] = {"const": SCHEMA_VERSION}
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Report of a static scan for face-recognition technology, version {SCHEMA_VERSION}",
        **root,
        "$defs": dict(sorted(definitions.items())),
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def _encode(report: Report) -> bytes:
    try:
        return _ENCODER.encode(report)
    except UnicodeEncodeError:
        # A lone surrogate got past a reader. The report of a long scan must not be lost for it.
        return _ENCODER.encode(_without_surrogates(msgspec.to_builtins(report, order="deterministic")))


def _without_surrogates(value: object) -> object:
    if isinstance(value, str):
        return _SURROGATE.sub(_written_out, value)
    if isinstance(value, dict):
        return {_without_surrogates(key): _without_surrogates(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_surrogates(item) for item in value]
    return value


def _written_out(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"
