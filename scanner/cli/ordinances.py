"""`frscan ordinances`: which laws are known, what each says, and what of it was verified."""

import difflib
import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from scanner.model.law import Law, LawException

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="List and show the ordinances that findings are asked about."
)
_WRONG_USE = 2
_NOT_VERIFIED = " [not verified]"


@app.command("list")
def list_ordinances() -> None:
    """List every ordinance: id, how well its text was seen, title."""
    from scanner.ordinances import laws

    for law in laws():
        print(f"{law.id} ({law.kind}, confidence {law.confidence})")
        print("\n".join(_wrapped(law.title, "    ")))


@app.command("show")
def show_ordinance(
    ordinance_id: str = typer.Argument(metavar="ID", help="The id, as `frscan ordinances list` shows it."),
) -> None:
    """Show everything the law file says, with its sources and what of it was not verified."""
    from scanner.ordinances import laws

    known = {law.id: law for law in laws()}
    if ordinance_id not in known:
        nearest = difflib.get_close_matches(ordinance_id, known, n=1)
        meant = f" (did you mean {nearest[0]}?)" if nearest else ""
        print(
            f"frscan: no ordinance has the id {ordinance_id!a}{meant}; see `frscan ordinances list`.", file=sys.stderr
        )
        raise typer.Exit(_WRONG_USE)
    print("\n".join(_described(known[ordinance_id])))


def _described(law: "Law") -> Iterator[str]:
    yield from _wrapped(law.title, "")
    yield from _section("Citation", [law.citation])
    yield from _section("Kind and place", [f"{law.kind}, {law.jurisdiction}"])
    yield from _section("Status", [law.status, *_dates(law)])
    yield from _section("Governs", law.governs)
    yield from _section("Open whether it governs", (f"{who}: {d.why}" for who, d in law.operator_doubts.items()))
    yield from _section("Does not govern", law.does_not_govern)
    yield from _section("Where", [law.place_why, *(f"{where}: {d.why}" for where, d in law.place_doubts.items())])
    yield from _section("Definitions", _definitions(law))
    yield from _section("What the definition reaches", (f"{c}: {r.reach}. {r.why}" for c, r in law.reach.items()))
    yield from _section("This rests on", [law.reach_basis])
    yield from _section("Acts", _acts(law))
    yield from _section("Exceptions", (_exception(exception) for exception in law.exceptions))
    yield from _section("Processes and duties", _duties(law))
    yield from _section("Remedies", [law.remedies])
    yield from _section("Enforcement", [law.enforcement])
    yield from _section(f"Not verified (confidence {law.confidence})", law.unverified)
    yield from _section("Sources", law.sources)
    yield ""
    yield from _wrapped("This is information from a scanner's data and no legal advice.", "")


def _dates(law: "Law") -> Iterator[str]:
    for name, known in (("Adopted", law.adopted), ("In effect from", law.effective), ("Ends", law.expires)):
        if known.day or known.note:
            mark = "" if known.verified else _NOT_VERIFIED
            yield f"{name}: {' '.join(filter(None, (str(known.day or ''), known.note)))}{mark}"


def _definitions(law: "Law") -> Iterator[str]:
    for definition in law.definitions:
        words = f" In its words: “{definition.words}”" if definition.words else ""
        mark = "" if definition.verified else _NOT_VERIFIED
        yield f"{definition.term}: {definition.paraphrase}{words} Source: {definition.source}.{mark}"


def _acts(law: "Law") -> Iterator[str]:
    for act, rule in law.acts.items():
        at = f" from `{rule.presence}` on" if rule.reach != "not-reached" else ""
        yield f"{act}: {rule.reach}{at}. {rule.why}{'' if rule.verified else _NOT_VERIFIED}"


def _exception(exception: "LawException") -> str:
    facts = " ".join(exception.facts_to_confirm)
    mark = "" if exception.verified else _NOT_VERIFIED
    return f"{exception.text} Claimed by --purpose {' or '.join(exception.purposes)}. To confirm: {facts}{mark}"


def _duties(law: "Law") -> Iterator[str]:
    for duty in law.duties:
        who = f" Who: {duty.who}." if duty.who else ""
        deadline = f" When: {duty.deadline}." if duty.deadline else ""
        yield f"{duty.text}{who}{deadline}{'' if duty.verified else _NOT_VERIFIED}"


def _section(title: str, texts: Iterable[str]) -> Iterator[str]:
    shown = [text for text in texts if text]
    if not shown:
        return
    yield ""
    yield title
    for text in shown:
        yield from _wrapped(text, "  - ")


def _wrapped(text: str, indent: str) -> list[str]:
    """Lines that fit the terminal; an address is never broken, so that it can be followed."""
    width = max(40, min(100, shutil.get_terminal_size((80, 24)).columns))
    return textwrap.wrap(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=" " * len(indent),
        break_long_words=False,
        break_on_hyphens=False,
    )
