"""One signature file, decoded: YAML → `Technology`, with file and line in every error.

Checked here is what the engine relies on: which keys there are, the closed sets of words, and values that could never
match. Whether a signature is a good one is asked by `lint`.
"""

import re

import msgspec

from scanner.catalogue.decode_network import decode_network
from scanner.catalogue.section import Section
from scanner.catalogue.signature_error import quoted
from scanner.catalogue.yaml_tree import read_tree
from scanner.model.network import NetworkPattern
from scanner.model.observation import Observation
from scanner.model.technology import Example, Indicator, LookAlike, Technology
from scanner.model.vocabulary import Capability, GivesWay, IndicatorKind, Presence, TechnologyKind, Weight

_KINDS = tuple(IndicatorKind)
_TECHNOLOGY_KEYS = (
    *("id", "name", "vendor", "kind", "summary", "references", "capabilities", "general_purpose", "gives_way"),
    *("indicators", "lookalikes", "examples"),
)
_CONDITION_KEYS = (*_KINDS, "seen_in", "verified", "versions", "size_bytes", "note")
_INDICATOR_KEYS = (*_CONDITION_KEYS, "grants", "presence", "weight", "general_purpose", "needs", "switches_off", "all")
_LOOKALIKE_KEYS = ("path", *_KINDS, "why")
_EXAMPLE_KEYS = (
    *("name", "gives", "capabilities", "presence"),
    *("observations", "data", "artifact_type", "artifact_name"),
)
_VERSIONS = re.compile(r"(?:>=|<=|==|!=|>|<) ?[0-9A-Za-z.+~:_-]+(?:, ?(?:>=|<=|==|!=|>|<) ?[0-9A-Za-z.+~:_-]+)*")
_WHOLE_FILE = "sha256:"
_HASH = re.compile(r"(?:weights-)?sha256:[0-9a-f]{64}")
_ANDROID = re.compile(r"(?:permission|feature|component|meta-data|library):[^\s:].*")
_PURL = re.compile(r"pkg:[a-z][a-z0-9.+-]*(?:/[^/\s]+)+")


def decode_technology(content: bytes, file: str, yara_source: str = "") -> Technology:
    """Decode a signature file.

    `file` is its path below the signatures folder, `group/id.yaml`; `yara_source` the text of the .yar beside it.
    Raises `SignatureError` at the first mistake.
    """
    top = Section(read_tree(content, file), file, "signature", _TECHNOLOGY_KEYS)
    kind = top.word("kind", TechnologyKind)
    if kind is None:
        raise top.error(f"the signature has no `kind:`; it is one of: {', '.join(TechnologyKind)}.")
    return Technology(
        id=top.required("id"),
        name=top.required("name"),
        vendor=top.required("vendor"),
        kind=kind,
        group=file.partition("/")[0],
        summary=top.required("summary"),
        references=top.texts("references"),
        capabilities=top.words("capabilities", Capability),
        general_purpose=top.flag("general_purpose") or False,
        gives_way=top.word("gives_way", GivesWay),
        indicators=_indicators(top),
        lookalikes=tuple(_lookalike(s) for s in top.sections("lookalikes", "look-alike", _LOOKALIKE_KEYS)),
        examples=tuple(_example(s) for s in top.sections("examples", "example", _EXAMPLE_KEYS)),
        yara_source=yara_source,
        file=file,
    )


def _indicators(top: Section) -> tuple[Indicator, ...]:
    found = tuple(_indicator(s) for s in top.sections("indicators", "indicator", _INDICATOR_KEYS))
    if not found:
        raise top.error("the signature has no indicator, so it can never match; add one under `indicators:`.")
    return found


