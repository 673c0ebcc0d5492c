"""The first lines of every report: the verdict, and one sentence that can be read aloud."""

from collections import Counter
from collections.abc import Sequence

import msgspec

from scanner.evidence.confidence import VERDICT_THRESHOLD
from scanner.model.comparison import Change, Comparison
from scanner.model.finding import Finding
from scanner.model.report import ListedSoftware, Report
from scanner.model.vocabulary import Capability, Outcome, Presence, Verdict
from scanner.reports import words
from scanner.reports.findings import CapabilityView, component_name, installation, view_capabilities
from scanner.reports.printable import printable, prose

_PROBABLY = 0.9
_IN_A_SENTENCE = 120
"""Characters of a name inside the sentence that is to be read aloud."""
_LISTS = frozenset({"sbom", "inventory"})
"""Kinds of target that name software without holding it."""

_EVEN_UNLOCK = "under {} even that is a possible violation"

LIMITS = (
    "This is not legal advice. The report says “possible” because whether a rule is broken turns on facts and on the"
    " reading of the law; both are for people to judge.",
    "The scan reads files and runs nothing. It cannot see what a program loads later from a server, what happens on"
    " other computers, or what is encrypted or disguised.",
    "That software can do something does not show that anybody uses it so.",
    "Where nothing was found, that holds for the parts that were read and for the technologies this version knows.",
)
"""What every report says of itself."""


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """What stands first in a report."""

    target: str
    verdict: str
    sentence: str
    notes: tuple[str, ...]
    """Whole sentences that must not be missed."""
    components: tuple[tuple[str, str, str, str], ...]
    """Name, how it came to be there, locator and verdict in words of each component that has one, the strongest
    first."""
    privacy: tuple[tuple[str, str], ...]
    """What a component with a verdict asks people or the system for beside it: its name, and a list in plain words."""
    capabilities: tuple[CapabilityView, ...]
    """The strongest presence of each capability among the findings that count."""
    outcomes: tuple[tuple[Outcome, int], ...]
    """How many assessments have each outcome, the gravest first."""


def summarise(report: Report) -> Summary:
    """The first lines of a report, from its numbers."""
    ranked = sorted(report.components, key=lambda component: -component.verdict.rank)
    return Summary(
        target=target_name(report),
        verdict=_headline(report),
        sentence=f"{'; '.join(filter(None, (_found(report), _laws(report), _gaps(report))))}.",
        notes=tuple(_notes(report)),
        components=tuple(
            (
                component_name(component),
                installation(component),
                printable(component.locator),
                words.VERDICTS[component.verdict],
            )
            for component in ranked
            if component.verdict is not Verdict.NONE
        ),
        privacy=tuple(
            (component_name(component), prose("; ".join(fact.what for fact in component.privacy)))
            for component in ranked
            if component.privacy and component.verdict is not Verdict.NONE
        ),
        capabilities=view_capabilities(strongest(counted(report))),
        outcomes=count_outcomes(report),
    )


def target_name(report: Report) -> str:
    """The target as the user named it, safe to show."""
    return printable(report.target.locator, _IN_A_SENTENCE) or "the target"


def counted(report: Report) -> list[Finding]:
    """The findings that are sure enough to count."""
    return [finding for finding in report.findings if finding.confidence >= VERDICT_THRESHOLD]


def count_outcomes(report: Report) -> tuple[tuple[Outcome, int], ...]:
    """How many assessments have each outcome, the gravest first, none left out that occurs."""
    outcomes = [assessment.outcome for assessment in report.assessments]
    return tuple((outcome, outcomes.count(outcome)) for outcome in words.OUTCOMES if outcome in outcomes)


def count_laws(report: Report, outcome: Outcome) -> int:
    """Of how many laws some assessment has this outcome."""
    return len({entry.ordinance for entry in report.assessments if entry.outcome is outcome})


def _headline(report: Report) -> str:
    nothing_seen = report.verdict is Verdict.NONE and not report.coverage.artifacts
    headline = "nothing was looked at" if nothing_seen else words.HEADLINES[report.verdict]
    return headline if report.complete else f"{headline} (scan incomplete)"


def _found(report: Report) -> str:
    if report.verdict is Verdict.NONE:
        return _found_nothing(report)
    telling = _telling(report)
    surely = max((finding.confidence for finding in telling), default=0.0) >= _PROBABLY
    verb = "contains" if surely else "probably contains"
    if report.target.kind in _LISTS:
        verb = "lists" if surely else "probably lists"
    names = words.listed(list(dict.fromkeys(printable(finding.technology.name, _IN_A_SENTENCE) for finding in telling)))
    what = {
        Verdict.RECOGNITION: f"software that can recognise people by their faces ({names})",
        Verdict.CAPABLE_DORMANT: f"software with a face-recognition part that nothing seen in it uses ({names})",
        Verdict.FACE_ANALYSIS: f"software that works on faces ({names}), but none was found that tells who they are",
    }[report.verdict]
    return f"{target_name(report)} {verb} {what}"


