"""Questions to people, each with the key of `deployment.toml` that takes the answer."""

from collections.abc import Iterable, Iterator

from scanner.model.law import Deployment, FactQuestion, Law, OrdinanceText, Question
from scanner.model.vocabulary import Act, Capability, Operator, Place, Reach

YES_OR_NO = ("true", "false")
_READINGS = (str(Reach.REACHED), str(Reach.NOT_REACHED))
OPERATORS = tuple(map(str, Operator))
PLACES = tuple(map(str, Place))
ACTS = tuple(map(str, Act))


def text_of(question: str | FactQuestion) -> str:
    """What is asked."""
    return question if isinstance(question, str) else question.ask


def fact_or(question: str | FactQuestion, key: str, answers: tuple[str, ...]) -> tuple[Question, ...]:
    """The question under the name of its fact, or else under this key; none if nothing is asked."""
    if isinstance(question, FactQuestion):
        return (Question(text=question.ask, key=f"facts.{question.fact}", answers=YES_OR_NO),)
    return (Question(text=question, key=key, answers=answers),) if question else ()


def reading(law: Law, subject: Capability | Act, question: str | FactQuestion) -> tuple[Question, ...]:
    """A question that a fact settles, or else somebody who reads the law."""
    return fact_or(question, f"readings.{law.id}.{subject}", _READINGS)


def plain(texts: Iterable[str]) -> tuple[Question, ...]:
    """Questions that no key takes: a person finds the answer out and keeps it."""
    return tuple(Question(text=text) for text in texts if text)


def once(questions: Iterable[Question]) -> Iterator[Question]:
    """Each text once, in the order of its first coming."""
    seen: dict[str, Question] = {}
    for question in questions:
        seen.setdefault(question.text, question)
    yield from seen.values()


def basic_questions(deployment: Deployment, asked: Iterable[OrdinanceText]) -> Iterator[Question]:
    """Where and by whom: what a report assumed because nobody said."""
    places = sorted({law.jurisdiction for law in asked})
    if places and not deployment.jurisdictions:
        yield Question(text="Where is it held or run?", key="jurisdiction", answers=tuple(places))
    if places and deployment.operator is None:
        yield Question(text="Who holds or runs it?", key="operator", answers=OPERATORS)
