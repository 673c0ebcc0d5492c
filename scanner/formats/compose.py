"""Compose files that take values from another file: `${NAME}` from the `.env` beside them, variables by `env_file`."""

import re
from collections.abc import Iterator, Mapping

from scanner.formats.config_facts import Leaf, config_facts, is_secret, setting
from scanner.formats.environment_file import is_environment_file, variables_of
from scanner.formats.text_lines import text_of
from scanner.formats.yaml_lines import yaml_leaves
from scanner.model.observation import Observation
from scanner.model.source import Budget, Info, Source, Unreadable

INFO = Info(
    name="compose",
    version=1,
    line="Compose files: what they take from the .env file beside them and from the files named by env_file",
    specification="https://docs.docker.com/reference/compose-file/interpolation/, …/services/#env_file",
    limits="Variables of the computer's own environment are not known; those named like secrets are not followed. "
    "Inside archives, files beside it or in the folder above are found.",
    suffixes=(".yml", ".yaml"),
)

_MAX_BYTES = 1024 * 1024
_MAX_FILES = 50
_ENV_FILE = "env_file"
_TAKEN = re.compile(r"\$(?:(\$)|\{(\w{1,150})(?:(:?[-+?])([^{}$]{0,300}))?\}|(\w{1,150}))")


def wants(name: str, _head: bytes) -> bool:
    """Whether it is called as Compose files are: `compose.yaml`, `docker-compose.prod.yml` …"""
    return "compose" in name


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield what values become by the `.env` file, and the variables of other files that no reader knows by name.

    Raises:
        Unreadable: damaged, where it breaks off; limit, when it or a file it names is larger than 1 MiB.
    """
    text = text_of(source, budget, _MAX_BYTES)
    if "$" not in text and _ENV_FILE not in text:
        return
    known = _variables_beside(source, budget)
    files: dict[str, None] = {}
    yield from config_facts(_replaced(_noting(yaml_leaves(text, budget), files), known), budget)
    for name in list(files)[:_MAX_FILES]:
        file = source.group(name)
        if file is not None and not is_environment_file(file.name):
            for variable in variables_of(file, budget, _MAX_BYTES):
                yield setting(variable.name, variable.value, f"{_ENV_FILE} {name}, line {variable.line}")


def _variables_beside(source: Source, budget: Budget) -> dict[str, str]:
    """What the `.env` file sets, without what is named like a secret; nothing where there is none."""
    file = source.group(".env")
    try:
        found = variables_of(file, budget, _MAX_BYTES) if file is not None else ()
        return {one.name: one.value for one in found if not is_secret(one.name)}
    except Unreadable:  # its own reader tells
        return {}


def _noting(leaves: Iterator[Leaf], files: dict[str, None]) -> Iterator[Leaf]:
    """The leaves; `files` takes the names of files that variables are read from."""
    for leaf in leaves:
        *_, before, last = "", *leaf.path
        if _ENV_FILE in (last, before) or (last == "path" and _ENV_FILE in leaf.path[-3:]):
            files[leaf.value.removeprefix("./")] = None
        yield leaf


def _replaced(leaves: Iterator[Leaf], known: Mapping[str, str]) -> Iterator[Leaf]:
    """The leaves that become something else by what is known."""

    def value(taken: re.Match[str]) -> str:
        name = taken[2] or taken[5] or ""
        if taken[1] or name not in known:
            return taken[0]
        has_it = bool(known[name]) or not (taken[3] or "").startswith(":")
        if (taken[3] or "").endswith("+"):
            return taken[4] if has_it else ""
        return known[name] if has_it else taken[0]

    for leaf in leaves:
        found = _TAKEN.sub(value, leaf.value) if "$" in leaf.value else leaf.value
        if found != leaf.value:
            yield leaf._replace(value=found)
