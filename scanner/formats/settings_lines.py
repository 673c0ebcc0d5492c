"""Settings line by line: .env, ini, cfg, conf, Java properties. How they are named: `scanner.formats.config_facts`."""

import re
from collections.abc import Iterator

from scanner.formats.config_facts import image, setting
from scanner.formats.environment_file import VARIABLE, is_environment_file, value_of
from scanner.formats.settings_relevance import may_hold_settings
from scanner.formats.text_lines import numbered_lines
from scanner.model.observation import Config, Observation
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="settings-lines",
    version=4,
    line="Settings line by line (.env, ini, conf, properties): variables and switches",
    specification="https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/ (.env files)",
    limits="Only files with a word of a known setting are read. "
    "Values that go on in further lines are read from their first line. Above 1 MiB nothing is read.",
    names=(".flaskenv", ".envrc"),
    stems=(".env",),
    suffixes=(".env", ".ini", ".cfg", ".conf", ".properties"),
    after_words=("config",),
)

_MAX_BYTES = 1024 * 1024
_MAX_SETTINGS = 3000
_OTHERS = frozenset({"setup.cfg", "tox.ini", "pytest.ini", "pom.properties", "pyvenv.cfg", "mypy.ini"})
_SECTION = re.compile(r"\[([^\[\]]{1,200})\]")
_SETTING = re.compile(r"([A-Za-z_][\w.-]{0,150})\s*[=:]\s*(.*)")


def wants(name: str, head: bytes) -> bool:
    """Whether it is text, and not one that has a reader of its own."""
    return name not in _OTHERS and b"\0" not in head


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield variables by their names; settings by section and key, if their value may be shown.

    Raises:
        Unreadable: limit, when the file is larger than 1 MiB.
    """
    if not may_hold_settings(source, _MAX_BYTES):
        return
    is_environment = is_environment_file(source.name)
    section, count = "", 0
    for number, line in numbered_lines(source, budget, _MAX_BYTES):
        stripped = line.strip()
        header = _SECTION.fullmatch(stripped)
        if header:
            section = f"{header[1].strip()}."
        found = (
            None if stripped[:1] in ("", "#", ";", "!") else (VARIABLE if is_environment else _SETTING).match(stripped)
        )
        if found is None or count > _MAX_SETTINGS:
            continue
        for config in _configs("" if is_environment else section, found[1], value_of(found[2]), f"line {number}"):
            count += 1
            yield config


def _configs(section: str, key: str, value: str, place: str) -> Iterator[Config]:
    if key.lower() == "image" or key.lower().endswith("_image"):
        yield from image(value, place)
    if key.lower() != "image":
        yield setting(f"{section}{key}", value, place)
