"""Proof: what a signature claims can be shown, and it claims something of its own."""

import re
from collections.abc import Iterator

from scanner.catalogue.lints import Flaw, Surroundings, indicators_of, rule
from scanner.model.technology import Technology

_NAMES_AN_ARTIFACT = re.compile(
    r"""[^\W\d_]{2}.*\d | \d.*[^\W\d_]{2}   # a name and a version
      | (?:^|\s)[\w-]+/[\w.-]+             # a repository, owner/name
      | (?:^|\s)(?:[\w-]+\.)+[a-z]{2,}/\S+ # a page of the vendor's""",
    re.VERBOSE,
)


_NAMES_A_SEARCH = re.compile(
    r"\bsearch(?:es|ed)? of\b|\b(?:string|code|web|text|source) search|\bpublic sources?\b", re.IGNORECASE
)
"""A search that found something is no artifact: nobody can look into it again."""


@rule(
    "Write name and version (boto3 1.40.0) or the public repository (owner/name); `verified: false` if nobody saw it."
)
def seen_in_names_an_artifact(technology: Technology, _: Surroundings) -> Iterator[Flaw]:
    """`seen_in` names a real artifact that a reader can get and look into."""
    for indicator in indicators_of(technology):
        if indicator.seen_in and not _is_an_artifact(indicator.seen_in):
            yield Flaw(indicator.line, f"'{indicator.seen_in}' names no artifact that a reader could look into.")


def _is_an_artifact(seen_in: str) -> bool:
    return _NAMES_AN_ARTIFACT.search(seen_in) is not None and _NAMES_A_SEARCH.search(seen_in) is None


@rule("Add `grants:` to the indicators that prove a capability, or `capabilities:` for what mere presence grants.")
def grants_something(technology: Technology, _: Surroundings) -> Iterator[Flaw]:
    """The technology has capabilities, or an indicator grants some."""
    if not technology.capabilities and not any(indicator.grants for indicator in technology.indicators):
        yield Flaw(1, "neither the technology nor one of its indicators grants a capability.")


@rule("Add an example whose `gives:` holds the signature's own id.")
def has_a_positive_example(technology: Technology, _: Surroundings) -> Iterator[Flaw]:
    """At least one example must match."""
    if not any(technology.id in example.gives for example in technology.examples):
        yield Flaw(1, "no example shows what the signature must find.")


@rule("Add an example with `gives: []` for each kind of look-alike, so that a test shows it stays silent.")
def lookalikes_have_silent_examples(technology: Technology, _: Surroundings) -> Iterator[Flaw]:
    """Each kind of look-alike has an example that must stay silent."""
    silent = sum(not example.gives for example in technology.examples)
    kinds = list(dict.fromkeys(lookalike.kind for lookalike in technology.lookalikes))
    for kind in kinds[silent:]:
        line = next(lookalike.line for lookalike in technology.lookalikes if lookalike.kind == kind)
        yield Flaw(line, f"the look-alikes of kind {kind} have no example with `gives: []`.")


@rule("Correct the id in `gives:`, or add the signature it names.")
def examples_give_known_technologies(technology: Technology, surroundings: Surroundings) -> Iterator[Flaw]:
    """Examples name only technologies of the catalogue."""
    for example in technology.examples:
        for unknown in sorted({*example.gives} - surroundings.ids):
            yield Flaw(example.line, f"the example '{example.name}' gives '{unknown}', which is in no signature.")


@rule("Leave it with the technology it belongs to; where both are meant, tell them apart with a condition under `all`.")
def belongs_to_one_technology(technology: Technology, surroundings: Surroundings) -> Iterator[Flaw]:
    """No other technology has the same indicator."""
    seen = set()
    for indicator in technology.indicators:
        what = (indicator.kind, indicator.value)
        others = [id_ for id_ in surroundings.owners_of(indicator) if id_ != technology.id]
        if others and not indicator.all_of:
            yield Flaw(indicator.line, f"{indicator.kind} '{indicator.value}' is also an indicator of {others[0]}.")
        if what in seen and not indicator.all_of and not indicator.versions:
            yield Flaw(indicator.line, f"{indicator.kind} '{indicator.value}' stands twice in this signature.")
        seen.add(what)
