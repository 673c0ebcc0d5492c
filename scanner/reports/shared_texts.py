"""Sentences that many entries share stand once in a saved report, and where they are meant when it is read.

A report of many components asks every law about each of them, and most reasons are the same; the same technology is
described in each. From `FROM_ON` assessments or findings on, a sentence that comes often is written as `@3`: the fourth
entry of the report's `texts`. A sentence that looks like such a name itself is always written as one.
"""

import re
from collections import Counter
from collections.abc import Iterator

import msgspec

from scanner.model.finding import Finding
from scanner.model.law import Element
from scanner.model.report import Report

FROM_ON = 200
"""Assessments or findings from which on sentences are shared; a shorter report stays readable as it is."""
_OFTEN = 2
_SIGN = "@"
_NAME = re.compile(r"@\d+")


def shared(report: Report) -> Report:
    """The report as it is written."""
    if max(len(report.assessments), len(report.findings)) < FROM_ON:
        return report
    often = Counter(_sentences(report))
    texts = tuple(text for text, times in often.items() if times >= _OFTEN or _NAME.fullmatch(text))
    names = {text: f"{_SIGN}{number}" for number, text in enumerate(texts)}
    return _replaced(report, names, texts)


def spread(report: Report) -> Report:
    """The report as it is meant. Raises IndexError or ValueError if it names a text that is not there."""
    if not report.texts:
        return report
    named = {text for text in _of_assessments(report) if text.startswith(_SIGN)}
    named |= {text for text in _of_findings(report) if _NAME.fullmatch(text)}
    return _replaced(report, {name: report.texts[_number(name)] for name in named}, ())


def _number(name: str) -> int:
    number = int(name.removeprefix(_SIGN))
    if number < 0:
        raise IndexError(name)
    return number


def _sentences(report: Report) -> Iterator[str]:
    yield from _of_assessments(report)
    yield from _of_findings(report)


def _of_assessments(report: Report) -> Iterator[str]:
    """No reason or question begins with the sign."""
    for assessment in report.assessments:
        yield from (element.reason for element in assessment.elements)
        yield from assessment.questions


def _of_findings(report: Report) -> Iterator[str]:
    """A technology's name, with which an explanation begins, may begin with the sign."""
    for finding in report.findings:
        yield from (finding.technology.summary, finding.explanation)


def _replaced(report: Report, words: dict[str, str], texts: tuple[str, ...]) -> Report:
    elements: dict[Element, Element] = {}  # most assessments share theirs

    def element(one: Element) -> Element:
        if one not in elements:
            reason = words.get(one.reason, one.reason)
            elements[one] = Element(name=one.name, met=one.met, reason=reason)
        return elements[one]

    def finding(one: Finding) -> Finding:
        summary = words.get(one.technology.summary, one.technology.summary)
        return msgspec.structs.replace(
            one,
            technology=msgspec.structs.replace(one.technology, summary=summary),
            explanation=words.get(one.explanation, one.explanation),
        )

    assessments = tuple(
        msgspec.structs.replace(
            one,
            elements=tuple(map(element, one.elements)),
            questions=tuple(words.get(text, text) for text in one.questions),
        )
        for one in report.assessments
    )
    findings = tuple(map(finding, report.findings))
    return msgspec.structs.replace(report, assessments=assessments, findings=findings, texts=texts)
