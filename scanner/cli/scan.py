"""`frscan scan`: look into what the user names, report, and say by the exit status whether something was found."""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scanner.cli import completion
from scanner.cli.decisions import read_decisions, with_decisions
from scanner.cli.exits import exit_status, refuse, thresholds
from scanner.cli.key_files import KeyFiles, keys_in
from scanner.cli.options import (
    BaselineFile,
    ColumnsFile,
    Config,
    DeterminationsFile,
    FailOn,
    Formats,
    Output,
    Public,
    WaiversFile,
)
from scanner.cli.settings_file import is_passed_over

if TYPE_CHECKING:
    from scanner.engine.scan import Settings
    from scanner.formats.inventories.kept import Table
    from scanner.model.law import Deployment
    from scanner.model.report import Report

_CONTEXT_BYTES = 24
_Paths = Annotated[
    list[Path],
    typer.Argument(
        metavar="PATH…", help="A file, folder or archive: an APK, a jar, a program …", show_default=False, is_eager=True
    ),
]
_Jurisdictions = Annotated[
    list[str] | None,
    typer.Option(
        "--jurisdiction",
        metavar="ID",
        help="Where it is deployed, such as us-ma-boston; may repeat.",
        autocompletion=completion.jurisdictions,
    ),
]
_Operator = Annotated[
    str | None,
    typer.Option(
        "--operator",
        metavar="WHO",
        help="Who runs it, such as city-agency.",
        autocompletion=completion.operators,
    ),
]
_Place = Annotated[
    str | None,
    typer.Option("--place", metavar="WHERE", help="Such as public-accommodation.", autocompletion=completion.places),
]
_Acts = Annotated[
    list[str] | None,
    typer.Option(
        "--act",
        metavar="ACT",
        help="What is done with it, such as acquire or use; may repeat.",
        autocompletion=completion.acts,
    ),
]
_Purposes = Annotated[
    list[str] | None,
    typer.Option(
        "--purpose",
        metavar="WORD",
        help="What for, such as redaction; may repeat.",
        autocompletion=completion.purposes,
    ),
]
_AsOf = Annotated[str | None, typer.Option("--as-of", metavar="DATE", help="Assess as of this day (YYYY-MM-DD).")]
_DeploymentFile = Annotated[
    Path | None, typer.Option("--deployment", metavar="FILE", help="A deployment.toml with these answers.")
]
_Exclude = Annotated[
    list[str] | None,
    typer.Option(
        "--exclude",
        metavar="PATTERN",
        help="Leave out files and folders of this name, or path with * in it; may repeat. The report says so.",
    ),
]
_Map = Annotated[
    str | None,
    typer.Option(
        "--map",
        metavar="ROLE=COLUMN,…",
        help="Which column of a table of software holds what: name, publisher, version, ids, department.",
    ),
]
_Jobs = Annotated[int, typer.Option("-j", "--jobs", min=0, help="Worker processes; 0 is one a processor.")]
_Context = Annotated[
    bool, typer.Option("--context", help="Show what stands around a byte hit. It may hold secrets of the target.")
]
_TrustMetadata = Annotated[
    bool, typer.Option("--trust-metadata", help="Take a file for unchanged if its size, times and inode are.")
]
_Resume = Annotated[
    bool, typer.Option("--resume", help="Go on with an interrupted scan of the same target; implies --trust-metadata.")
]
_LimitWords = Annotated[
    list[str] | None,
    typer.Option("--limit", metavar="NAME=VALUE", help="A limit other than the usual, such as seconds=60; may repeat."),
]
_AllFileSystems = Annotated[
    bool, typer.Option("--all-file-systems", help="Also enter file systems mounted below the folder.")
]
_NoCache = Annotated[bool, typer.Option("--no-cache", help="Neither use nor keep what was read from the same bytes.")]
_Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="No progress and no summary on standard error.")]


