"""`frscan ordinances`: which laws are known, what each says, what of it was verified, and what they still ask."""

import difflib
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scanner.cli import completion
from scanner.cli.exits import refuse

if TYPE_CHECKING:
    from scanner.model.law import Law, Question
    from scanner.model.report import Report

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="List and show the ordinances that findings are asked about."
)
_Jurisdictions = Annotated[
    list[str] | None,
    typer.Option(
        "--jurisdiction",
        metavar="ID",
        help="Laws that hold there, those of all around it too; may repeat.",
        autocompletion=completion.jurisdictions,
    ),
]
_AsOf = Annotated[str | None, typer.Option("--as-of", metavar="DATE", help="As of this day (YYYY-MM-DD); else today.")]
_Report = Annotated[Path, typer.Argument(metavar="REPORT", help="A report saved with -f json.", show_default=False)]
_Toml = Annotated[
    bool, typer.Option("--toml", help="As a deployment.toml to fill in, with each question as a comment.")
]
_FORCE_WORDS = {
    "in-force": "in force",
    "pending": "not in force yet",
    "ended": "no longer in force",
    "unsure": "in force or not: a date was not verified",
}


@app.command("list", short_help="List the laws, whether in force, how well seen.")
def list_ordinances(jurisdiction: _Jurisdictions = None, as_of: _AsOf = None) -> None:
    """List the ordinances: id, kind, whether it is in force, how well its text was seen, title."""
    from scanner.cli.wrapping import wrapped
    from scanner.ordinances import DeploymentError, deployment_from, laws, may_cover, standing

    try:
        stated = deployment_from(jurisdiction, as_of=as_of)
    except DeploymentError as error:
        refuse(str(error), command="frscan ordinances list")
    day = stated.as_of or date.today()
    shown = [law for law in laws() if may_cover(law, stated)]
    for law in shown:
        force, _ = standing(law, day)
        print(f"{law.id} ({law.kind}; {_FORCE_WORDS[force]})")
        print("\n".join(wrapped(law.title, "    ")))
        print("\n".join(wrapped(f"Text seen: confidence {law.confidence}. {_unverified(law)}", "    ")))
    counted = f"{len(shown)} of {len(laws())} laws" if jurisdiction else f"{len(shown)} laws"
    print(f"\n{counted}, as of {day}. `frscan ordinances show ID` tells all of one.")


def _unverified(law: "Law") -> str:
    things = len(law.unverified)
    return f"{things} {'thing' if things == 1 else 'things'} not verified."


@app.command("show", short_help="Show all of a law, and what was not verified.")
def show_ordinance(
    ordinance_id: str = typer.Argument(
        metavar="ID", help="The id, as `frscan ordinances list` shows it.", autocompletion=completion.law_ids
    ),
    as_of: _AsOf = None,
) -> None:
    """Show everything the law file says, with its sources and what of it was not verified."""
    from scanner.cli.law_text import described
    from scanner.ordinances import DeploymentError, deployment_from, laws, standing

    known = {law.id: law for law in laws()}
    if ordinance_id not in known:
        nearest = difflib.get_close_matches(ordinance_id, known, n=1)
        meant = f" (did you mean {nearest[0]}?)" if nearest else ""
        refuse(f"no ordinance has the id {ordinance_id!a}{meant}; see `frscan ordinances list`.")
    try:
        day = deployment_from(as_of=as_of).as_of or date.today()
    except DeploymentError as error:
        refuse(str(error), command="frscan ordinances show")
    _, reason = standing(known[ordinance_id], day)
    print("\n".join(described(known[ordinance_id], reason)))


@app.command("questions", short_help="Show what a saved report still asks.")
def questions(file: _Report, toml: _Toml = False) -> None:  # noqa: FBT002  (a command line flag)
    """Show what is still to be answered about a saved report, and where each answer is given."""
    from scanner.cli.question_text import as_text, as_toml
    from scanner.cli.saved import saved_report
    from scanner.reports import BadReport

    try:
        report = saved_report(file)
    except BadReport as error:
        refuse(str(error), command="frscan ordinances questions")
    asked = _asked(report)
    print("\n".join(as_toml(report, asked) if toml else as_text(asked)))


def _asked(report: "Report") -> list[tuple["Question", tuple[str, ...]]]:
    """Each open question with the laws that wait for it; first who and where, if nobody said."""
    from scanner.model.law import Question
    from scanner.ordinances import basic_questions

    known = {question.text: question for question in report.questions}
    waiting: dict[str, dict[str, None]] = defaultdict(dict)
    for assessment in report.assessments:
        for text in assessment.questions:
            waiting[text][assessment.ordinance] = None
    every = tuple(law.id for law in report.ordinances)
    first = [(question, every) for question in basic_questions(report.deployment, report.ordinances)]
    return [*first, *((known.get(text, Question(text=text)), tuple(laws)) for text, laws in waiting.items())]
