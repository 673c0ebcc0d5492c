"""Terraform and OpenTofu: actions that policies allow, container images, variables of functions and containers."""

import re
from collections.abc import Iterator

from scanner.formats.config_facts import action, image, setting
from scanner.formats.text_lines import code_lines, numbered_lines
from scanner.model.observation import Config, Observation
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="terraform",
    version=1,
    line="Terraform: actions that policies allow, container images, variables",
    specification="https://developer.hashicorp.com/terraform/language/syntax/configuration",
    limits="Expressions are not evaluated: what variables and modules give is not known.",
    suffixes=(".tf", ".hcl", ".tfvars"),
)

_MAX_BYTES = 4 * 1024 * 1024
_ACTIONS = re.compile(r"\"?(not_?)?actions?\"?\s*[=:]\s*(\[?)", re.IGNORECASE)
_QUOTED = re.compile(r'"([^"\\]{1,300})"')
_EFFECT = re.compile(r"\"?effect\"?\s*[=:]\s*\"(\w{1,10})\"", re.IGNORECASE)
_IMAGE = re.compile(r"\"?(?:image|image_uri|docker_image)\"?\s*[=:]\s*\"([^\"]{1,300})\"", re.IGNORECASE)
_VARIABLE = re.compile(r'"?([A-Z][A-Z0-9_]{2,100})"?\s*[=:]\s*"?([^",]{0,300})"?,?')
_BLOCK = re.compile(r"[{}]")


class _Statement:
    """The actions of a statement, until it ends and its effect is known."""

    def __init__(self) -> None:
        self.actions: list[tuple[str, str]] = []
        self.is_denied = False

    def end(self) -> Iterator[Config]:
        """The actions that were allowed; then it is empty again."""
        for text, place in () if self.is_denied else self.actions:
            yield from action(text, place)
        self.actions, self.is_denied = [], False


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield allowed actions, images and variables.

    Raises:
        Unreadable: limit, when the file is larger than 4 MiB.
    """
    statement = _Statement()
    inside = False
    for number, line in code_lines(numbered_lines(source, budget, _MAX_BYTES)):
        if line.startswith("#"):
            continue
        place = f"line {number}"
        named = _ACTIONS.search(line)
        if named or inside:
            listed = line[named.end() :] if named else line
            if not (named and named[1]):
                statement.actions += [(text, place) for text in _QUOTED.findall(listed.partition("]")[0])]
            inside = bool(inside or (named and named[2] and not named[1])) and "]" not in listed
        effect = _EFFECT.search(line)
        if effect:
            statement.is_denied = effect[1].lower() == "deny"
        yield from _plain(line, place)
        if "}" in _BLOCK.findall(line)[-1:]:
            yield from statement.end()
    yield from statement.end()


def _plain(line: str, place: str) -> Iterator[Config]:
    shown_image, variable = _IMAGE.search(line), _VARIABLE.fullmatch(line)
    if shown_image:
        yield from image(shown_image[1], place)
    if variable:
        yield setting(variable[1], variable[2], place)
