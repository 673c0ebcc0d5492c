"""`frscan signatures`: what the catalogue knows, and whether its files are good ones."""

import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scanner.cli.exits import Exit, refuse
from scanner.cli.signature_sets import export_signatures, install_signatures
from scanner.cli.signature_trial import try_signatures

if TYPE_CHECKING:
    from scanner.catalogue.load import Catalogue
    from scanner.model.technology import Technology

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="List, show, check, test, export and install the signatures of face-recognition technology.",
)
_Folder = Annotated[
    Path | None,
    typer.Argument(help="A folder of signatures; without it, those in use.", show_default=False),
]


class _ListFormat(StrEnum):
    TEXT = "text"
    JSON = "json"


@app.command("list", short_help="List every technology.")
def list_signatures(
    format_: Annotated[_ListFormat, typer.Option("--format", "-f", help="How the list is written.")] = _ListFormat.TEXT,
) -> None:
    """List every technology: id, kind, number of indicators, what it can do with a face."""
    catalogue = _loaded(None)
    if format_ is _ListFormat.JSON:
        print(_as_json(catalogue))
        return
    width = max((len(technology.id) for technology in catalogue.technologies), default=0)
    for technology in catalogue.technologies:
        capabilities = ", ".join(_all_capabilities(technology))
        print(f"{technology.id:{width}}  {technology.kind:11}  {len(technology.indicators):3}  {capabilities}")


@app.command("show", short_help="Show a signature, and what of it was seen.")
def show_signature(
    technology_id: Annotated[str, typer.Argument(metavar="ID", help="The id, as `frscan signatures list` shows it.")],
) -> None:
    """Show everything a signature says, and what of it was seen in a real artifact."""
    from scanner.cli.signature_text import describe

    catalogue = _loaded(None)
    technology = next((one for one in catalogue.technologies if one.id == technology_id), None)
    if technology is None:
        refuse(_no_such(technology_id, catalogue))
    for line in describe(technology):
        print(line)


@app.command("lint", short_help="Check every signature file.")
def lint_signatures(folder: _Folder = None) -> None:
    """Check every signature file; exit status 1 if there is something to correct."""
    from scanner.catalogue.lints import lint, loading_problem
    from scanner.catalogue.load import CatalogueError, read_catalogue
    from scanner.reports.words import count

    try:
        catalogue, errors = read_catalogue(folder)
    except CatalogueError as error:
        refuse(str(error))
    problems = sorted([*map(loading_problem, errors), *lint(catalogue)])
    for problem in problems:
        print(f"{problem.file}:{problem.line}: {problem.rule}: {problem.message} → {problem.recommendation}")
    files = len(catalogue.technologies) + len({error.file for error in errors})
    print(f"{count(files, 'signature')} read, {count(len(problems), 'problem')} found.", file=sys.stderr)
    raise typer.Exit(Exit.FOUND if problems else Exit.NOTHING)


app.command("test", short_help="Match the examples, or files of yours.")(try_signatures)
app.command("export", short_help="Write a set of signatures to one file.")(export_signatures)
app.command("install", short_help="Check such a file and use it from now on.")(install_signatures)


def _loaded(folder: Path | None) -> "Catalogue":
    from scanner.catalogue.load import CatalogueError, load_catalogue

    try:
        return load_catalogue(folder)
    except CatalogueError as error:
        refuse(str(error))


def _no_such(technology_id: str, catalogue: "Catalogue") -> str:
    import difflib

    from scanner.catalogue.signature_error import quoted

    ids = [one.id for one in catalogue.technologies]
    near = difflib.get_close_matches(technology_id, ids, n=3) or [id_ for id_ in ids if technology_id in id_][:3]
    hint = f"did you mean {' or '.join(near)}?" if near else "`frscan signatures list` shows all."
    return f"there is no signature {quoted(technology_id)}; {hint}"


def _all_capabilities(technology: "Technology") -> Iterator[str]:
    """What the technology or any of its indicators grants, in the order of the vocabulary."""
    from scanner.model.vocabulary import Capability

    granted = {*technology.capabilities, *(one for i in technology.indicators for one in i.grants)}
    return (capability for capability in Capability if capability in granted)


def _as_json(catalogue: "Catalogue") -> str:
    import json

    rows = [
        {
            "id": technology.id,
            "name": technology.name,
            "vendor": technology.vendor,
            "kind": technology.kind,
            "group": technology.group,
            "capabilities": list(_all_capabilities(technology)),
            "indicators": len(technology.indicators),
            "indicators_verified": sum(indicator.verified for indicator in technology.indicators),
            "file": technology.file,
        }
        for technology in catalogue.technologies
    ]
    return json.dumps({"signatures": catalogue.version, "technologies": rows}, indent=2, ensure_ascii=False)
