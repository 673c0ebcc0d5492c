"""What to do next: the few things that follow from a report, the most pressing first."""

from scanner.model.report import Report
from scanner.model.vocabulary import Outcome, Verdict
from scanner.model.waiver import Standing
from scanner.reports import words
from scanner.reports.laws import view_questions
from scanner.reports.printable import printable
from scanner.reports.summary import count_laws, is_unlock_alone, target_name

_EXAMPLE_PLACE = "us-ma-boston"


def next_steps(report: Report) -> tuple[str, ...]:
    """Whole sentences, each with one thing to do."""
    if report.verdict is Verdict.NONE and not report.coverage.artifacts and report.complete:
        return ("Check the name: no file was found there to look at.",)
    steps = [_state_the_facts(report), _before_it_is_used(report), _duties(report), _ask_the_vendor(report)]
    steps += [_answer(report), _look_at_the_rest(report), _waivers(report)]
    found = tuple(step for step in steps if step)
    return found or ("Nothing has to be done now. Scan again when the software, the laws or the signatures change.",)


def _state_the_facts(report: Report) -> str:
    stated = report.deployment
    missing = [
        option
        for option, value in (
            ("--jurisdiction", stated.jurisdictions),
            ("--operator", stated.operator),
            ("--act", stated.acts),
        )
        if not value
    ]
    if not report.assessments or missing in ([], ["--act"]):
        return ""
    places = sorted({law.jurisdiction for law in report.ordinances})
    place = _EXAMPLE_PLACE if _EXAMPLE_PLACE in places or not places else places[0]
    example = {"--jurisdiction": place, "--operator": "city-agency", "--act": "use"}
    options = " ".join(f"{option} {example[option]}" for option in missing)
    return f"Say what only you know, and the answers become definite: scan again with, for example, {options}."


def _before_it_is_used(report: Report) -> str:
    laws = count_laws(report, Outcome.POSSIBLE_VIOLATION)
    if not laws:
        return ""
    supposing = "" if report.deployment.jurisdictions else ", if any of them is yours"
    if is_unlock_alone(report):
        return (
            f"See what the {words.count(laws, 'law')} with a possible violation except{supposing}: mostly it matters"
            " whose device it is, and that its face unlock serves to sign in alone."
        )
    return (
        f"Before it is bought or used, have a lawyer look at the {words.count(laws, 'possible violation')}"
        f"{supposing}. A law's exceptions are listed with it, as facts to confirm."
    )


def _duties(report: Report) -> str:
    laws = count_laws(report, Outcome.DUTY_APPLIES)
    return (
        f"See what {words.count(laws, 'law asks', 'laws ask')} for first: a notice, a consent, an approval."
        if laws
        else ""
    )


def _ask_the_vendor(report: Report) -> str:
    if report.verdict is Verdict.NONE:
        return ""
    return "Ask the vendor: -f vendor-letter=letter.md writes a letter with questions about what was seen."


def _answer(report: Report) -> str:
    questions = len(view_questions(report))
    if not questions:
        return ""
    return (
        f"Settle the {words.count(questions, 'question')} below; deployment.toml keeps the answers, and who gave them."
    )


def _look_at_the_rest(report: Report) -> str:
    open_gaps = [unread for unread in report.unreadable if unread.waiver is None]
    if open_gaps:
        return (
            f"Look at the {words.count(len(open_gaps), 'part')} that could not be read (listed below),"
            " or have the vendor say what is in it: until then this is no all-clear."
        )
    if not report.complete and not report.unreadable:
        return f"Scan again: the scan of {target_name(report)} did not come to its end."
    return ""


def _waivers(report: Report) -> str:
    expired = [state.waiver for state in report.waivers if state.standing is Standing.EXPIRED]
    if not expired:
        return ""
    what = words.listed([printable(w.fingerprint or w.technology or w.component, 60) for w in expired])
    return f"Renew or drop {words.count(len(expired), 'waiver')} whose time is over: {what}."
