"""A law as the terminal shows it: every field of its file, wrapped, with what was not verified marked."""

from collections.abc import Iterable, Iterator

from scanner.cli.wrapping import wrapped
from scanner.model.law import FactQuestion, Law, LawException

_NOT_VERIFIED = " [not verified]"


def described(law: Law, standing: str) -> Iterator[str]:
    """Every line about a law; `standing` says whether it is in force on the day in question."""
    yield from wrapped(law.title, "")
    yield from _section("Citation", [law.citation])
    yield from _section("Kind and place", [f"{law.kind}, {law.jurisdiction}"])
    yield from _section("Status", [standing, law.status, *_dates(law)])
    yield from _section("Governs", law.governs)
    yield from _section("Open whether it governs", (f"{who}: {d.why}" for who, d in law.operator_doubts.items()))
    yield from _section("Does not govern", law.does_not_govern)
    yield from _section("Where", [law.place_why, *(f"{where}: {d.why}" for where, d in law.place_doubts.items())])
    yield from _section("What for", [law.purpose_why, *(f"Stated by --purpose {word}." for word in law.purposes)])
    yield from _section("Definitions", _definitions(law))
    yield from _section("What the definition reaches", _reach(law))
    yield from _section("This rests on", [law.reach_basis])
    yield from _section("Acts", _acts(law))
    for exception in law.exceptions:
        yield from _section(f"Exception {exception.id}", _exception(exception))
    yield from _section("Processes and duties", _duties(law))
    yield from _section("Remedies", [law.remedies])
    yield from _section("Enforcement", [law.enforcement])
    yield from _section(f"Not verified (confidence {law.confidence})", law.unverified)
    yield from _section("Sources", law.sources)
    yield ""
    yield from wrapped("This is information from a scanner's data and no legal advice.", "")


def _dates(law: Law) -> Iterator[str]:
    for name, known in (("Adopted", law.adopted), ("In effect from", law.effective), ("Ends", law.expires)):
        if known.day or known.note:
            mark = "" if known.verified else _NOT_VERIFIED
            yield f"{name}: {' '.join(filter(None, (str(known.day or ''), known.note)))}{mark}"


def _definitions(law: Law) -> Iterator[str]:
    for definition in law.definitions:
        words = f" In its words: “{definition.words}”" if definition.words else ""
        mark = "" if definition.verified else _NOT_VERIFIED
        yield f"{definition.term}: {definition.paraphrase}{words} Source: {definition.source}.{mark}"


def _acts(law: Law) -> Iterator[str]:
    for act, rule in law.acts.items():
        at = f" from `{rule.presence}` on" if rule.reach != "not-reached" else ""
        yield f"{act}: {rule.reach}{at}. {rule.why}{'' if rule.verified else _NOT_VERIFIED}"


def _reach(law: Law) -> Iterator[str]:
    for capability, rule in law.reach.items():
        stage = " Counts as recognition does where it is a part of what recognises." if rule.with_recognition else ""
        asked = rule.question
        question = f" Ask: {asked}" if isinstance(asked, str) and asked else ""
        if isinstance(asked, FactQuestion):
            question = f" Ask (facts.{asked.fact}): {asked.ask}"
        yield f"{capability}: {rule.reach}. {rule.why}{stage}{question}"


def _exception(exception: LawException) -> Iterator[str]:
    yield f"{exception.text}{'' if exception.verified else _NOT_VERIFIED}"
    yield f"For: {', '.join(exception.capabilities)}{'; acts: ' if exception.acts else ''}{', '.join(exception.acts)}."
    yield f"Claimed by --purpose {' or '.join(exception.purposes)}."
    for number, fact in enumerate(exception.facts_to_confirm, 1):
        yield f"Fact {number} to confirm: {fact}"
    yield from (f"Does not excuse: {line}" for line in exception.does_not_excuse)
    if exception.source:
        yield f"Source: {exception.source}."


def _duties(law: Law) -> Iterator[str]:
    for duty in law.duties:
        who = f" Who: {duty.who}." if duty.who else ""
        deadline = f" When: {duty.deadline}." if duty.deadline else ""
        yield f"{duty.text}{who}{deadline}{'' if duty.verified else _NOT_VERIFIED}"


def _section(title: str, texts: Iterable[str]) -> Iterator[str]:
    shown = [text for text in texts if text]
    if not shown:
        return
    yield ""
    yield title
    for text in shown:
        yield from wrapped(text, "  - ")
