"""Settings as observations, for the readers of all files that hold settings.

Spelling (the same in the catalogue's `config:` patterns, which see `name` and `name=value`):

- A setting is named by its dotted path, numbers of list entries left out: `face.search.enabled`, value `true`.
- An environment variable is named by its name, wherever it is set: `APP_DISABLE_SEARCH`, value `false`.
- A container image is `image` with the reference as value: `registry.example/owner/app:1.2`. Variables in it are
  replaced by their defaults or dropped.
- An action that a policy allows is `iam:service:Action`, wildcards as written: `iam:faces:Search*`, `iam:faces:*`.
  What a policy allows by leaving something out (`NotAction`), or by allowing everything (`*`), names no service.
- What a template of infrastructure creates is `resource` with its type as value, and behind a slash its kind where one
  type stands for many services: `Vendor::Faces::Collection`, `vendor_account/Face`,
  `vendor:faces/collection:Collection`.

A value is kept if it is a truth value, a number, an image or a plain word or path of at most 40 characters; never one
that looks like a secret or stands under a name like password, token or key. Other values are left empty.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from scanner.model.observation import Config
from scanner.model.source import Budget, Unreadable

Path = tuple[str | int, ...]

_MAX_SETTINGS = 3000
"""A file with more is data, and its settings are left out: images, variables and actions are kept."""
_MAX_NAME = 200
_SECRET = re.compile(
    r"pass(?:word|wd|phrase)?|pwd|secret|token|credential|private|auth|cert|salt|session|cookie|signature|licen[cs]e"
    r"|(?:^|[_.-])key|key$|bearer|dsn|connection|webhook",
    re.IGNORECASE,
)
TRUTH = frozenset({"true", "false", "yes", "no", "on", "off"})
_NUMBER = re.compile(r"-?\d{1,12}(?:\.\d{1,6})?")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_./ -]{0,39}")
_PIECE = re.compile(r"[A-Za-z0-9]+")
_DIGIT_IN_LETTERS = re.compile(r"[A-Za-z]\d|\d[A-Za-z]")
_CHANGE_OF_CASE = re.compile(r"[a-z][A-Z]")
ENVIRONMENT = frozenset(
    {"env", "env_vars", "environment", "environment_variables", "environmentvariables", "variables"}
)
"""Keys under which variables stand."""
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,150}")
_DATA = frozenset({"data", "stringdata"})
"""Keys of Kubernetes under which variables stand beside whole files."""
CAPITALS = re.compile(r"[A-Z][A-Z0-9]*_[A-Z0-9_]{1,150}")
"""A name that only variables have."""
_ACTIONS = frozenset({"action", "actions"})
_ACTION = re.compile(r"([A-Za-z0-9-]{2,40}):([A-Za-z0-9*?]{1,100})")
_IMAGE_KEYS = frozenset({"image", "imageuri", "dockerimage", "containerimage", "baseimage"})
_DOCKER = "docker://"
_RESOURCE = re.compile(
    r"(?:[A-Z][A-Za-z0-9]{1,40}::[A-Za-z0-9]{1,60}::[A-Za-z0-9]{1,80}|Microsoft(?:\.\w{1,60}){1,4}/[\w/]{1,100})"
    r"|[a-z][a-z0-9-]{1,40}:[a-zA-Z0-9.-]{1,80}(?:/[\w.]{1,80})?:[A-Z][A-Za-z0-9]{1,80}$"
)
_KIND = re.compile(r"[A-Za-z][A-Za-z0-9.]{0,60}")
_IMAGE = re.compile(
    r"[a-z0-9][\w.-]{0,200}(?::\d{1,5}(?=/))?(?:/[a-z0-9_][\w.-]{0,150}){0,8}(?::\w[\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?"
)
_DEFAULT = re.compile(r"\$\{\w{1,100}:?-([^${}]{0,200})\}")
_DROPPED = re.compile(r"\$\{[^{}]{0,200}\}|\$\w{1,100}|\{\{[^{}]{0,200}\}\}")


class Leaf(NamedTuple):
    """One value of a tree of settings."""

    path: Path
    """Keys, and numbers of list entries."""
    value: str
    """Truth values as `true` and `false`."""
    place: str


def setting(name: str, value: str, place: str) -> Config:
    """A setting or variable, with its value if that may be shown."""
    return Config(name=name[:_MAX_NAME], value=shown(name, value), place=place)


def image(reference: str, place: str) -> Iterator[Config]:
    """The container image of a reference; nothing if it is none."""
    reference = _DROPPED.sub("", _DEFAULT.sub(r"\1", reference[:500].strip())).rstrip(":@/")
    if _IMAGE.fullmatch(reference):
        yield Config(name="image", value=reference, place=place)


def action(text: str, place: str) -> Iterator[Config]:
    """The action that a policy names; nothing if it is none."""
    found = _ACTION.fullmatch(text.strip())
    if found:
        yield Config(name=f"iam:{found[1].lower()}:{found[2]}", place=place)


def resource(kind: str, place: str) -> Config:
    """Something that a template creates, by its type."""
    return Config(name="resource", value=kind[:_MAX_NAME], place=place)


def is_secret(name: str) -> bool:
    """Whether something of that name is likely to be a secret."""
    return _SECRET.search(name) is not None


def shown(name: str, value: str) -> str:
    """The value if it may be shown, else nothing."""
    value = value.strip()
    if is_secret(name):
        return value.lower() if value.lower() in TRUTH else ""
    if value.lower() in TRUTH:
        return value.lower()
    if _NUMBER.fullmatch(value):
        return value
    return value if _WORD.fullmatch(value) and not _looks_random(value) else ""


def _looks_random(text: str) -> bool:
    """Whether a piece is long, mixes letters with digits, or changes case as no word does."""
    return any(
        len(piece) > 24
        or (len(piece) >= 8 and len(_DIGIT_IN_LETTERS.findall(piece)) > 1)
        or len(_CHANGE_OF_CASE.findall(piece)) > 4
        for piece in _PIECE.findall(text)
    )


def config_facts(leaves: Iterator[Leaf], budget: Budget) -> Iterator[Config]:
    """What the values of a tree say: images and variables as they come, then actions, what is created, and settings.

    Where the leaves break off, it raises what they raise, after what was read.
    """
    broken: list[Unreadable] = []
    yield from _facts(_until_broken(leaves, budget, broken))
    for why in broken:
        raise why


def _facts(leaves: Iterator[Leaf]) -> Iterator[Config]:
    policies = _Policies()
    pairs = _Pairs()
    resources = _Resources()
    settings: list[Config] = []
    for leaf in leaves:
        key = _last_key(leaf.path).lower()
        if policies.take(leaf, key) or resources.take(leaf):
            continue
        if _of_image(leaf, key):
            yield from image(leaf.value.removeprefix(_DOCKER), leaf.place)
        elif _of_environment(leaf):
            yield from pairs.take(leaf)
        elif len(settings) <= _MAX_SETTINGS:
            name = ".".join(part for part in leaf.path if isinstance(part, str))
            if name:
                settings.append(setting(name, leaf.value, leaf.place))
    yield from pairs.rest()
    yield from policies.allowed()
    yield from resources.created()
    if len(settings) <= _MAX_SETTINGS:
        yield from settings


def _until_broken(leaves: Iterator[Leaf], budget: Budget, broken: list[Unreadable]) -> Iterator[Leaf]:
    """The leaves; `broken` takes what they break off with."""
    try:
        for leaf in leaves:
            budget.spend_items()
            yield leaf
    except Unreadable as why:
        broken.append(why)


def _last_key(path: Path) -> str:
    return next((part for part in reversed(path) if isinstance(part, str)), "")


def _of_image(leaf: Leaf, key: str) -> bool:
    """Whether a value names a container image, in the ways of Kubernetes, Helm, and services that run others' code."""
    above = str(leaf.path[-2]).lower() if len(leaf.path) > 1 else ""
    if key in ("repository", "name"):
        return above == "image"
    if key == "container" or (key == "services" and isinstance(leaf.path[-1], int)):
        return "/" in leaf.value or ":" in leaf.value
    return key.replace("_", "") in _IMAGE_KEYS or leaf.value.startswith(_DOCKER)


