"""Terraform and OpenTofu: actions that policies allow, container images, variables of functions and containers."""

import re
from collections.abc import Iterator

from scanner.formats.config_facts import CAPITALS, action, image, resource, setting
from scanner.formats.text_lines import code_lines, numbered_lines
from scanner.model.observation import Config, Observation
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="terraform",
    version=2,
    line="Terraform: what is created, actions that policies allow, container images, variables",
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
_RESOURCE = re.compile(r'resource\s+"?(\w{1,100})"?\s+"?[\w-]{1,100}"?\s*\{')
_KIND = re.compile(r'kind\s*=\s*"([A-Za-z][A-Za-z0-9.]{0,60})"')
_NAMED = re.compile(r'name\s*=\s*"([^"]{1,150})"')
_VALUE = re.compile(r'value\s*=\s*"?([^"]{0,300})"?')


class _Statement:
    """The actions of a statement, until it ends and its effect is known."""

    def __init__(self) -> None:
        self.actions: list[tuple[str, str]] = []
        self.is_denied = False
        self.depth = 0
        """How many blocks are open around the actions."""

    def end(self) -> Iterator[Config]:
        """The actions that were allowed; then it is empty again."""
        for text, place in () if self.is_denied else self.actions:
            yield from action(text, place)
        self.actions, self.is_denied = [], False


class _Resource:
    """What is created, until it is known whether it says its kind."""

    def __init__(self) -> None:
        self._type = self._place = self._kind = ""
        self._name = ""

    def take(self, line: str, place: str) -> Iterator[Config]:
        """Yield the resource that ends where this line begins another; variables whose name and value come apart."""
        begun, kind = _RESOURCE.match(line), _KIND.fullmatch(line)
        named, value = _NAMED.fullmatch(line), _VALUE.fullmatch(line)
        if begun:
            yield from self.end()
            self._type, self._place = begun[1], place
        elif kind:
            self._kind = kind[1]
        elif named:
            self._name = named[1] if CAPITALS.fullmatch(named[1]) else ""
        elif value and self._name:
            yield setting(self._name, value[1], place)
            self._name = ""

    def end(self) -> Iterator[Config]:
        """The resource that was open; then none is."""
        if self._type:
            yield resource(f"{self._type}/{self._kind}" if self._kind else self._type, self._place)
        self._type = self._place = self._kind = ""


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield what is created, allowed actions, images and variables.

    Raises:
        Unreadable: limit, when the file is larger than 4 MiB.
    """
    statement, opened = _Statement(), _Resource()
    inside, depth = False, 0
    for number, line in code_lines(numbered_lines(source, budget, _MAX_BYTES)):
        if line.startswith("#"):
            continue
        place = f"line {number}"
        named = _ACTIONS.search(line)
        if named and not statement.actions:
            statement.depth = depth + _opened(line[: named.start()])
        if named or inside:
            listed = line[named.end() :] if named else line
            if not (named and named[1]):
                statement.actions += [(text, place) for text in _QUOTED.findall(listed.partition("]")[0])]
            inside = bool(inside or (named and named[2] and not named[1])) and "]" not in listed
        effect = _EFFECT.search(line)
        if effect:
            statement.is_denied = effect[1].lower() == "deny"
        yield from _plain(line, place)
        yield from opened.take(line, place)
        depth += _opened(line)
        if depth < statement.depth:
            yield from statement.end()
    yield from statement.end()
    yield from opened.end()


def _opened(text: str) -> int:
    """How many blocks more are open behind a text than before it."""
    return text.count("{") - text.count("}")


def _plain(line: str, place: str) -> Iterator[Config]:
    shown_image, variable = _IMAGE.search(line), _VARIABLE.fullmatch(line)
    if shown_image:
        yield from image(shown_image[1], place)
    if variable:
        yield setting(variable[1], variable[2], place)
