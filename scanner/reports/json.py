"""The JSON report: the document itself, from which every other format can be rendered later."""

import re

import msgspec

from scanner.model.law import Assessment
from scanner.model.report import SCHEMA_VERSION, Report
from scanner.reports.format import RenderOptions, ReportFormat
from scanner.reports.shared_texts import shared

FORMAT = ReportFormat(name="json", suffix=".json", line="Everything the scan says, for programs and for other formats.")

_ENCODER = msgspec.json.Encoder(order="deterministic")
_STEERING = re.compile("[\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def render(report: Report, options: RenderOptions) -> str:  # noqa: ARG001 - every format has this signature
    """The report as JSON, indented by two spaces; equal reports give equal bytes.

    Characters that would steer a terminal are written as `\\uXXXX`, which decodes to the same text.
    """
    report = shared(report)
    lines = [_encode(one) for one in report.assessments] if report.texts else []
    if lines:  # a line each; indented, they would be most of the file
        report = msgspec.structs.replace(report, assessments=())
    encoded = msgspec.json.format(_encode(report), indent=2)
    if lines:
        encoded = encoded.replace(
            b'\n  "assessments": []', b'\n  "assessments": [\n' + b",\n".join(lines) + b"\n  ]", 1
        )
    return _STEERING.sub(_written_out, encoded.decode()) + "\n"


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


def _encode(report: Report | Assessment) -> bytes:
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
