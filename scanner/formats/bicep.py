"""Azure Bicep: what a template creates, with its kind, and the images and variables of containers."""

import re
from collections.abc import Iterator

from scanner.formats.config_facts import CAPITALS, image, resource, setting
from scanner.formats.text_lines import code_lines, numbered_lines
from scanner.model.observation import Config, Observation
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="bicep",
    version=1,
    line="Azure Bicep: what is created, container images, variables",
    specification="https://learn.microsoft.com/azure/azure-resource-manager/bicep/resource-declaration",
    limits="Expressions are not evaluated: of a kind that a parameter gives, its default is taken.",
    suffixes=(".bicep", ".bicepparam"),
)

_MAX_BYTES = 4 * 1024 * 1024
_RESOURCE = re.compile(r"resource\s+\w{1,100}\s+'([A-Za-z][\w.]{1,100}(?:/[\w.]{1,100}){1,6})@[^']{1,40}'")
_DEFAULT = re.compile(r"(?:param|var)\s+(\w{1,100})(?:\s+\w{1,60}\??)?\s*=\s*'([^']{0,300})'")
_FIELD = re.compile(r"(kind|image|name|value)\s*:\s*(?:'([^']{0,300})'|(\w{1,100}))\s*,?")


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield what is created, images and variables, in the order in which each is complete.

    Raises:
        Unreadable: limit, when the file is larger than 4 MiB.
    """
    template = _Template()
    for number, line in code_lines(numbered_lines(source, budget, _MAX_BYTES)):
        yield from template.take(line, f"line {number}")
    yield from template.end()


class _Template:
    """What was read of a template and is not complete yet."""

    def __init__(self) -> None:
        self._defaults: dict[str, str] = {}
        self._created: tuple[str, str] | None = None
        """Type and place of the resource that is open."""
        self._kind = self._name = ""
        self._depth = 0

    def take(self, line: str, place: str) -> Iterator[Config]:
        """What a line completes."""
        begun, default = _RESOURCE.match(line), _DEFAULT.match(line)
        if begun:
            yield from self.end()
            self._created, self._depth = (begun[1], place), 0
        elif default:
            self._defaults[default[1]] = default[2]
        for field in _FIELD.finditer(line):
            value = field[2] if field[2] is not None else self._defaults.get(field[3], "")
            yield from self._field(field[1], value, self._depth + _opened(line[: field.start()]), place)
        self._depth += _opened(line)

    def _field(self, key: str, value: str, depth: int, place: str) -> Iterator[Config]:
        if key == "kind" and depth == 1:
            self._kind = value
        elif key == "image":
            yield from image(value, place)
        elif key == "name":
            self._name = value if CAPITALS.fullmatch(value) else ""
        elif key == "value" and self._name:
            yield setting(self._name, value, place)
            self._name = ""

    def end(self) -> Iterator[Config]:
        """The resource that was open; then none is."""
        if self._created is not None:
            kind, place = self._created
            yield resource(f"{kind}/{self._kind}" if self._kind else kind, place)
        self._created, self._kind = None, ""


def _opened(text: str) -> int:
    """How many blocks more are open behind a text than before it."""
    return text.count("{") - text.count("}")
