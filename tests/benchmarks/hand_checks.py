"""Whether the checks by hand that reports give show anything, over real targets.

`python -m tests.benchmarks.hand_checks TARGET…` scans each target by itself and runs each different command of its
report (at most `--most` a target) where the target lies. It needs the programs that the commands name: binutils, unzip,
xxd, javap. Prints those that fail or print nothing, and how many did not; exit status 1 if any did.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

_SECONDS = 120


def commands_of(target: Path, scratch: Path, most: int) -> list[tuple[str, str]]:
    """What was seen and the command that shows it, each command once."""
    report = scratch / "report.json"
    scan = [sys.executable, "-m", "scanner", "scan", "-q", "-f", "json", "-o", report, "--fail-on", "never", target]
    subprocess.run(scan, check=True)
    document = json.loads(report.read_text("utf-8"))
    seen = {one["check"]: one["value"] for finding in document["findings"] for one in finding["evidence"]}
    return [(value, command) for command, value in seen.items() if command][:most]


def silent(target: Path, commands: list[tuple[str, str]], scratch: Path) -> Iterator[tuple[str, str, str]]:
    """What a command was to show, the command, and what it said instead."""
    paths = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))  # where frscan is
    for value, command in commands:
        line = command.replace("/tmp/frscan-check", str(scratch / "step"))
        ran = subprocess.run(
            ["sh", "-c", line],
            cwd=target if target.is_dir() else target.parent,
            env={**os.environ, "PATH": paths},
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
        if ran.returncode or not ran.stdout:
            yield value, command, ran.stderr.decode("utf-8", "replace").strip()[:200]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("targets", type=Path, nargs="+")
    options.add_argument("--most", type=int, default=60)
    given = options.parse_args()
    ran = failed = 0
    with TemporaryDirectory() as name:
        scratch = Path(name)
        for target in given.targets:
            commands = commands_of(target, scratch, given.most)
            ran += len(commands)
            for value, command, said in silent(target.resolve(), commands, scratch):
                failed += 1
                print(f"{target}: {value}\n  {command}\n  {said}", flush=True)
    print(f"{ran:,} commands, {failed:,} of them showed nothing")
    sys.exit(1 if failed else 0)


main()
