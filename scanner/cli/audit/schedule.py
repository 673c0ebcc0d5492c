"""`frscan audit schedule`: what repeats an audit every week."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from scanner.cli.audit.notices import Events, Mail, Webhook
from scanner.cli.audit.opened import COMMAND, PlanFile
from scanner.cli.exits import refuse


class _System(StrEnum):
    SYSTEMD = "systemd"
    WINDOWS = "windows"
    LAUNCHD = "launchd"
    CRON = "cron"


def schedule(
    plan: PlanFile,
    system: Annotated[_System, typer.Option("--system", help="What is to repeat it.")] = _System.SYSTEMD,
    folder: Annotated[
        Path | None, typer.Option("--write", metavar="FOLDER", help="Write the files there; otherwise they are shown.")
    ] = None,
    events: Events = None,
    mail: Mail = None,
    webhook: Webhook = None,
) -> None:
    """Show, or write, what a weekly repetition needs, and the command that installs it. Nothing is installed."""
    from scanner.audits import BadPlan, Repeat, read_plan, schedules

    try:
        name = read_plan(plan).name
    except BadPlan as error:
        refuse(str(error), command=COMMAND)
    notices = (("--events", events), ("--mail", mail), ("--webhook", webhook))
    repeat = Repeat(
        plan=plan.resolve(),
        name=name,
        program=_program(),
        notices=tuple((option, file.resolve()) for option, file in notices if file is not None),
    )
    files = dict(schedules(repeat)[system])
    install = files.pop("install")
    for file, content in files.items():
        if folder is not None:
            encoding = "utf-16" if system is _System.WINDOWS else "utf-8"
            (folder / file).write_text(content, encoding=encoding)
        print(f"# {file}\n{content}")
    print(f"# To install it: {install}")


def _program() -> tuple[str, ...]:
    """What starts this frscan: the single file it runs from, or its Python."""
    return (sys.executable,) if getattr(sys, "frozen", False) else (sys.executable, "-m", "scanner")
