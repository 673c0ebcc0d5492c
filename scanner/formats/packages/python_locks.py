"""Lock files of Python projects: poetry.lock, uv.lock, pdm.lock, pylock.toml, Pipfile.lock."""

from collections.abc import Iterator
from typing import Any

import msgspec

from scanner.formats.packages.purls import pypi_purl
from scanner.formats.packages.toml_tree import toml
from scanner.model.observation import Observation, Package
from scanner.model.source import Budget, Info, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="python-lock",
    version=1,
    line="Python lock files: each package with its version",
    specification="pylock.toml: https://packaging.python.org/en/latest/specifications/pylock-toml/; the others as "
    "their tools write them: https://python-poetry.org, https://docs.astral.sh/uv, https://pdm-project.org, "
    "https://pipenv.pypa.io",
    limits="Which package asked for which other is not told.",
    names=("poetry.lock", "uv.lock", "pdm.lock", "pipfile.lock", "pylock.toml"),
    suffixes=(".toml",),
)

_MAX_BYTES = 32 * 1024 * 1024
_OWN = ("editable", "virtual")
"""Kinds of source (uv) that say: the project itself."""


def wants(name: str, _head: bytes) -> bool:
    """Whether it is one of the names, or a pylock with a name of its own."""
    return name in INFO.names or (name.startswith("pylock.") and name.endswith(".toml"))


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield each locked package as declared.

    Raises:
        Unreadable: damaged, when it is not the TOML or JSON it should be; limit, when it is too large or too deep.
    """
    if source.size > _MAX_BYTES:
        raise Unreadable(Cause.LIMIT, "The lock file is larger than 32 MiB and was not read.")
    budget.spend_bytes(2 * source.size)
    data = bytes(source.view())
    if source.name.lower() == "pipfile.lock":
        yield from _of_pipenv(data, budget)
        return
    tree = toml(data)
    for key in ("package", "packages"):
        entries = tree.get(key)
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            budget.spend_items()
            if isinstance(entry, dict) and not _is_own(entry.get("source")):
                yield from _locked(entry.get("name"), entry.get("version"), f"{key}[{index}]")


def _is_own(origin: object) -> bool:
    return isinstance(origin, dict) and any(key in origin for key in _OWN)


def _locked(name: object, version: object, place: str) -> Iterator[Package]:
    purl = pypi_purl(name) if isinstance(name, str) else None
    if purl is not None:
        given = version.removeprefix("==") if isinstance(version, str) else ""
        yield Package(purl=purl, version=given, role="declares", place=place)


def _of_pipenv(data: bytes, budget: Budget) -> Iterator[Package]:
    try:
        # Any: each value's type is asked for where it is used.
        sections = msgspec.json.decode(data, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unreadable(Cause.DAMAGED, f"The lock file is not the JSON it should be: {error}.") from error
    except RecursionError as error:
        raise Unreadable(Cause.LIMIT, "The lock file is nested too deeply to be read.") from error
    for section, entries in sections.items():
        if section.startswith("_") or not isinstance(entries, dict):
            continue
        for name, entry in entries.items():
            budget.spend_items()
            version = entry.get("version") if isinstance(entry, dict) else ""
            yield from _locked(name, version, f"{section}.{name}")
