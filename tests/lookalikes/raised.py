"""What a report holds against things that only look like face technology."""

from scanner.model.report import Report
from scanner.model.vocabulary import Verdict


def raised(report: Report) -> list[str]:
    """What the report holds against the target: each finding with a verdict, and what it could not read."""
    verdicts = [
        f"{finding.technology.id} in {finding.evidence[0].locator}: {finding.evidence[0].indicator}"
        for finding in report.findings
        if finding.verdict is not Verdict.NONE
    ]
    return verdicts + [f"{part.locator}: {part.reason}" for part in report.unreadable]
