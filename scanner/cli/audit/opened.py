"""What the commands share: the plan that is named, its store, and an audit's number."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scanner.cli.exits import refuse

if TYPE_CHECKING:
    from scanner.audits import Plan, Store

COMMAND = "frscan audit"
"""What the user called, for sentences about what is wrong with it."""
PlanFile = Annotated[Path, typer.Argument(metavar="PLAN.TOML", help="The plan of the audit.", show_default=False)]
Number = Annotated[int | None, typer.Option(metavar="NUMBER", help="An audit by its number; the latest otherwise.")]


@contextmanager
def opened(path: Path) -> Iterator[tuple["Plan", "Store"]]:
    """The plan and its open store; what is wrong with either ends the program with a sentence."""
    from scanner.audits import BadFleet, BadPlan, BadStore, Store, read_plan
    from scanner.catalogue.load import CatalogueError

    try:
        plan = read_plan(path)
        with Store(plan.store) as store:
            yield plan, store
    except (BadFleet, BadPlan, BadStore, CatalogueError) as error:
        refuse(str(error), command=COMMAND)
