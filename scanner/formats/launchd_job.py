"""Jobs of launchd: what macOS starts by itself, for everybody (daemons) or for each account (agents)."""

from collections.abc import Iterator

from scanner.formats.property_list import BINARY, property_list
from scanner.model.observation import Observation, Service
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="launchd-job",
    version=1,
    line="Daemons and agents of macOS (launchd): name and the program that is started",
    specification="https://keith.github.io/xcode-man-pages/launchd.plist.5.html",
    limits="Whether a job is switched off is not read.",
    suffixes=(".plist",),
)
_PROGRAM_KEYS = (b"Program", b"BundleProgram")


def wants(_name: str, head: bytes) -> bool:
    """Whether it is a property list with a label and a program."""
    is_list = head.startswith(BINARY) or b"<plist" in head
    return is_list and b"Label" in head and any(key in head for key in _PROGRAM_KEYS)


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the job by its label, with its program.

    Raises:
        Unreadable: damaged, when it is no property list; limit, when it is too large.
    """
    tree = property_list(bytes(source.view()), budget)
    label, program, arguments = tree.get("Label"), tree.get("Program"), tree.get("ProgramArguments")
    if not isinstance(program, str) and isinstance(arguments, list) and arguments:
        program = arguments[0]
    if isinstance(label, str) and label:
        path = program if isinstance(program, str) and program.startswith("/") else ""
        yield Service(name=label, program=path, place="Label")
