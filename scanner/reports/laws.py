"""Assessments as formats show them: by law, equal outcomes told once, questions asked once."""

from collections import defaultdict
from collections.abc import Sequence

import msgspec

from scanner.model.law import Assessment, Element, ExceptionState, ExceptionText, OrdinanceText, Quote
from scanner.model.report import Report
from scanner.model.vocabulary import Claim, Met, Operator, Outcome
from scanner.reports import words
from scanner.reports.findings import component_name
from scanner.reports.printable import printable, prose

_GRAVITY = tuple(words.OUTCOMES)
_CONFIDENCE = ("high", "medium", "low")
_NARROWEST = 2
"""Hyphens in the id of a city or county (`us-ma-boston`); further ones belong to its name."""
QUIET = frozenset({Outcome.NOT_REACHED, Outcome.NOT_APPLICABLE})
"""Outcomes that ask nothing of anybody."""


class ElementView(msgspec.Struct, frozen=True, kw_only=True):
    """One element of a law with the distinct reasons given for it."""

    name: str
    met: Met
    met_word: str
    reasons: tuple[str, ...]


class OutcomeGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Assessments of one law that differ only in what they assume or are about."""

    outcome: Outcome
    word: str
    sign: str
    assumptions: str
    """`the operator is a city agency or city police`; empty if nothing was assumed."""
    short_assumptions: str
    """The same without the place where the law holds, which its name tells."""
    about: tuple[str, ...]
    """The situations, each by its id and components."""
    count: int
    """How many assessments stand behind it."""
    elements: tuple[ElementView, ...]

    @property
    def is_quiet(self) -> bool:
        """Whether this outcome asks nothing of anybody."""
        return self.outcome in QUIET


class ExceptionView(msgspec.Struct, frozen=True, kw_only=True):
    """One exception of a law, with the facts that a person must confirm."""

    text: str
    state: str
    note: str
    """Why a claim fits in part only."""
    facts: tuple[str, ...]
    does_not_excuse: tuple[str, ...]
    verified: bool
    is_claimed: bool = False
    """Whether somebody claims it, at least in part."""


class QuoteView(msgspec.Struct, frozen=True, kw_only=True):
    """Words of a law."""

    term: str
    words: str
    source: str
    verified: bool


class LawView(msgspec.Struct, frozen=True, kw_only=True):
    """One law with everything that was asked of it."""

    id: str
    title: str
    citation: str
    jurisdiction: str
    place: str
    """The jurisdiction as people call it."""
    status: str
    verified: str
    confidence: str
    """How well its text was seen: `high`, `medium`, `low`; empty if nothing is known of it."""
    groups: tuple[OutcomeGroup, ...]
    exceptions: tuple[ExceptionView, ...]
    """Empty if no outcome asks for anything."""
    quotes: tuple[QuoteView, ...]
    duties: tuple[str, ...]
    remedies: str
    enforcement: str
    sources: tuple[str, ...]
    unverified: tuple[str, ...]

    @property
    def is_little_seen(self) -> bool:
        """Whether most of what is said of the law was not verified in its text."""
        return self.confidence == "low"

    @property
    def is_quiet(self) -> bool:
        """Whether the law asks nothing of anybody here."""
        return all(group.is_quiet for group in self.groups)


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A question whose answer would settle something, and the laws that wait for it."""

    text: str
    laws: tuple[str, ...]
    law_ids: tuple[str, ...] = ()


def by_gravest(laws: Sequence[LawView]) -> list[tuple[Outcome, list[LawView]]]:
    """Laws by their gravest outcome, the gravest first."""
    together: dict[Outcome, list[LawView]] = defaultdict(list)
    for law in laws:
        together[law.groups[0].outcome].append(law)
    return [(outcome, together[outcome]) for outcome in words.OUTCOMES if outcome in together]