def scan_command(
    paths: _Paths,
    format_: Formats = None,
    output: Output = None,
    jurisdiction: _Jurisdictions = None,
    operator: _Operator = None,
    place: _Place = None,
    act: _Acts = None,
    purpose: _Purposes = None,
    as_of: _AsOf = None,
    deployment: _DeploymentFile = None,
    waivers: WaiversFile = None,
    determinations: DeterminationsFile = None,
    baseline: BaselineFile = None,
    public: Public = False,  # noqa: FBT002  (a command line flag)
    exclude: _Exclude = None,
    fail_on: FailOn = None,
    map_: _Map = None,
    columns: ColumnsFile = None,
    jobs: _Jobs = 0,
    context: _Context = False,  # noqa: FBT002
    trust_metadata: _TrustMetadata = False,  # noqa: FBT002
    resume: _Resume = False,  # noqa: FBT002
    key_file: KeyFiles = None,
    no_cache: _NoCache = False,  # noqa: FBT002
    limit: _LimitWords = None,
    all_file_systems: _AllFileSystems = False,  # noqa: FBT002
    config: Config = None,  # noqa: ARG001  (obeyed before the others are read)
    quiet: _Quiet = False,  # noqa: FBT002
) -> None:
    """Look into files, folders and archives for face recognition, and name the laws it may touch.

    Exit status: 0 nothing found, 1 found, 2 wrong usage, 3 part of it could not be read and nothing was found.
    """
    from scanner.cli.rendering import BadOutput, edition, load_what_renders, planned_outputs, write_outputs
    from scanner.cli.saved import earlier, with_earlier
    from scanner.engine.scan import Settings
    from scanner.engine.told_limits import BadLimit, told_limits
    from scanner.reports import BadReport

    words = thresholds(fail_on or ())
    facts = _deployment(deployment, jurisdiction, operator, place, act, purpose, as_of)
    accepted, decisions = read_decisions(waivers, determinations)
    if not quiet and is_passed_over(paths):
        print("frscan: frscan.toml in this folder is part of the target and was not obeyed.", file=sys.stderr)
    try:
        outputs = planned_outputs(format_ or [], output)
        before = earlier(baseline)
        of_file, of_target = told_limits(limit or ())
        settings = Settings(
            deployment=facts,
            jobs=jobs,
            limits=of_file,
            target_limits=of_target,
            enters_file_systems=all_file_systems,
            context_bytes=_CONTEXT_BYTES if context else 0,
            exclude=tuple(exclude or ()),
            uses_cache=not no_cache,
            trusts_metadata=trust_metadata or resume,
            keys=keys_in(key_file),
            told=_told(map_),
        )
        found = _scanned(paths, settings, columns, partial(load_what_renders, outputs), quiet=quiet)
        scanned = with_decisions(found, accepted, decisions)
        document = with_earlier(scanned, before)
        write_outputs(edition(document, public=public), outputs)
    except BadLimit as error:
        refuse(f"--limit: {error}")
    except (BadOutput, BadReport) as error:
        refuse(str(error))
    raise typer.Exit(exit_status(document, words))


def _told(columns: str | None) -> tuple[str, ...]:
    if columns is None:
        return ()
    from scanner.formats.inventories.dialect import BadColumns, told_columns

    try:
        return told_columns(columns)
    except BadColumns as error:
        refuse(f"--map: {error}")


def _scanned(
    paths: list[Path], settings: "Settings", columns: Path | None, meanwhile: Callable[[], None], *, quiet: bool
) -> "Report":
    """Scanned, and once more if somebody could tell what the columns of a table hold."""
    from scanner.cli.table_columns import asked, told_before

    kept = told_before(columns)
    report = _once(paths, settings, kept, meanwhile, quiet=quiet)
    more = () if quiet else asked(report, kept, columns)
    return _once(paths, settings, more, meanwhile, quiet=quiet) if more else report


def _once(
    paths: list[Path],
    settings: "Settings",
    kept: tuple["Table", ...],
    meanwhile: Callable[[], None],
    *,
    quiet: bool,
) -> "Report":
    import msgspec

    from scanner.catalogue.load import CatalogueError
    from scanner.cli.live import Live
    from scanner.engine.scan import scan
    from scanner.targets import MissingTarget

    try:
        with Live(quiet=quiet) as live:
            if kept:
                from scanner.formats.inventories.kept import words

                settings = msgspec.structs.replace(settings, told=(*settings.told, *words(kept)))
            return scan(paths, settings, live.watch, meanwhile=meanwhile)
    except (MissingTarget, CatalogueError) as error:
        refuse(str(error))


def _deployment(
    file: Path | None,
    jurisdictions: list[str] | None,
    operator: str | None,
    place: str | None,
    acts: list[str] | None,
    purposes: list[str] | None,
    as_of: str | None,
) -> "Deployment":
    if all(fact is None or fact == [] for fact in (file, jurisdictions, operator, place, acts, purposes, as_of)):
        from scanner.model.law import Deployment

        return Deployment()
    from scanner.ordinances import DeploymentError, deployment_from, read_deployment

    try:
        stated = read_deployment(file) if file is not None else None
        return deployment_from(jurisdictions, operator, place, acts, purposes, as_of, base=stated)
    except DeploymentError as error:
        refuse(str(error))
