"""Settings and policies in JSON. How they are named: `scanner.formats.config_facts`."""

from collections.abc import Iterator
from typing import Any

from scanner.formats.config_facts import Leaf, Path, config_facts
from scanner.formats.json_tree import json_object
from scanner.model.observation import Observation
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="settings-json",
    version=1,
    line="Settings in JSON (servers, policies, CloudFormation, task definitions): images, variables, actions, switches",
    specification="JSON: RFC 8259; policies: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies.html",
    limits="Files that are no object, have comments, or are larger than 1 MiB count as data and are not read.",
    suffixes=(".json", ".tf.json", ".template"),
)

_MAX_BYTES = 1024 * 1024
_MAX_LEAVES = 50_000
_OTHERS = (
    "package.json",
    "package-lock.json",
    "npm-shrinkwrap.json",
    "composer.json",
    "installed.json",
    "vcpkg.json",
    "brewfile.lock.json",
    ".deps.json",
    ".lock.json",
    ".assets.json",
    ".podspec.json",
    ".spdx.json",
    ".schema.json",
    "bower.json",
)
"""Lists of packages, which have readers of their own, and descriptions of other files."""


def wants(name: str, head: bytes) -> bool:
    """Whether it is an object, and no list of packages."""
    return not name.endswith(_OTHERS) and head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield images, variables, allowed actions and settings; nothing for data and for JSON with comments.

    Raises:
        Unreadable: damaged, when it is no JSON; limit, when it is nested too deeply.
    """
    if source.size <= _MAX_BYTES:
        yield from config_facts(_leaves(json_object(source, budget, _MAX_BYTES)), budget)


def _leaves(tree: dict[str, Any]) -> Iterator[Leaf]:  # Any: values of JSON
    waiting: list[tuple[Path, object]] = [((), tree)]
    left = _MAX_LEAVES
    while waiting and left:
        left -= 1
        path, value = waiting.pop()
        if isinstance(value, dict):
            waiting += reversed([((*path, key), inner) for key, inner in value.items()])
        elif isinstance(value, list):
            waiting += reversed([((*path, number), inner) for number, inner in enumerate(value)])
        elif value is not None:
            text = str(value).lower() if isinstance(value, bool) else str(value)
            yield Leaf(path, text, _place(path))


def _place(path: Path) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")