def _of_environment(leaf: Leaf) -> bool:
    """Whether the path ends in `env.NAME`, `env[0]` or `env[0].name`, or in `data.NAME` with a name in capitals."""
    last, above = leaf.path[-1], leaf.path[-2] if len(leaf.path) > 1 else ""
    if isinstance(last, str) and isinstance(above, str) and above.lower() in _DATA and CAPITALS.fullmatch(last):
        return True
    return any(isinstance(part, str) and part.lower() in ENVIRONMENT for part in leaf.path[-3:-1])


class _Pairs:
    """Variables, of which lists give name and value apart."""

    def __init__(self) -> None:
        self._names: dict[Path, tuple[str, str]] = {}
        self._values: dict[Path, str] = {}

    def take(self, leaf: Leaf) -> Iterator[Config]:
        """Yield the variable of `NAME: value` or `- NAME=value`; keep `name: NAME` and `value: …` for later."""
        last, before = leaf.path[-1], leaf.path[-2] if len(leaf.path) > 1 else ""
        name, value = str(last), leaf.value
        if isinstance(last, int):
            name, _, value = leaf.value.partition("=")
        elif isinstance(before, int):
            if last == "name":
                self._names[leaf.path[:-1]] = (leaf.value, leaf.place)
            elif last == "value":
                self._values[leaf.path[:-1]] = leaf.value
            return
        if _VARIABLE.fullmatch(name):
            yield setting(name, value, leaf.place)

    def rest(self) -> Iterator[Config]:
        """The variables whose name and value came apart."""
        for path, (name, place) in self._names.items():
            if _VARIABLE.fullmatch(name):
                yield setting(name, self._values.get(path, ""), place)


