"""Scheduled tasks of Windows: what is started without anybody asking, by name and program."""

from collections.abc import Iterator

from scanner.formats.windows_paths import drive_path
from scanner.formats.xml_elements import xml_elements
from scanner.model.observation import Config, Observation, Service
from scanner.model.source import Budget, Info, Magic, Source

INFO = Info(
    name="windows-task",
    version=2,
    line="Scheduled tasks of Windows: name and the program that is started",
    specification="https://learn.microsoft.com/openspecs/windows_protocols/ms-tsch/0d6383e4-de92-43e7-b0bb-a60cfa36379f",
    limits="Tasks that only the registry knows, and those that start a component by its class, give their name alone.",
    magics=(Magic(b"\xff\xfe<\0"), Magic(b"<?xml"), Magic(b"<Task")),
)
_SPACE = "schemas.microsoft.com/windows/2004/02/mit/task"


def wants(_name: str, head: bytes) -> bool:
    """Whether it is of the name space of tasks."""
    return _SPACE.encode() in head or _SPACE.encode("utf-16-le") in head


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the task as a service, then each program that it starts.

    Raises:
        Unreadable: damaged; what stood before was yielded.
    """
    name, line, author = source.name, 1, ""
    commands: list[Config] = []
    for element in xml_elements(source, budget):
        if element.path == ("Task", "RegistrationInfo", "URI") and element.text:
            name, line = element.text.rpartition("\\")[2], element.line
        elif element.path == ("Task", "RegistrationInfo", "Author") and not element.text.startswith("$("):
            # `COMPUTER\\account` is a person who made the task by hand, and is left out.
            author = "" if "\\" in element.text else element.text
        elif element.path == ("Task", "Actions", "Exec", "Command"):
            program = element.text.strip('"').replace("/", "\\").rpartition("\\")[2].lower()
            commands.append(Config(name=f"scheduled-task:{program}", value=element.text, place=f"line {element.line}"))
    program = drive_path(commands[0].value) if commands else ""
    yield Service(name=name, program=program, publisher=author, place=f"line {line}")
    yield from commands
