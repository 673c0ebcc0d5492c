"""Anchoring: patterns that are narrow enough to mean this technology and nothing else.

The mistakes these rules look for were all made by others: a package prefix cut in the middle of a name hit a
download manager, a file name matched in part hit a firewall module, a bare number made every program a compressor.
"""

import re
from collections.abc import Iterator

from scanner.catalogue.lints import Flaw, Surroundings, indicators_of, rule
from scanner.catalogue.pattern import compile_pattern
from scanner.model.technology import Indicator, Technology
from scanner.model.vocabulary import IndicatorKind

LANGUAGES = ("python", "js", "java", "objc", "swift", "dotnet")
_CODE = (IndicatorKind.IMPORT, IndicatorKind.CALL, IndicatorKind.CLASS)
_FEWEST_LETTERS = 6
_FEWEST_NAME_LETTERS = 4
_DOTS_OF_A_VENDOR = {"java": 2}
"""`com.vendor.` is the shortest prefix that belongs to anybody."""

_GENERIC_ENDING = re.compile(
    r"\.(?:so[.0-9]*|a|dll|dylib|exe|jar|js|py|json|xml|txt|zip|bin|dat|data|model|onnx|tflite|pb|pt|pth|h5|param)$",
    re.IGNORECASE,
)
"""Endings that say nothing of whose file it is."""


@rule("Begin the value with the language and a colon: java:com.vendor.Sdk.")
def has_language_prefix(technology: Technology, _: Surroundings) -> Iterator[Flaw]:
    """Imports, calls and classes name their language."""
    for indicator in _of_kinds(technology, *_CODE):
        language, colon, name = indicator.value.partition(":")
        if not colon or language not in LANGUAGES or not name:
            yield Flaw(indicator.line, f"'{indicator.value}' does not begin with one of: {', '.join(LANGUAGES)}.")


@rule("End a prefix at a whole name: java:com.vendor.sdk.* instead of java:com.vendor.sd*.")
def prefix_ends_at_a_name(technology: Technology, _: Surroundings) -> Iterator[Flaw]:
    """A prefix of packages, modules or classes ends with a whole part of the name."""
    for indicator in _of_kinds(technology, *_CODE):
        language, _colon, name = indicator.value.partition(":")
        if "*" in name or "?" in name:
            problem = _prefix_problem(language, name, indicator.kind)
            if problem:
                yield Flaw(indicator.line, f"'{indicator.value}' {problem}")


def _prefix_problem(language: str, name: str, kind: IndicatorKind) -> str:
    prefix = compile_pattern(name).literal_prefix
    if len(prefix) < _FEWEST_NAME_LETTERS or prefix.count(".") < _DOTS_OF_A_VENDOR.get(language, 0):
        return "would match the code of many vendors; more must stand before the wildcard."
    part = re.split(r"[./$]", prefix)[-1]
    is_class_or_function = part[:1].isupper() or kind is IndicatorKind.CALL
    if part and not (is_class_or_function and len(part) >= _FEWEST_NAME_LETTERS):
        return "cuts a name in the middle, so it also matches other packages that begin alike."
    return ""


@rule("Write the whole file name; a wildcard may stand for a version or a platform inside it.")
def file_name_is_anchored(technology: Technology, _: Surroundings) -> Iterator[Flaw]:
    """File and library names are base names that begin with something of the technology's own."""
    for indicator in _of_kinds(technology, IndicatorKind.FILE, IndicatorKind.LIBRARY):
        value = indicator.value
        own = _GENERIC_ENDING.sub("", value.removeprefix("lib"))
        if "/" in value or "\\" in value:
            yield Flaw(indicator.line, f"'{value}' holds a folder; only the name of the file itself is compared.")
        elif value.startswith(("*", "?")):
            yield Flaw(indicator.line, f"'{value}' begins with a wildcard, so any name may stand before it.")
        elif len(re.sub(r"[^0-9A-Za-z\u0080-\uffff]", "", own)) < _FEWEST_NAME_LETTERS:
            yield Flaw(indicator.line, f"'{value}' is too short a name to be one technology's own.")


@rule("Take a longer text that holds a word of the product, at least 6 characters before any wildcard.")
def bytes_are_long_enough(technology: Technology, _: Surroundings) -> Iterator[Flaw]:
    """What is searched in bytes is long enough not to occur by chance."""
    for indicator in _of_kinds(technology, IndicatorKind.STRING, IndicatorKind.SYMBOL):
        value = indicator.value
        literal = value.partition("*")[0] if indicator.kind is IndicatorKind.SYMBOL else value
        if len(literal) < _FEWEST_LETTERS:
            yield Flaw(indicator.line, f"'{value}' has fewer than {_FEWEST_LETTERS} characters to search for.")
        elif re.search(r"[^\W\d_]{3}", literal) is None:
            yield Flaw(indicator.line, f"'{value}' holds no word.")


@rule("Write host or host/path without https:// and without spaces, such as api.vendor.com/v1/faces.")
def endpoint_is_a_host(technology: Technology, _: Surroundings) -> Iterator[Flaw]:
    """An endpoint is a host name, or a host name and a path."""
    for indicator in _of_kinds(technology, IndicatorKind.ENDPOINT):
        host = indicator.value.partition("/")[0]
        is_host = re.fullmatch(r"(?:[a-z0-9_*-]+\.)+[a-z]{2,}(?::[0-9]+)?", host, re.IGNORECASE)
        literal = host.replace("*", "").replace(".", "")
        if is_host is None or "://" in indicator.value or re.search(r"\s", indicator.value):
            yield Flaw(indicator.line, f"'{indicator.value}' is no host name or host name with a path.")
        elif len(literal) < _FEWEST_LETTERS:
            yield Flaw(indicator.line, f"'{indicator.value}' would match the hosts of many vendors.")


@rule("Name the folders or names that really look alike; what a look-alike covers is never found.")
def lookalike_is_narrow(technology: Technology, _: Surroundings) -> Iterator[Flaw]:
    """A look-alike does not cover everything."""
    for lookalike in technology.lookalikes:
        if len(re.sub(r"[*?/.]", "", lookalike.value)) < _FEWEST_NAME_LETTERS:
            yield Flaw(lookalike.line, f"the look-alike '{lookalike.value}' would hide too much.")


def _of_kinds(technology: Technology, *kinds: IndicatorKind) -> Iterator[Indicator]:
    return (indicator for indicator in indicators_of(technology) if indicator.kind in kinds)
