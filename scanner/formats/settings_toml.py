"""Settings in TOML. How they are named: `scanner.formats.config_facts`."""

from collections.abc import Iterator

from scanner.formats.config_facts import Leaf, Path, config_facts
from scanner.formats.packages.toml_tree import Toml, told_of_toml
from scanner.formats.settings_relevance import may_hold_settings
from scanner.formats.text_lines import text_of
from scanner.model.observation import Observation
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="settings-toml",
    version=5,
    line="Settings in TOML: images, variables, switches",
    specification="TOML 1.0: https://toml.io/en/v1.0.0",
    limits="Only files with a word of a known setting are read. Above 1 MiB nothing is read.",
    suffixes=(".toml",),
    after_words=("config",),
)

_MAX_BYTES = 1024 * 1024
_OTHERS = ("pyproject.toml", "cargo.toml", "pylock.toml", ".versions.toml", "rustfmt.toml", "clippy.toml")


def wants(name: str, _head: bytes) -> bool:
    """Whether it is no list of packages, which have readers of their own."""
    return not name.endswith(_OTHERS) and not name.startswith("pylock.")


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield images, variables and settings.

    Raises:
        Unreadable: damaged, where it is no TOML; limit, when it is nested too deeply or larger than 1 MiB.
    """
    if not may_hold_settings(source, _MAX_BYTES):
        return
    data = text_of(source, budget, _MAX_BYTES).encode("utf-8", "replace")
    yield from told_of_toml(data, lambda tree: config_facts(_leaves(tree, budget), budget))


def _leaves(tree: Toml, budget: Budget) -> Iterator[Leaf]:
    waiting: list[tuple[Path, object]] = [((), tree)]
    while waiting:
        budget.spend_items()
        path, value = waiting.pop()
        if isinstance(value, dict):
            waiting += reversed([((*path, key), inner) for key, inner in value.items()])
        elif isinstance(value, list):
            waiting += reversed([((*path, number), inner) for number, inner in enumerate(value)])
        else:
            text = str(value).lower() if isinstance(value, bool) else str(value)
            yield Leaf(path, text, ".".join(map(str, path)))