def _indicator(section: Section) -> Indicator:
    condition = _condition(section, _seen_in(section))
    needs = section.text("needs")
    if needs not in ("", "model"):
        raise section.error(f"`needs:` knows no {quoted(needs)}; it is: model.", "needs")
    switches_off = section.flag("switches_off") or False
    if switches_off and condition.kind is not IndicatorKind.CONFIG:
        raise section.error("`switches_off:` belongs to a setting (`config:`) only.", "switches_off")
    parts = section.sections("all", "condition under `all`", _CONDITION_KEYS)
    return msgspec.structs.replace(
        condition,
        grants=section.words("grants", Capability),
        presence=section.word("presence", Presence),
        weight=section.word("weight", Weight),
        general_purpose=section.flag("general_purpose"),
        needs=needs,
        switches_off=switches_off,
        all_of=tuple(_condition(part, _seen_in(part, inherited=condition.seen_in)) for part in parts),
    )


def _condition(section: Section, seen_in: str) -> Indicator:
    """What an indicator and a condition under its `all` have in common."""
    kind, value, network = _kind_and_value(section)
    size_bytes = section.number("size_bytes")
    is_of_a_file = kind is IndicatorKind.HASH and value.startswith(_WHOLE_FILE)
    if is_of_a_file and not size_bytes:
        raise section.error("a hash needs `size_bytes:`, so that only files of that size are hashed.")
    if size_bytes and not is_of_a_file:
        raise section.error("`size_bytes:` belongs to the hash of a whole file only.", "size_bytes")
    return Indicator(
        kind=kind,
        value=value,
        network=network,
        seen_in=seen_in,
        versions=_versions(section),
        size_bytes=size_bytes,
        note=section.text("note"),
        line=section.line,
    )


def _kind_and_value(section: Section) -> tuple[IndicatorKind, str, NetworkPattern | None]:
    kinds = [kind for kind in IndicatorKind if section.has(kind)]
    if not kinds:
        raise section.error(f"the {section.what} names no kind of thing to look at; add one of: {', '.join(_KINDS)}.")
    if len(kinds) > 1:
        both = " and ".join(f"`{kind}`" for kind in kinds)
        raise section.error(
            f"the {section.what} holds {both}; one entry looks at one kind of thing, so make two of it.", kinds[1]
        )
    kind = kinds[0]
    if kind is IndicatorKind.NETWORK:
        network = decode_network(section, kind)
        return kind, network.text, network
    value = section.text(kind)
    problem = _value_problem(kind, value)
    if problem:
        raise section.error(problem, kind)
    return kind, value, None


def _value_problem(kind: IndicatorKind, value: str) -> str:
    """Why a value could never match, as a sentence; "" if it could."""
    if kind is IndicatorKind.HASH and _HASH.fullmatch(value) is None:
        return f"{quoted(value)} is no hash; write sha256: or weights-sha256: and 64 hexadecimal digits in lower case."
    if kind is IndicatorKind.ANDROID and _ANDROID.fullmatch(value) is None:
        return f"{quoted(value)} must begin with permission:, feature:, component:, meta-data: or library:."
    if kind is IndicatorKind.PACKAGE:
        return _purl_problem(value)
    return ""


def _purl_problem(value: str) -> str:
    if _PURL.fullmatch(value) is None:
        return f"{quoted(value)} is no package URL; write it as pkg:type/namespace/name."
    if "@" in value or "?" in value or "#" in value:
        return (
            f"{quoted(value)} must be without version, qualifiers (?) and subpath (#); write @ in a name as %40, and "
            "a condition on the version as `versions:`."
        )
    if "*" in value:
        return ""  # a pattern has no normal form
    from packageurl import PackageURL

    try:
        normal = PackageURL.from_string(value).to_string()
    except ValueError as error:
        return f"{quoted(value)} is no package URL: {error}"
    return "" if normal == value else f"{quoted(value)} is spelt differently in a normalised package URL: {normal}."


def _versions(section: Section) -> str:
    versions = section.text("versions")
    if versions and _VERSIONS.fullmatch(versions) is None:
        raise section.error(
            f"`versions:` cannot be {quoted(versions)}; write it like '>=4.5.4' or '>=2, <3'.", "versions"
        )
    return versions


