"""Run frscan as a user does: a program with arguments, two streams and an exit status."""

import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any, NamedTuple

import pytest

FIXTURES = Path(__file__).parents[1] / "fixtures"


class Ran(NamedTuple):
    status: int
    out: str
    err: str

    @property
    def report(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.out)
        return document


def frscan(*arguments: str | Path, cwd: Path | None = None, **environment: str) -> Ran:
    """Run the installed program; no terminal, no input."""
    command = [sys.executable, "-m", "scanner", *map(str, arguments)]
    variables = {**os.environ, "NO_COLOR": "1", **environment}
    ran = subprocess.run(
        command, cwd=cwd, env=variables, stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False
    )
    return Ran(ran.returncode, ran.stdout.decode("utf-8"), ran.stderr.decode("utf-8"))


def frscan_here(*arguments: str | Path) -> Ran:
    """The same without a process of its own, for tests that call many commands: starting one costs more than the work.

    Files are still read in worker processes. A bug of ours is raised instead of exiting 70.
    """
    from scanner.cli.app import run

    out, err = BytesIO(), BytesIO()
    with TextIOWrapper(out, "utf-8") as to_out, TextIOWrapper(err, "utf-8") as to_err:
        with redirect_stdout(to_out), redirect_stderr(to_err), pytest.raises(SystemExit) as ended:
            run([str(argument) for argument in arguments])
        to_out.flush()
        to_err.flush()
        return Ran(int(ended.value.code or 0), out.getvalue().decode("utf-8"), err.getvalue().decode("utf-8"))


def scanned(*arguments: str | Path, **environment: str) -> dict[str, Any]:
    """The JSON report of a scan that must succeed."""
    ran = frscan("scan", "--format", "json", "--fail-on", "never", *arguments, **environment)
    assert ran.status == 0, ran.err
    return ran.report
