"""The command line: parse, call, render, exit."""

import sys

from scanner.cli.exits import Exit


def main() -> None:
    """Run `frscan`. An uncaught exception exits 70, never 1, for 1 means that something was found."""
    try:
        from scanner.cli.app import run

        run(sys.argv[1:])
    except KeyboardInterrupt:
        print("frscan: interrupted.", file=sys.stderr)
        sys.exit(Exit.INTERRUPTED)
    except Exception:  # the program's edge: a bug of ours must not look like a finding
        import traceback

        traceback.print_exc()
        print(
            "frscan: this is a bug in frscan, not in what was scanned. Please report it with the lines above.",
            file=sys.stderr,
        )
        sys.exit(Exit.BUG)