def _seen_in(section: Section, inherited: str | None = None) -> str:
    """The real artifact an indicator was seen in; "" if it says that it is not verified.

    A condition under `all` may leave it to its indicator (`inherited`)."""
    seen_in, verified = section.text("seen_in"), section.flag("verified")
    if seen_in and verified is False:
        raise section.error("is either seen in an artifact or `verified: false`, not both.", "verified")
    if seen_in or verified is False:
        return seen_in
    if inherited is not None and verified is None:
        return inherited
    raise section.error(
        f"the {section.what} does not say what proves it; add `seen_in:` with the real artifact and its version, or "
        "`verified: false`."
    )


def _lookalike(section: Section) -> LookAlike:
    why = section.required("why")
    if section.has("path"):
        kinds = [kind for kind in IndicatorKind if section.has(kind)]
        if kinds:
            raise section.error(f"a look-alike is a path or a `{kinds[0]}`, not both; make two of it.", kinds[0])
        return LookAlike(kind="path", value=section.text("path"), why=why, line=section.line)
    kind, value, network = _kind_and_value(section)
    return LookAlike(kind=kind, value=value, network=network, why=why, line=section.line)


def _example(section: Section) -> Example:
    if section.has("data") == section.has("observations"):
        raise section.error("an example has either `observations:` or `data:`.")
    if not section.has("gives"):
        raise section.error("an example needs `gives:` with the ids it must find; [] means that it must stay silent.")
    return Example(
        name=section.required("name"),
        artifact_type=section.text("artifact_type") or "data",
        artifact_name=section.text("artifact_name") or "example",
        observations=_observations(section),
        data=_data(section),
        gives=section.texts("gives"),
        capabilities=section.words("capabilities", Capability),
        presence=section.word("presence", Presence),
        line=section.line,
    )


def _data(section: Section) -> str:
    data = section.exact_text("data")
    if any(ord(c) > 0xFF for c in data):
        raise section.error(
            "`data:` stands for bytes: characters up to U+00FF only; write others as \\x escapes.", "data"
        )
    return data


def _observations(section: Section) -> tuple[dict[str, object], ...]:
    parts = section.sections("observations", "observation", _OBSERVATION_KEYS)
    return tuple(_observation(part) for part in parts)


def _observation(section: Section) -> dict[str, object]:
    """An observation as it is serialised, complete with a place; its fields are those of model/observation.py."""
    written = {key: section.plain(key) for key in section.keys()}  # noqa: SIM118  (a Section is no dictionary)
    kind = written.get("kind", "")
    if not isinstance(kind, str) or kind not in _OBSERVATION_FIELDS:
        raise section.error(f"an observation has a `kind:`, one of: {', '.join(_OBSERVATION_FIELDS)}.", "kind")
    unknown = [key for key in written if key not in ("kind", *_OBSERVATION_FIELDS[kind])]
    if unknown:
        known = ", ".join(_OBSERVATION_FIELDS[kind])
        raise section.error(f"a {kind} observation has no {quoted(unknown[0])}; it may have: {known}.", unknown[0])
    try:
        # Not strict: every scalar of the file is text, also where a number is wanted.
        observation = msgspec.convert({"place": "example", **written}, Observation, strict=False)
    except msgspec.ValidationError as error:
        raise section.error(f"the {kind} observation is not complete: {error}.") from error
    # As the cache gives it back: lists, where `to_builtins` would leave tuples.
    built: dict[str, object] = msgspec.msgpack.decode(msgspec.msgpack.encode(observation))
    return built


def _fields_by_kind() -> dict[str, tuple[str, ...]]:
    """The fields of each kind of observation, from the types themselves."""
    return {str(fact.__struct_config__.tag): fact.__struct_fields__ for fact in Observation.__args__}


_OBSERVATION_FIELDS = _fields_by_kind()
_OBSERVATION_KEYS = tuple(sorted({"kind", *(field for fields in _OBSERVATION_FIELDS.values() for field in fields)}))