def _found_nothing(report: Report) -> str:
    target = target_name(report)
    if not report.coverage.artifacts:
        return f"Nothing was looked at in {target}, so this report says nothing about it"
    looked_at = words.count(report.coverage.artifacts, "file or part", "files and parts")
    if any(Capability.DEVICE_UNLOCK in finding.capability_presence for finding in counted(report)):
        return f"In {target} only the device's own face unlock was found, in the {looked_at} that were looked at"
    if report.findings:
        weak = words.count(len(report.findings), "weak sign")
        return f"No face recognition that counts was found in {target}, but {weak} listed below may deserve a look"
    return f"No face technology was found in the {looked_at} of {target} that were looked at"


def _telling(report: Report) -> list[Finding]:
    """The findings behind the target's verdict, the surest first."""
    strongest = {component.id for component in report.components if component.verdict is report.verdict}
    telling = [finding for finding in counted(report) if finding.verdict is report.verdict]
    joined = [finding for finding in counted(report) if finding.component.id in strongest]
    return sorted(telling or joined or counted(report), key=lambda finding: -finding.confidence)


def _laws(report: Report) -> str:
    asked = {assessment.ordinance for assessment in report.assessments}
    if not asked:
        return "no law was asked about it" if report.findings else ""
    of_all = f"of the {len(asked):,} laws asked" if len(asked) > 1 else "law asked"
    told = {
        Outcome.POSSIBLE_VIOLATION: "this is a possible violation of {}",
        Outcome.DUTY_APPLIES: "a duty may apply under {}",
        Outcome.EXCEPTION_MAY_APPLY: "{} may be touched, though an exception may apply",
        Outcome.DEPENDS: "whether it touches {} depends on facts still to be settled",
    }
    for outcome, sentence in told.items():
        laws = count_laws(report, outcome)
        if laws:
            supposing = "" if report.deployment.operator else ", under the facts assumed for each"
            which = f"{laws:,} {of_all}" if len(asked) > 1 else f"the one {of_all}"
            if is_unlock_alone(report) and outcome is Outcome.POSSIBLE_VIOLATION:
                sentence = _EVEN_UNLOCK
                supposing += _excepting(report)
            return sentence.format(which) + supposing
    return f"none {of_all} seems to reach it" if len(asked) > 1 else "the one law asked does not seem to reach it"


def is_unlock_alone(report: Report) -> bool:
    """Whether nothing that counts was found but the device's own face unlock, which every system of today has."""
    return set(strongest(counted(report))) == {Capability.DEVICE_UNLOCK}


def _excepting(report: Report) -> str:
    violated = [entry for entry in report.assessments if entry.outcome is Outcome.POSSIBLE_VIOLATION]
    excepting = len({entry.ordinance for entry in violated if entry.exceptions})
    if not excepting:
        return ""
    return f"; {words.count(excepting, 'of them names', 'of them name')} an exception that may fit"


def _gaps(report: Report) -> str:
    if report.complete:
        return ""
    parts = words.count(len(report.unreadable), "part") if report.unreadable else "a part"
    if report.verdict is Verdict.NONE:
        return f"but {parts} of it could not be read, so this is no all-clear"
    return f"{parts} of it could not be read, so there may be more"


def _notes(report: Report) -> list[str]:
    notes = []
    if report.edition == "public":
        notes.append(
            "This is the public edition: folders, people's names, matched text and commands to check are left out."
        )
    if report.target.kind in _LISTS:
        notes.append("The target is a list of software. None of the software itself was opened.")
    notes.extend(_list_note(read) for read in report.lists)
    if not report.complete:
        notes.append("This scan is incomplete: see “What was not looked at”.")
    elif report.verdict is Verdict.NONE:
        notes.append("“Not found” is limited to what was looked at: see “How this was done, and its limits”.")
    notes.extend(
        f"None of the laws that this version knows covers {printable(place)}; that says nothing about other laws there."
        for place in report.uncovered
    )
    if report.baseline is not None:
        notes.append(f"Compared with the report of {printable(report.baseline.finished)}: {_changes(report.baseline)}.")
    excluded = report.coverage.excluded
    if excluded:
        left_out = words.listed([printable(pattern) for pattern in excluded])
        notes.append(f"Left out at the user's wish, so nothing is said about it: {left_out}.")
    waived = sum(finding.waiver is not None for finding in report.findings)
    if waived:
        notes.append(f"{words.count(waived, 'finding below carries', 'findings below carry')} a waiver.")
    return notes


def _changes(baseline: Comparison) -> str:
    numbers = Counter(entry.change for entry in baseline.findings)
    return ", ".join(f"{numbers[change]:,} {words.plain(change)}" for change in Change)


def _list_note(read: ListedSoftware) -> str:
    """What was read of a list, and what of it was not kept."""
    told = f"{printable(read.locator)} ({read.dialect}): {words.count(read.rows, 'row')} read, "
    told += f"{words.count(read.products, 'different product')}."
    if read.dropped:
        told += f" Columns about people were not kept: {', '.join(printable(column) for column in read.dropped)}."
    return told


def strongest(findings: Sequence[Finding]) -> dict[Capability, Presence]:
    """The strongest presence of each capability among these findings."""
    found: dict[Capability, Presence] = {}
    for finding in findings:
        for capability, presence in finding.capability_presence.items():
            known = found.get(capability)
            if known is None or presence.rank > known.rank:
                found[capability] = presence
    return found