class _Policies:
    """Actions of policies, until it is known whether their statement allows or denies them."""

    def __init__(self) -> None:
        self._actions: dict[Path, list[Leaf]] = {}
        self._denied: set[Path] = set()

    def take(self, leaf: Leaf, key: str) -> bool:
        """Keep the leaf if it is an action or an effect."""
        if key in _ACTIONS and _ACTION.fullmatch(leaf.value.strip()):
            depth = 2 if isinstance(leaf.path[-1], int) else 1
            self._actions.setdefault(leaf.path[:-depth], []).append(leaf)
            return True
        if key == "effect" and leaf.value.lower() in ("allow", "deny"):
            if leaf.value.lower() == "deny":
                self._denied.add(leaf.path[:-1])
            return True
        return False

    def allowed(self) -> Iterator[Config]:
        """The actions of statements that do not deny."""
        for statement, leaves in self._actions.items():
            if statement not in self._denied:
                for leaf in leaves:
                    yield from action(leaf.value, leaf.place)


class _Resources:
    """What a template creates: types, each with its kind where one stands beside it."""

    def __init__(self) -> None:
        self._types: dict[Path, Leaf] = {}
        self._kinds: dict[Path, str] = {}

    def take(self, leaf: Leaf) -> bool:
        """Keep the leaf if it is the type of a resource; of a kind keep what it says and leave the leaf to others."""
        if leaf.path[-1:] in (("Type",), ("type",)) and _RESOURCE.match(leaf.value):
            self._types[leaf.path[:-1]] = leaf
            return True
        if leaf.path[-1:] == ("kind",) and _KIND.fullmatch(leaf.value):
            self._kinds[leaf.path[:-1]] = leaf.value
        return False

    def created(self) -> Iterator[Config]:
        """The resources in their order."""
        for path, leaf in self._types.items():
            kind = self._kinds.get(path) or self._kinds.get((*path, "properties"))
            name = _RESOURCE.match(leaf.value)
            yield resource("/".join(filter(None, (name[0] if name else "", kind))), leaf.place)
