"""`python -m tests.benchmarks.false_alarms FOLDER…`: is every finding in large ordinary trees accounted for?

A finding that sets a verdict is right where `accounted.yaml` says so, by technology and component; every other one is
printed, with its strongest sign, and makes the exit status 1: it is a false alarm, or it is right and wants its line.
"""

import argparse
import sys
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

from ruamel.yaml import YAML

from scanner.engine.scan import Settings, scan
from scanner.model.finding import Finding
from scanner.model.vocabulary import Verdict

_ACCOUNTED = Path(__file__).with_name("accounted.yaml")


class Account(NamedTuple):
    """Why a technology is rightly found in components of these names."""

    technology: str
    components: tuple[str, ...]
    verdict: str
    why: str

    def covers(self, finding: Finding) -> bool:
        """Whether the finding is this technology in one of these components, with no stronger verdict."""
        return (
            finding.technology.id == self.technology
            and finding.verdict.rank <= Verdict(self.verdict).rank
            and any(fnmatchcase(finding.component.name, pattern) for pattern in self.components)
        )


def accounts() -> tuple[Account, ...]:
    """What `accounted.yaml` says."""
    rows = YAML(typ="safe").load(_ACCOUNTED.read_text(encoding="utf-8"))
    return tuple(Account(row["technology"], tuple(row["in"]), row["verdict"], row["why"]) for row in rows)


def unaccounted(findings: tuple[Finding, ...]) -> Iterator[Finding]:
    """Findings with a verdict that no account covers."""
    known = accounts()
    for finding in findings:
        if finding.verdict is not Verdict.NONE and not any(account.covers(finding) for account in known):
            yield finding


def main() -> int:
    """Scan each folder and print what is not accounted for; 1 if there is anything."""
    arguments = argparse.ArgumentParser(prog="python -m tests.benchmarks.false_alarms", description=__doc__)
    arguments.add_argument("folder", type=Path, nargs="+")
    left = 0
    for folder in arguments.parse_args().folder:
        report = scan([folder], Settings())
        found = [f for f in report.findings if f.verdict is not Verdict.NONE]
        wrong = list(unaccounted(report.findings))
        left += len(wrong)
        print(f"{folder.name}: {len(found)} findings with a verdict, {len(wrong)} not accounted for")
        for finding in wrong:
            sign = finding.evidence[0]
            print(f"  {finding.verdict}: {finding.technology.id} in {finding.component.name}")
            print(f"    {sign.indicator} at {sign.locator}, {sign.place}")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
