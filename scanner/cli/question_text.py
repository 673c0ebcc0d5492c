"""Open questions as the terminal shows them, and as a `deployment.toml` to fill in."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from scanner.cli.wrapping import wrapped
from scanner.model.law import Question
from scanner.model.report import Report
from scanner.reports.printable import printable

_OPTIONS = frozenset({"jurisdiction", "operator", "place", "act", "purpose", "as-of"})
_GROUPS = (
    "Where, by whom, what for: an option of `frscan scan`, or a key of deployment.toml",
    "Facts: yes or no, under [facts] of deployment.toml; one answer serves every law",
    "How a law is to be read, by somebody who may: under [readings.LAW] of deployment.toml",
    "No key takes these: find out, and keep the answer with the report",
)
_FEW = 8
"""Answers and laws named before the rest is counted."""

Asked = Sequence[tuple[Question, tuple[str, ...]]]


def as_text(asked: Asked) -> Iterator[str]:
    """The questions in groups by where their answers are given, those that most laws wait for first."""
    if not asked:
        yield "Nothing is left to be answered."
        return
    number = 0
    for group, entries in groupby(_ranked(asked), key=lambda entry: _group(entry[0])):
        yield from ("", *wrapped(_GROUPS[group], "")) if number else wrapped(_GROUPS[group], "")
        for question, laws in entries:
            number += 1
            yield from wrapped(printable(question.text), f"  {number}. ")
            for line in (_how(question), f"waits for it: {_few(laws)}"):
                yield from wrapped(line, "       ") if line else ()


def _ranked(asked: Asked) -> list[tuple[Question, tuple[str, ...]]]:
    return sorted(asked, key=lambda entry: (_group(entry[0]), -len(entry[1]), entry[0].key, entry[0].text))


def _group(question: Question) -> int:
    if not question.key:
        return 3
    return 0 if question.key in _OPTIONS else 1 if question.key.startswith("facts.") else 2


def _how(question: Question) -> str:
    if not question.key:
        return ""
    option = f"--{question.key}, or " if question.key in _OPTIONS else ""
    takes = f": {_few(question.answers, 'or')}" if question.answers else ""
    return printable(f"answer: {option}{question.key} = …{takes}")


def _few(words: Sequence[str], joint: str = "and") -> str:
    shown = [printable(word) for word in words[:_FEW]]
    if len(words) > _FEW:
        return f"{', '.join(shown)} and {len(words) - _FEW} more"
    return f" {joint} ".join(filter(None, (", ".join(shown[:-1]), *shown[-1:])))


def as_toml(report: Report, asked: Asked) -> Iterator[str]:
    """A `deployment.toml` with what is stated already, and a commented key for each open question."""
    yield f"# Answers about {printable(report.target.locator)}; take the # from the lines that you answer."
    yield '# answered-by = "who answers"'
    yield "# answered-on = 2026-01-31"
    tables: dict[str, dict[str, Question]] = {}
    for question, _ in _ranked(asked):
        if question.key:
            table, _, name = question.key.rpartition(".")
            tables.setdefault(table, {}).setdefault(name, question)
    for table, keys in tables.items():
        yield from ("", f"[{printable(table)}]") if table else ("",)
        for name, question in keys.items():
            for told in (printable(question.text), _few(question.answers, "or")):
                yield from (f"# {line}" for line in wrapped(told, ""))
            yield f"# {printable(name)} = {_example(question)}"


def _example(question: Question) -> str:
    first = question.answers[0] if question.answers else "…"
    return first if first in ("true", "false") else f'"{printable(first)}"'
