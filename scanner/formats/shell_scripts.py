"""Scripts and the files of continuous integration: what their commands install and run.

A file is read line by line, whatever it is written in: a command may stand alone, behind a key of YAML (`- run: …`), in
quotes behind a step of a Jenkinsfile (`sh '…'`), or behind the tabulator of a Makefile.
"""

import re
from collections.abc import Iterator

from scanner.formats.config_facts import image, setting
from scanner.formats.shell_commands import MAX_COMMAND, command_facts, may_stand_in, tools_in
from scanner.model.observation import Config, Observation
from scanner.model.source import Budget, Info, Magic, Source

INFO = Info(
    name="shell-scripts",
    version=2,
    line="Scripts, Makefiles, Jenkinsfiles and CI files in YAML: packages they install by name, images they run",
    specification="https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html, "
    "https://www.jenkins.io/doc/book/pipeline/syntax/",
    limits="Commands are read as they stand: variables are not replaced, other scripts are read where they lie. "
    "Of a file larger than 1 MiB the first is read.",
    stems=("makefile", "gnumakefile", "jenkinsfile", "justfile"),
    suffixes=(".sh", ".bash", ".zsh", ".ps1", ".bat", ".cmd", ".mk", ".yml", ".yaml"),
    magics=tuple(
        Magic(start) for start in (b"#!/bin/sh", b"#!/bin/bash", b"#!/usr/bin/env bash", b"#!/usr/bin/env sh")
    ),
)

_MAX_BYTES = 1024 * 1024
_EXPORTING = re.compile(rb"^[^\S\n]*export\s", re.MULTILINE)
_KEY = re.compile(
    r"(?:-\s+)*(?:(?:run|script|command|cmd|bash|sh|pwsh|powershell|shell|install|inline|inlineScript|before_install"
    r"|before_script|after_script)\s*:\s*(?:[|>][+-]?\s*)?)?"
)
_STEP = re.compile(r"(?:sh|bat|powershell)\b\s*\(?\s*(?:script\s*:\s*)?(?=['\"])")
_QUOTES = "'\""
_EXPORT = re.compile(r"export\s+([A-Za-z_]\w{0,150})=(\"[^\"]{0,300}\"|'[^']{0,300}'|\S{0,300})")
_IMAGE = re.compile(r"(?:docker\.)?\bimage\s*\(?\s*(['\"])([^'\"]{1,300})\1")
_SET = re.compile(r"([A-Z][A-Z0-9_]{2,100})\s*=\s*(['\"])([^'\"]{0,300})\2")


def wants(_name: str, head: bytes) -> bool:
    """Whether it is text."""
    return b"\0" not in head


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield packages as declared, images and exported variables; nothing where no line installs or runs anything."""
    data = bytes(source.view(0, min(source.size, _MAX_BYTES)))
    is_pipeline = source.name.lower().startswith("jenkinsfile")
    tools = tools_in(data)
    if not (tools or is_pipeline or (b"export" in data and _EXPORTING.search(data))):
        return
    budget.spend_bytes(2 * len(data))
    for number, line in _lines(data.decode("utf-8-sig", "backslashreplace"), budget):
        place = f"line {number}"
        if is_pipeline:
            yield from _of_pipeline(line, place)
        exported = _EXPORT.match(line)
        if exported:
            yield setting(exported[1], exported[2].strip(_QUOTES), place)
        if may_stand_in(line, tools):
            yield from command_facts(_command(line), place)


def _lines(text: str, budget: Budget) -> Iterator[tuple[int, str]]:
    """Lines without those that are comments, each with the ones it goes on in; the number is that of the first."""
    start, joined = 0, ""
    for number, line in enumerate(text.split("\n"), 1):
        budget.spend_items()
        stripped = line.strip()
        if not stripped or stripped.startswith(("#", "//", "::", "REM ")):
            continue
        start = start or number
        joined = f"{joined} {stripped.rstrip(chr(92) + '`')}".strip()[:MAX_COMMAND]
        if not stripped.endswith(("\\", " `")):
            yield start, joined
            start, joined = 0, ""
    if joined:
        yield start, joined


def _command(line: str) -> str:
    """The command of a line, without what other languages put around it."""
    for before in (_KEY, _STEP):
        found = before.match(line)
        line = line[found.end() :] if found else line
    quote = line[:1]
    if quote and quote in _QUOTES:
        line = line.strip(quote + ")").rstrip(quote)
    return line


def _of_pipeline(line: str, place: str) -> Iterator[Config]:
    """The images that a Jenkinsfile runs its steps in, and the variables that it sets."""
    for found in _IMAGE.finditer(line):
        yield from image(found[2], place)
    given = _SET.fullmatch(line)
    if given:
        yield setting(given[1], given[3], place)
