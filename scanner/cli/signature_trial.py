"""`frscan signatures test`: are the promises of signatures kept, by their examples and by a real artifact?"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scanner.cli.exits import Exit, refuse

if TYPE_CHECKING:
    from scanner.catalogue.load import Catalogue
    from scanner.model.report import Report
    from scanner.model.technology import Technology


def try_signatures(
    signatures: Annotated[
        Path | None,
        typer.Argument(
            help="A folder of signatures, or one signature file, which is tried among those in use; without it, all "
            "in use.",
            show_default=False,
        ),
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option(
            "--against", help="With one signature file: a real artifact, in which its indicators are looked for."
        ),
    ] = None,
) -> None:
    """Match every example against all signatures; exit status 1 if one gives anything but what it promises.

    With --against, scan a real artifact and say which indicators of the signature were seen in it and where; exit
    status 1 if none was.
    """
    from scanner.catalogue.load import CatalogueError, load_catalogue

    one = signatures if signatures is not None and signatures.is_file() else None
    if against is not None and one is None:
        refuse("--against goes with one signature file.")
    try:
        catalogue, only = _with_file(one) if one else (load_catalogue(signatures), "")
    except CatalogueError as error:
        refuse(str(error))
    kept = _keeps_its_promises(catalogue, only)
    seen = against is None or _is_seen_in(against, catalogue, only)
    raise typer.Exit(Exit.NOTHING if kept and seen else Exit.FOUND)


def _with_file(path: Path) -> "tuple[Catalogue, str]":
    """The catalogue in use with one file added, or put in the place of the one with its id; and that id."""
    from scanner.catalogue.installed import read_in_use
    from scanner.catalogue.load import catalogue_of
    from scanner.catalogue.signature_folder import with_file

    files = with_file(read_in_use(), path)
    return catalogue_of(files), path.stem


def _keeps_its_promises(catalogue: "Catalogue", only: str) -> bool:
    from scanner.evidence.examples import failures
    from scanner.reports.words import count

    found = [str(failure) for failure in failures(catalogue, only)]
    for failure in found:
        print(failure)
    examples = sum(len(t.examples) for t in catalogue.technologies if only in {"", t.id})
    print(f"{count(examples, 'example')} tried, {count(len(found), 'failure')}.", file=sys.stderr)
    return not found


def _is_seen_in(sample: Path, catalogue: "Catalogue", only: str) -> bool:
    from scanner.engine.scan import Settings, scan
    from scanner.targets import MissingTarget

    technology = next(t for t in catalogue.technologies if t.id == only)
    try:
        report = scan([sample], Settings(uses_cache=False), catalogue=catalogue)
    except MissingTarget as error:
        refuse(str(error))
    for line in _sights(report, technology):
        print(line)
    return any(finding.technology.id == only for finding in report.findings)


def _sights(report: "Report", technology: "Technology") -> Iterator[str]:
    """What was seen of each indicator, then what else the artifact gave."""
    findings = [f for f in report.findings if f.technology.id == technology.id]
    evidence = [e for f in findings for e in f.evidence]
    for indicator in technology.indicators:
        name = f"{indicator.kind}: {indicator.value}"
        seen = [e for e in evidence if e.indicator == name]
        yield f"{'seen  ' if seen else 'unseen'}  {name}"
        yield from (f"          {e.locator} at {e.place} ({e.presence})" for e in seen[:5])
    for finding in findings:
        yield f"gives   {finding.verdict}, {finding.presence}, confidence {finding.confidence:.2f}"
    for other in sorted({f.technology.id for f in report.findings} - {technology.id}):
        yield f"also    {other}"
    for unread in report.unreadable:
        yield f"not read  {unread.locator}: {unread.reason}"
