"""Dockerfiles: the images they build on, variables they set, and packages they install by name."""

import re
import shlex
from collections.abc import Iterator

import msgspec

from scanner.formats.config_facts import image, setting
from scanner.formats.shell_commands import command_facts
from scanner.formats.text_lines import numbered_lines
from scanner.model.observation import Config, Observation
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="dockerfile",
    version=2,
    line="Dockerfiles: images built on, variables, packages installed by name (pip, npm, gem, apt, apk, dnf, conda …)",
    specification="https://docs.docker.com/reference/dockerfile/",
    limits="Scripts that an instruction copies and runs are read where they lie in the target, not from here.",
    stems=("dockerfile", "containerfile"),
    suffixes=(".dockerfile", ".containerfile"),
)

_MAX_BYTES = 1024 * 1024
_MAX_JOINED = 16_384
_FROM = re.compile(r"FROM\s+(?:--\S+\s+){0,4}(\S+)(?:\s+AS\s+(\S+))?", re.IGNORECASE)
_COPY = re.compile(r"COPY\s+(?:--\S+\s+){0,4}?--from=(\S+)", re.IGNORECASE)
_SET = re.compile(r"(?:ENV|ARG)\s+(.*)", re.IGNORECASE)
_ASSIGNED = re.compile(r"""([A-Za-z_]\w{0,150})=("[^"]{0,500}"|'[^']{0,500}'|\S{0,500})""")
_REFERENCE = re.compile(r"\$(?:\{(\w{1,150})\}|(\w{1,150}))")
_SPACED = re.compile(r"([A-Za-z_]\w{0,150})\s+(\S.{0,500})")
_INSTRUCTION = re.compile(rb"^(?:FROM|ARG) ", re.MULTILINE)
_FLAGS = re.compile(r"RUN\s+(?:--\S+\s+){0,8}", re.IGNORECASE)
_HEREDOC = re.compile(r"(RUN|COPY|ADD)\b.*?<<-?[\"']?(\w{1,60})", re.IGNORECASE)


def wants(name: str, head: bytes) -> bool:
    """Whether it is text and, where it is no Dockerfile by its whole name (`dockerfile.py`), begins as one does."""
    is_named = name in INFO.stems or name.endswith(INFO.suffixes)
    return b"\0" not in head and (is_named or _INSTRUCTION.search(head) is not None)


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield images, variables, and packages as declared.

    Raises:
        Unreadable: limit, when the file is larger than 1 MiB.
    """
    stages: set[str] = set()
    values: dict[str, str] = {}
    for number, line in _instructions(source, budget):
        place = f"line {number}"
        base, copied, given = _FROM.match(line), _COPY.match(line), _SET.match(line)
        if base:
            reference = _REFERENCE.sub(lambda name: values.get(name[1] or name[2], name[0]), base[1])
            yield from _images(reference, stages, place)
            stages.add((base[2] or "").lower())
        elif copied:
            yield from _images(copied[1], stages, place)
        elif given:
            for name, value in _variables(given[1]):
                values[name] = value
                yield setting(name, value, place)
        elif line[:4].upper() == "RUN ":
            yield from command_facts(_command(line), place)


def _command(line: str) -> str:
    """What an instruction runs: the words of a list (`["pip", "install", "x"]`) as one command."""
    found = _FLAGS.match(line)
    command = line[found.end() :] if found else ""
    if not command.startswith("["):
        return command
    try:
        words = msgspec.json.decode(command.encode("utf-8", "replace"), type=list[str])
    except msgspec.DecodeError:
        return command
    # `["sh", "-c", "pip install x"]` has the command in one word.
    return next((word for word in words if " " in word), shlex.join(words))


def _instructions(source: Source, budget: Budget) -> Iterator[tuple[int, str]]:
    """Instructions with the lines they go on in, comments left out; the number is that of the first line."""
    start, joined = 0, ""
    lines = numbered_lines(source, budget, _MAX_BYTES)
    for number, line in lines:
        stripped = line.strip()
        heredoc = _HEREDOC.match(stripped) if not joined else None
        if heredoc:
            yield from _in_heredoc(heredoc[1], heredoc[2], lines)
            continue
        if not stripped or stripped.startswith("#"):
            continue
        start = start or number
        joined = f"{joined} {stripped.rstrip(chr(92))}".strip() if len(joined) < _MAX_JOINED else joined
        if not stripped.endswith("\\"):
            yield start, joined
            start, joined = 0, ""
    if joined:
        yield start, joined


def _in_heredoc(instruction: str, end: str, lines: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """The lines of a script that stands in the file, each as an instruction; of a file that is copied, none."""
    for number, line in lines:
        if line.strip() == end:
            return
        if instruction.upper() == "RUN":
            yield number, f"RUN {line.strip()}"


def _images(reference: str, stages: set[str], place: str) -> Iterator[Config]:
    if reference.lower() not in stages and not reference.isdigit() and reference.lower() != "scratch":
        yield from image(reference, place)


def _variables(text: str) -> Iterator[tuple[str, str]]:
    assigned = list(_ASSIGNED.finditer(text))
    spaced = _SPACED.match(text) if not assigned else None
    for found in assigned or ([spaced] if spaced else []):
        yield found[1], found[2].strip("\"'")
