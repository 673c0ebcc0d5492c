"""Settings and policies in JSON. How they are named: `scanner.formats.config_facts`."""

import re
from collections.abc import Iterator

import msgspec

from scanner.formats.config_facts import CAPITALS, ENVIRONMENT, TRUTH, Leaf, Path, config_facts, resource
from scanner.formats.json_pieces import lenient_json
from scanner.formats.json_tree import Json, part
from scanner.formats.settings_relevance import may_hold_settings
from scanner.model.observation import Observation
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="settings-json",
    version=5,
    line="Settings in JSON (servers, policies, CloudFormation, task definitions): images, variables, actions, switches",
    specification="JSON: RFC 8259; policies: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies.html",
    limits="Only files with a word of a known setting are read. "
    "What is no JSON object, or larger than 1 MiB, counts as data. Of plain settings, "
    "truth values are kept, and variables in capitals.",
    suffixes=(".json", ".tf.json", ".template"),
    after_words=("config",),
)

_MAX_BYTES = 1024 * 1024
_MAX_LEAVES = 50_000
_MAX_WORD = 120
_KEYS = ENVIRONMENT | {"image", "imageuri", "repository", "action", "actions", "effect", "container"}
_TYPES = frozenset({"type", "Type", "kind"})
_TERRAFORM = ".tf.json"
_POLICY = re.compile(r"\s*\{.{0,4000}\"(?:Action|Statement)\"", re.DOTALL)
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
    """Yield images, variables, allowed actions, and settings that are truth values; nothing for what is no JSON object.

    Raises:
        Unreadable: damaged, where it breaks off; limit, when it is nested too deeply.
    """
    if source.size > _MAX_BYTES or not may_hold_settings(source, _MAX_BYTES):
        return
    tree, problem = lenient_json(source, budget, _MAX_BYTES)
    if source.name.lower().endswith(_TERRAFORM):
        yield from (resource(kind, f"resource.{kind}") for kind in part(tree, "resource"))
    yield from config_facts(_leaves(tree), budget)
    if problem is not None:
        raise problem


def _leaves(tree: Json) -> Iterator[Leaf]:
    waiting: list[tuple[Path, object]] = [((), tree)]
    left = _MAX_LEAVES
    while waiting and left:
        left -= 1
        path, value = waiting.pop()
        if isinstance(value, dict):
            waiting += reversed([((*path, key), inner) for key, inner in value.items()])
        elif isinstance(value, list):
            waiting += reversed([((*path, number), inner) for number, inner in enumerate(value)])
        elif isinstance(value, bool):
            yield Leaf(path, str(value).lower(), _place(path))
        elif isinstance(value, str) and _POLICY.match(value):
            waiting.append((path, _inner(value)))
        elif value is not None and _of_interest(path, str(value)):
            yield Leaf(path, str(value), _place(path))


def _inner(text: str) -> Json | None:
    """The policy that stands in a text, as templates and their output keep it; none if it is no JSON."""
    try:
        return msgspec.json.decode(text.encode("utf-8", "replace"), type=Json)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _of_interest(path: Path, value: str) -> bool:
    """Whether a value may be an image, a variable, part of a policy, a type that is created, or a switch in words."""
    if any(isinstance(key, str) and key.lower() in _KEYS for key in path[-3:]):
        return True
    last = path[-1] if path else ""
    if last in _TYPES or (isinstance(last, str) and CAPITALS.fullmatch(last)):
        return len(value) <= _MAX_WORD
    return value.lower() in TRUTH


def _place(path: Path) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")
