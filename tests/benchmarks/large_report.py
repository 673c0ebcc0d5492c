"""`python -m tests.benchmarks.large_report`: size and time of every format for 5,000 findings in 300 situations.

Every law is asked about every situation, for every kind of operator that it governs.
"""

import time
from datetime import date
from itertools import combinations, islice, product

import msgspec

from scanner.model.finding import Component, ComponentRef, Finding, Situation
from scanner.model.law import Deployment
from scanner.model.report import Report
from scanner.model.vocabulary import Capability, Presence, Verdict
from scanner.ordinances import assess, laws
from scanner.reports import RenderOptions, formats, read_report
from tests.reports.sample import rich_report

_FINDINGS, _SITUATIONS, _SIGNS = 5_000, 300, 2


def large_report() -> Report:
    """Copies of the findings of the tests' sample, each in a component of its own."""
    sample = rich_report()
    findings = tuple(_finding(sample.findings[n % len(sample.findings)], n) for n in range(_FINDINGS))
    components = tuple(
        Component(id=f.component.id, name=f.component.name, locator=f.component.locator, verdict=Verdict.RECOGNITION)
        for f in findings
    )
    situations = tuple(_situations(findings))
    assessed = assess(situations, Deployment(), laws(), date(2026, 1, 5))
    return msgspec.structs.replace(
        sample,
        deployment=Deployment(),
        findings=findings,
        components=components,
        situations=situations,
        assessments=assessed.assessments,
        ordinances=assessed.ordinances,
        questions=assessed.questions,
    )


def _finding(one: Finding, number: int) -> Finding:
    locator = f"endpoint/app-{number}/lib/libface{number}.so"
    component = ComponentRef(id=f"c-{number:012x}", name=f"app {number}", locator=locator)
    evidence = tuple(msgspec.structs.replace(e, locator=locator) for e in one.evidence[:_SIGNS])
    fingerprint = f"frscan/v1:{number:064x}"
    return msgspec.structs.replace(
        one, id=f"F{number + 1}", fingerprint=fingerprint, component=component, evidence=evidence
    )


def _situations(findings: tuple[Finding, ...]) -> list[Situation]:
    sets = [c for size in range(1, 5) for c in combinations(Capability, size)]
    kinds = islice(product(sets, (Presence.USED, Presence.PRESENT, Presence.DECLARED)), _SITUATIONS)
    return [
        Situation(
            id=f"S{number + 1}",
            capability_presence=dict.fromkeys(capabilities, presence),
            components=tuple(f.component.id for f in findings[number::_SITUATIONS]),
            findings=tuple(f.fingerprint for f in findings[number::_SITUATIONS]),
        )
        for number, (capabilities, presence) in enumerate(kinds)
    ]


def main() -> None:
    """Print a row for each format."""
    begun = time.process_time()
    report = large_report()
    print(f"{len(report.assessments):,} assessments under {len(report.ordinances)} laws: "
          f"{time.process_time() - begun:.2f} CPU seconds")  # fmt: skip
    for name, one in sorted(formats().items()):
        begun = time.process_time()
        text = one.render(report, RenderOptions())
        print(f"{name:18} {len(text.encode()) / 1e6:6.2f} MB  {time.process_time() - begun:5.2f} CPU seconds")
        if name == "json":
            begun = time.process_time()
            read_report(text.encode())
            print(f"{'':18} read back in {time.process_time() - begun:.2f} CPU seconds")


if __name__ == "__main__":
    main()
