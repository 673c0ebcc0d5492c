"""The public edition of a report: what was found and what the laws say, without what an outsider should not see.

Left out are the folders of the machine, everything that was matched and where (the pattern of the signature stands in
its place), commands, contexts, who answered or approved something and why, and identities that could be guessed back.
"""

import msgspec

from scanner.model.comparison import Comparison
from scanner.model.determination import Determination
from scanner.model.finding import Evidence, Finding
from scanner.model.report import Report
from scanner.model.waiver import WaiverState

_LEFT_OUT = "left out"
_SOMEBODY = "a person whose name is left out"


def public_edition(report: Report) -> Report:
    """The report for the public. Rendered in any format, it has no folder, host or person's name in it."""
    names = _Names(report)
    return msgspec.structs.replace(
        report,
        edition="public",
        target=msgspec.structs.replace(report.target, locator=names.target),
        deployment=msgspec.structs.replace(report.deployment, answered_by=""),
        components=tuple(
            msgspec.structs.replace(
                one,
                id=names.component(one.id),
                locator=names.place(one.locator),
                privacy=tuple(msgspec.structs.replace(fact, locator=names.place(fact.locator)) for fact in one.privacy),
                publisher="",  # of a package often a person
                build=(),  # paths of those who made it, with their names in them
            )
            for one in report.components
        ),
        findings=tuple(_finding(finding, names) for finding in report.findings),
        situations=tuple(
            msgspec.structs.replace(
                one,
                components=tuple(names.component(component) for component in one.components),
                findings=tuple(names.fingerprint(mark) for mark in one.findings),
            )
            for one in report.situations
        ),
        determinations=tuple(_determination(one, names) for one in report.determinations),
        waivers=tuple(_waiver(one, names) for one in report.waivers),
        baseline=_comparison(report.baseline, names),
        artifacts=(),
        graph=type(report.graph)(),
        networks=tuple(
            msgspec.structs.replace(
                one,
                locator=names.place(one.locator),
                place="",
                name="",
                component=names.component(one.component) if one.component else "",
                findings=tuple(names.fingerprint(mark) for mark in one.findings),
                strings=(),
            )
            for one in report.networks
        ),
        not_counted=tuple(
            msgspec.structs.replace(one, locator=names.place(one.locator), place="") for one in report.not_counted
        ),
        unreadable=tuple(
            msgspec.structs.replace(
                one,
                fingerprint=names.fingerprint(one.fingerprint),
                locator=names.place(one.locator),
                waiver=one.waiver and f"Accepted by {_SOMEBODY}.",
            )
            for one in report.unreadable
        ),
        oddities=(),
        coverage=msgspec.structs.replace(report.coverage, excluded=()),
    )


class _Names:
    """What the public edition calls things instead."""

    def __init__(self, report: Report) -> None:
        self._kind = report.target.kind
        self.target = (
            self.place(report.target.locator) if self._kind == "file" else f"the {self._kind} that was scanned"
        )
        self._components: dict[str, str] = {}
        self._marks: dict[str, str] = {}
        for identity in (*(c.id for c in report.components), *(f.component.id for f in report.findings)):
            self.component(identity)

    def place(self, locator: str) -> str:
        """The last name in each container, without the folders around it."""
        parts = locator.split("!/")
        return "!/".join(f"…/{part.rpartition('/')[2]}" if "/" in part else part for part in parts)

    def component(self, identity: str) -> str:
        """A number instead of an id that may have been made from a path."""
        return self._components.setdefault(identity, f"component-{len(self._components) + 1}")

    def fingerprint(self, mark: str) -> str:
        """A number instead of a digest: from a digest of a path, a path can be guessed."""
        return self._marks.setdefault(mark, f"public:{len(self._marks) + 1}") if mark else ""


def _finding(finding: Finding, names: _Names) -> Finding:
    component = finding.component
    return msgspec.structs.replace(
        finding,
        fingerprint=names.fingerprint(finding.fingerprint),
        component=msgspec.structs.replace(
            component, id=names.component(component.id), locator=names.place(component.locator)
        ),
        evidence=tuple(_evidence(entry, names) for entry in finding.evidence),
        path=(names.target, *(names.place(step) for step in finding.path[1:])),
        waiver=finding.waiver and f"Accepted by {_SOMEBODY}.",
    )


def _evidence(entry: Evidence, names: _Names) -> Evidence:
    pattern = entry.indicator.partition(": ")[2] or entry.indicator
    return msgspec.structs.replace(
        entry, value=pattern, locator=names.place(entry.locator), place=_LEFT_OUT, check="", context=""
    )


def _determination(one: Determination, names: _Names) -> Determination:
    return msgspec.structs.replace(
        one, component=names.component(one.component), decided_by=_SOMEBODY, reason=_LEFT_OUT
    )


def _waiver(one: WaiverState, names: _Names) -> WaiverState:
    waiver = msgspec.structs.replace(
        one.waiver,
        fingerprint=names.fingerprint(one.waiver.fingerprint),
        component=_LEFT_OUT if one.waiver.component else "",
        reason=_LEFT_OUT,
        approved_by=_SOMEBODY,
    )
    return msgspec.structs.replace(one, waiver=waiver, covers=tuple(names.fingerprint(mark) for mark in one.covers))


def _comparison(baseline: Comparison | None, names: _Names) -> Comparison | None:
    if baseline is None:
        return None
    return msgspec.structs.replace(
        baseline,
        target=names.target,
        findings=tuple(
            msgspec.structs.replace(
                one, fingerprint=names.fingerprint(one.fingerprint), locator=names.place(one.locator), why=""
            )
            for one in baseline.findings
        ),
    )
