"""Layers of containers that engines keep in a target: which of the artifacts in them no container sees.

Asked once everything is read, and of the artifacts alone about which the catalogue says anything.
"""

import os
from collections.abc import Sequence

from scanner.engine.facts import Facts
from scanner.engine.reading import Stretch
from scanner.engine.spoken_of import SpokenOf
from scanner.evidence.stacks import Stacks
from scanner.model.locator import below, text_name

_TELLING = frozenset({"container-layers", "containerd-layers"})
"""The type of the files that tell of layers."""


def stacks_of(facts: Facts, names: frozenset[str] = frozenset()) -> Stacks:
    """The stores of layers in a target; `names` are locators about which there need be no facts."""
    telling = [facts[locator] for locator in facts.of_types(_TELLING)]
    return Stacks(telling, lambda locator: locator in names or locator in facts)


def hide_what_nobody_sees(spoken_of: SpokenOf, stretches: Sequence[Stretch]) -> None:
    """Note with the facts which artifacts lie in layers of containers and are seen in none."""
    facts = spoken_of.facts
    if not facts.of_types(_TELLING):
        return
    names = frozenset(
        below(stretch.prefix, text_name(entry.name.replace(os.sep, "/")))
        for stretch in stretches
        for entry in stretch.entries
    )
    stacks = stacks_of(facts, names)
    views = {locator: stacks.view(locator) for locator in spoken_of.locators()}
    facts.hidden = frozenset(locator for locator, view in views.items() if view is not None and view.is_hidden)