def view_laws(report: Report) -> tuple[LawView, ...]:
    """Every law that was asked, in the order of `_rank`."""
    asked: dict[str, list[Assessment]] = defaultdict(list)
    for assessment in report.assessments:
        asked[assessment.ordinance].append(assessment)
    texts = {text.id: text for text in report.ordinances}
    situations = _situation_names(report)
    views = [_view_law(texts.get(law), law, entries, situations) for law, entries in asked.items()]
    return tuple(sorted(views, key=_rank))


def _rank(view: LawView) -> tuple[int, int, int]:
    """The gravest outcome first, then the narrowest territory, then the law whose text is best known."""
    gravest = min(_GRAVITY.index(group.outcome) for group in view.groups)
    sure = _CONFIDENCE.index(view.confidence) if view.confidence in _CONFIDENCE else len(_CONFIDENCE)
    return gravest, -min(view.jurisdiction.count("-"), _NARROWEST), sure


def view_questions(report: Report) -> tuple[Question, ...]:
    """Each question once, those that most laws wait for first."""
    titles = {text.id: prose(text.title) for text in report.ordinances}
    waiting: dict[str, dict[str, None]] = {}
    for assessment in report.assessments:
        for question in assessment.questions:
            waiting.setdefault(question, {})[assessment.ordinance] = None
    questions = [
        Question(
            text=prose(text),
            laws=tuple(titles.get(law, printable(law)) for law in laws),
            law_ids=tuple(printable(law) for law in laws),
        )
        for text, laws in waiting.items()
    ]
    return tuple(sorted(questions, key=lambda question: -len(question.laws)))


def _view_law(text: OrdinanceText | None, law: str, entries: list[Assessment], situations: dict[str, str]) -> LawView:
    if text is None:
        text = OrdinanceText(id=law, title=law, citation="", jurisdiction="", quotes=(), sources=(), verified="")
    asking = [entry for entry in entries if entry.outcome not in QUIET]
    return LawView(
        id=printable(text.id),
        title=prose(text.title),
        citation=prose(text.citation),
        jurisdiction=printable(text.jurisdiction),
        place=_place(text.jurisdiction),
        status=prose(text.status),
        verified=prose(text.verified),
        confidence=printable(text.confidence),
        groups=_groups(entries, situations),
        exceptions=_exceptions(asking, text.exceptions),
        quotes=tuple(_view_quote(quote) for quote in text.quotes),
        duties=tuple(_duty_lines(text)) if asking else (),
        remedies=prose(text.remedies) if asking else "",
        enforcement=prose(text.enforcement) if asking else "",
        sources=tuple(printable(source) for source in text.sources),
        unverified=tuple(prose(line) for line in text.unverified),
    )


def _view_quote(quote: Quote) -> QuoteView:
    return QuoteView(
        term=prose(quote.term), words=prose(quote.words), source=printable(quote.source), verified=quote.verified
    )


def _duty_lines(text: OrdinanceText) -> list[str]:
    lines = []
    for duty in text.duties:
        who = f" (who: {duty.who})" if duty.who else ""
        deadline = f" (when: {duty.deadline})" if duty.deadline else ""
        lines.append(prose(f"{duty.text}{who}{deadline}{'' if duty.verified else ' [not verified]'}"))
    return lines


def _situation_names(report: Report) -> dict[str, str]:
    names = {component.id: component_name(component) for component in report.components}
    names.update((finding.component.id, component_name(finding.component)) for finding in report.findings)
    told = {}
    for situation in report.situations:
        components = [names.get(component, printable(component)) for component in situation.components]
        told[situation.id] = f"{printable(situation.id)} ({words.listed(components)})"
    return told


def _groups(entries: list[Assessment], situations: dict[str, str]) -> tuple[OutcomeGroup, ...]:
    alike: dict[tuple[object, ...], list[Assessment]] = defaultdict(list)
    for entry in entries:
        alike[(entry.outcome, *((element.name, element.met) for element in entry.elements))].append(entry)
    groups = [group for members in alike.values() for group in _by_assumption(members, situations)]
    return tuple(sorted(groups, key=lambda group: _GRAVITY.index(group.outcome)))


