"""Answers to the laws' questions in a `deployment.toml`:

[facts]                                # yes or no, once for every law that asks
gallery = true

[readings.us-ma-boston]                # how somebody who may reads a law where its text leaves something open
detection = "not-reached"

[exceptions.bos-device-authentication] # which facts of an exception hold, by their number in its list
confirmed = [1, 2]
denied = []
"""

from collections.abc import Iterator, Mapping, Sequence

from scanner.model.law import ActRule, CapabilityReach, Checked, FactQuestion, Law, Reading
from scanner.model.vocabulary import Reach
from scanner.ordinances.settle import unclear
from scanner.ordinances.stated_word import DeploymentError, one_of

ANSWER_TABLES = ("facts", "readings", "exceptions")
_READ = (str(Reach.REACHED), str(Reach.NOT_REACHED))


def facts_of(stated: object, laws: Sequence[Law]) -> dict[str, bool]:
    """The table `[facts]`. Raises `DeploymentError`."""
    known = tuple(sorted({question.fact for law in laws for question in fact_questions(law)}))
    facts = {}
    for name, answer in _table("facts", stated).items():
        if not isinstance(answer, bool):
            raise DeploymentError(f"`facts.{name}` must be true or false.")
        facts[one_of("fact", name, known)] = answer
    return facts


def readings_of(stated: object, laws: Sequence[Law]) -> tuple[Reading, ...]:
    """The tables `[readings.LAW]`. Raises `DeploymentError`, also where a law leaves nothing open."""
    by_id = {law.id: law for law in laws}
    readings = []
    for name, table in _table("readings", stated).items():
        law = by_id[one_of("ordinance", name, tuple(by_id))]
        for subject, value in _table(f"readings.{law.id}", table).items():
            reach = Reach(one_of("reading", str(value), _READ))
            readings.append(Reading(ordinance=law.id, subject=_subject(law, subject), reach=reach))
    return tuple(readings)


def _subject(law: Law, word: str) -> str:
    open_words = unclear(law)
    if word not in open_words and word in {*map(str, law.reach), *map(str, law.acts)}:
        raise DeploymentError(
            f"`readings.{law.id}.{word}`: that law's text leaves {word} not open, so there is nothing to read; "
            "a decision about a component belongs in a determination table or a waiver."
        )
    return one_of("capability or act", word, open_words)


def checked_of(stated: object, laws: Sequence[Law]) -> tuple[Checked, ...]:
    """The tables `[exceptions.ID]`. Raises `DeploymentError`."""
    known = {exception.id: exception for law in laws for exception in law.exceptions}
    checked = []
    for name, table in _table("exceptions", stated).items():
        exception = known[one_of("exception", name, tuple(known))]
        lists = _table(f"exceptions.{exception.id}", table)
        for key in lists:
            one_of("key", key, ("confirmed", "denied"))
        confirmed, denied = (
            _numbers(exception.id, key, lists.get(key, []), len(exception.facts_to_confirm))
            for key in ("confirmed", "denied")
        )
        both = sorted(set(confirmed) & set(denied))
        if both:
            raise DeploymentError(f"`exceptions.{exception.id}`: fact {both[0]} is both confirmed and denied.")
        checked.append(Checked(exception=exception.id, confirmed=confirmed, denied=denied))
    return tuple(checked)


def _numbers(exception: str, key: str, stated: object, most: int) -> tuple[int, ...]:
    numbers = stated if isinstance(stated, list) else [stated]
    if not all(isinstance(number, int) and not isinstance(number, bool) and 1 <= number <= most for number in numbers):
        raise DeploymentError(f"`exceptions.{exception}.{key}` takes numbers from 1 to {most}, those of its facts.")
    return tuple(sorted(set(numbers)))


def _table(name: str, stated: object) -> Mapping[str, object]:
    if not isinstance(stated, Mapping):
        raise DeploymentError(f"`{name}` must be a table, written as [{name}].")
    return stated


def fact_questions(law: Law) -> Iterator[FactQuestion]:
    """Every yes-or-no question that a law asks."""
    rules: list[CapabilityReach | ActRule] = [*law.reach.values(), *law.acts.values()]
    doubts = (*law.operator_doubts.values(), *law.place_doubts.values())
    asked = [*(rule.question for rule in rules), *(doubt.question for doubt in doubts)]
    yield from (question for question in asked if isinstance(question, FactQuestion))
