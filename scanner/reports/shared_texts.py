"""Sentences that many assessments share stand once in a saved report, and where they are meant when it is read.

A report of many components asks every law about each of them, and most reasons are the same. From `FROM_ON` assessments
on, a reason or a question that comes often is written as `@3`: the fourth entry of the report's `texts`. No sentence
begins with that sign.
"""

from collections import Counter
from collections.abc import Iterator

import msgspec

from scanner.model.law import Assessment, Element
from scanner.model.report import Report

FROM_ON = 200
"""Assessments from which on sentences are shared; a shorter report stays readable as it is."""
_OFTEN = 2
_SIGN = "@"


def shared(report: Report) -> Report:
    """The report as it is written."""
    if len(report.assessments) < FROM_ON:
        return report
    often = Counter(text for assessment in report.assessments for text in _texts(assessment))
    texts = tuple(text for text, times in often.items() if times >= _OFTEN)
    names = {text: f"{_SIGN}{number}" for number, text in enumerate(texts)}
    return _replaced(report, names, texts)


def spread(report: Report) -> Report:
    """The report as it is meant. Raises IndexError or ValueError if it names a text that is not there."""
    if not report.texts:
        return report
    named = {text for assessment in report.assessments for text in _texts(assessment) if text.startswith(_SIGN)}
    return _replaced(report, {name: report.texts[_number(name)] for name in named}, ())


def _number(name: str) -> int:
    number = int(name.removeprefix(_SIGN))
    if number < 0:
        raise IndexError(name)
    return number


def _texts(assessment: Assessment) -> Iterator[str]:
    yield from (element.reason for element in assessment.elements)
    yield from assessment.questions


def _replaced(report: Report, words: dict[str, str], texts: tuple[str, ...]) -> Report:
    elements: dict[Element, Element] = {}  # most assessments share theirs

    def element(one: Element) -> Element:
        if one not in elements:
            reason = words.get(one.reason, one.reason)
            elements[one] = Element(name=one.name, met=one.met, reason=reason)
        return elements[one]

    assessments = tuple(
        msgspec.structs.replace(
            one,
            elements=tuple(map(element, one.elements)),
            questions=tuple(words.get(text, text) for text in one.questions),
        )
        for one in report.assessments
    )
    return msgspec.structs.replace(report, assessments=assessments, texts=texts)