def _by_assumption(members: list[Assessment], situations: dict[str, str]) -> list[OutcomeGroup]:
    """Put together the situations that were asked under the same assumptions."""
    asked: dict[str, list[Assessment]] = defaultdict(list)
    for member in members:
        asked[member.situation].append(member)
    alike: dict[str, list[str]] = defaultdict(list)
    for situation, entries in asked.items():
        alike[_assumptions(entries)].append(situation)
    outcome = members[0].outcome
    return [
        OutcomeGroup(
            outcome=outcome,
            word=words.OUTCOMES[outcome][0],
            sign=words.OUTCOME_SIGNS[outcome],
            assumptions=assumptions,
            short_assumptions=_assumptions([entry for name in names for entry in asked[name]], without="jurisdiction"),
            about=tuple(situations.get(name, printable(name)) for name in names),
            count=sum(len(asked[name]) for name in names),
            elements=_elements([entry for name in names for entry in asked[name]]),
        )
        for assumptions, names in alike.items()
    ]


def _assumptions(entries: list[Assessment], without: str = "") -> str:
    """One clause for all: `the operator is a, b or c`; each set of facts apart if more than one fact varies."""
    distinct = list(
        dict.fromkeys(
            tuple(sorted((name, value) for name, value in entry.assuming.items() if name != without))
            for entry in entries
        )
    )
    values: dict[str, dict[str, None]] = defaultdict(dict)
    for facts in distinct:
        for name, value in facts:
            values[name][value] = None
    varying = sum(len(choices) > 1 for choices in values.values())
    same_names = len({tuple(name for name, _ in facts) for facts in distinct}) == 1
    if same_names and varying <= 1:
        return " and ".join(_clause(name, list(choices)) for name, choices in values.items())
    return "; or ".join(" and ".join(_clause(name, [value]) for name, value in facts) for facts in distinct)


def _clause(name: str, values: list[str]) -> str:
    if name == "jurisdiction":
        return f"it is run in {words.listed([_place(value) for value in values], len(values), 'or')}"
    told = [_operator(value) if name == "operator" else printable(value) for value in values]
    return f"the {_plain(name)} is {words.listed(told, len(told), 'or')}"


def _place(jurisdiction: str) -> str:
    """What people call it, printable."""
    from scanner.ordinances.place_names import place_name  # with it come the laws, of which most reports have none

    return printable(place_name(jurisdiction))


def _operator(value: str) -> str:
    return words.OPERATORS[Operator(value)] if value in list(Operator) else printable(value)


def _plain(word: str) -> str:
    return printable(words.plain(word))


def _elements(entries: list[Assessment]) -> tuple[ElementView, ...]:
    together: dict[tuple[str, Met], dict[str, None]] = {}
    elements: list[Element] = [element for entry in entries for element in entry.elements]
    for element in elements:
        together.setdefault((element.name, element.met), {})[prose(element.reason)] = None
    return tuple(
        ElementView(name=_plain(name), met=met, met_word=words.MET[met], reasons=tuple(filter(None, reasons)))
        for (name, met), reasons in together.items()
    )


def _exceptions(entries: list[Assessment], texts: tuple[ExceptionText, ...]) -> tuple[ExceptionView, ...]:
    order = tuple(words.CLAIMS)
    known = {text.id: text for text in texts}
    distinct: dict[tuple[str, str], ExceptionState] = {}
    for entry in entries:
        for exception in entry.exceptions:
            distinct.setdefault((exception.id, exception.state), exception)
    ranked = sorted(distinct.values(), key=lambda exception: order.index(exception.state))
    return tuple(_exception(state, known.get(state.id, ExceptionText(id=state.id, text=state.id))) for state in ranked)


def _exception(state: ExceptionState, text: ExceptionText) -> ExceptionView:
    return ExceptionView(
        text=prose(text.text),
        state=words.CLAIMS[state.state],
        note=prose(state.note),
        facts=tuple(prose(fact) for fact in text.facts_to_confirm),
        does_not_excuse=tuple(prose(line) for line in text.does_not_excuse),
        verified=text.verified,
        is_claimed=state.state in {Claim.CLAIMED, Claim.CLAIMED_IN_PART},
    )
