"""Settings in YAML: servers, Compose, Kubernetes, CloudFormation, CI. Their names: `scanner.formats.config_facts`."""

from collections.abc import Iterator

from scanner.formats.config_facts import config_facts
from scanner.formats.settings_relevance import may_hold_settings
from scanner.formats.text_lines import text_of
from scanner.formats.yaml_lines import yaml_leaves
from scanner.model.observation import Observation
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="settings-yaml",
    version=5,
    line="Settings in YAML (servers, Compose, Kubernetes, CloudFormation, CI): images, variables, actions, switches",
    specification="YAML 1.2: https://yaml.org/spec/1.2.2/",
    limits="Only files with a word of a known setting are read. "
    "Texts of several lines, aliases and merged keys are passed over. Above 1 MiB nothing is read.",
    suffixes=(".yml", ".yaml", ".template"),
    after_words=("config",),
)

_MAX_BYTES = 1024 * 1024
_OTHERS = frozenset({"pnpm-lock.yaml", "pubspec.yaml", "environment.yml", "environment.yaml", "conda-lock.yml"})
"""Lists of packages, which have readers of their own."""


def wants(name: str, head: bytes) -> bool:
    """Whether it is no list of packages, and no template in JSON."""
    return name not in _OTHERS and not (name.endswith(".template") and head.lstrip()[:1] == b"{")


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield images, variables, allowed actions and settings.

    Raises:
        Unreadable: damaged, where it breaks off; limit, when the file is larger than 1 MiB.
    """
    if may_hold_settings(source, _MAX_BYTES):
        yield from config_facts(yaml_leaves(text_of(source, budget, _MAX_BYTES), budget), budget)
