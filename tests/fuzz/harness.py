"""A coverage-guided fuzzer for every reader and every container, one at a time.

    python -m tests.fuzz.harness NAME CORPUS [options of libFuzzer]

NAME is the `INFO.name` of a reader or container, CORPUS a folder in which inputs are kept. See README.md beside this.
"""

import sys
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from typing import Any

try:
    import atheris  # type: ignore[import-not-found, unused-ignore]  # no dependency: see README.md
except ImportError:
    atheris = None

# Only what is loaded here is watched: the libraries around it take a minute to instrument and are not ours to cover.
with (
    atheris.instrument_imports(include=["scanner"]) if atheris is not None and __name__ == "__main__" else nullcontext()
):
    from scanner.containers import containers
    from scanner.formats import readers

    KNOWN = {module.INFO.name: module for module in (*readers(), *containers())}
from scanner.model.source import HEAD_BYTES, Unreadable
from tests.budgets import CountingBudget
from tests.sources import BytesSource

ITEMS = 200_000
BYTES = 16 << 20
FOCUS = frozenset({"cv2", "face_recognition", "com.example.Face"})
"""What readers that look for something are asked about."""


def parsers() -> dict[str, Any]:
    """Every reader and container by name; what both have in common is not typed as one."""
    return dict(KNOWN)


def name_for(parser: Any) -> str:
    """A file name that the parser wants."""
    if parser.INFO.names:
        return str(parser.INFO.names[0])
    return "input" + (str(parser.INFO.suffixes[0]) if parser.INFO.suffixes else ".bin")


def run_once(parser: Any, data: bytes, name: str = "", focus: frozenset[str] = FOCUS) -> None:
    """Give a parser some bytes. Raises whatever it raises but for `Unreadable`, which is its right."""
    name = name or name_for(parser)
    source = BytesSource(name, data, focus=focus if hasattr(parser, "observe") else frozenset())
    for ask in ("wants", "confirms"):
        function = getattr(parser, ask, None)
        if function is not None:
            function(*((name, data[:HEAD_BYTES]) if ask == "wants" else (source,)))
    budget = CountingBudget(items=ITEMS, bytes=BYTES)
    if hasattr(parser, "observe"):
        _exhaust(lambda: parser.observe(source, budget))
    if hasattr(parser, "regions"):
        _exhaust(lambda: parser.regions(source, budget))
    if hasattr(parser, "members"):
        _exhaust(lambda: _contents(parser, source, budget))


def _contents(container: Any, source: BytesSource, budget: CountingBudget) -> Iterable[object]:
    for member in container.members(source, budget):
        if member.kind == "file":
            _exhaust(member.chunks)
        yield member


def _exhaust(produce: Callable[[], Iterable[object]]) -> None:
    try:
        for _ in produce():
            pass
    except Unreadable:
        pass


def main() -> None:
    name = sys.argv.pop(1) if len(sys.argv) > 1 else ""
    known = parsers()
    if name not in known:
        sys.exit(f"usage: python -m tests.fuzz.harness NAME CORPUS; NAME is one of {', '.join(sorted(known))}.")
    if atheris is None:
        sys.exit("The fuzzer is not installed: python -m pip install atheris (Linux and macOS).")
    parser = known[name]
    atheris.Setup(sys.argv, lambda data: run_once(parser, data))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
