"""The command line: parse, call, render, exit."""

import gc
import sys

from scanner.engine.garbage import seldom_collected


@seldom_collected()  # what is imported stays, so that looking through it again and again finds nothing
def main() -> None:
    """Run `frscan`. An uncaught exception exits 70, never 1, for 1 means that something was found."""
    try:
        from scanner.cli.app import run

        run(sys.argv[1:])
    except KeyboardInterrupt:
        from scanner.cli.exits import Exit

        print("frscan: interrupted.", file=sys.stderr)
        sys.exit(Exit.INTERRUPTED)
    except Exception:  # the program's edge: a bug of ours must not look like a finding
        import traceback

        from scanner.cli.exits import Exit

        traceback.print_exc()
        print(
            "frscan: this is a bug in frscan, not in what was scanned. Please report it with the lines above.",
            file=sys.stderr,
        )
        sys.exit(Exit.BUG)
    finally:
        gc.freeze()  # what is left goes with the process, without being looked through for cycles first
