"""Stacks: layers of containers as an engine keeps them on a computer, and what of them a container sees.

A file of a layer is seen unless, in everything that is built on that layer, one above has something else of that name
or takes the name away (kernel, "Overlay Filesystem", whiteouts). What nobody sees does not count, and the report says
why. Of a store of which the images are not all known, everything counts.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from scanner.model.artifact import OPAQUE, ArtifactFacts
from scanner.model.observation import StoredImage, StoredLayer

HIDDEN = "In every container image that has this layer, a layer above hides or removes the file: no container sees it."

_FILES = re.compile(r"(?P<layer>(?P<store>.*?)(?:^|/)overlay2?/[0-9a-z]{20,64}(?:-init)?)/diff/(?P<path>.+)", re.DOTALL)
_NOTES = re.compile(r"(?P<store>.*?)(?:^|/)(?:overlay2?|image/overlay2?|overlay-images)/")
_NAMES_SHOWN = 3


class View(NamedTuple):
    """How a file of a layer is seen."""

    origin: str
    """Of which images its layer is, for people."""
    is_hidden: bool


class _Stack(NamedTuple):
    """What a container sees or may see."""

    layers: tuple[str, ...]
    """Their locators, from the topmost downwards."""
    images: tuple[str, ...]
    """Names of the images of which these are all layers."""


class _Store:
    """What is known of one engine's layers."""

    def __init__(self) -> None:
        self._folders: dict[str, str] = {}
        """Locators of layers by all their names."""
        self._aliases: list[tuple[str, ...]] = []
        self._below: dict[str, tuple[str, ...]] = {}
        """Names of the layers below, by locator."""
        self._tops: dict[str, str] = {}
        """Names of topmost layers by the images' ids."""
        self._called: dict[str, list[str]] = defaultdict(list)

    def learn(self, locator: str, told: object) -> None:
        """Take in what a file of the store tells."""
        if isinstance(told, StoredImage):
            self._called[told.id].extend(told.called)
            if told.top:
                self._tops[told.id] = told.top
        elif isinstance(told, StoredLayer):
            folder, _, name = locator.rpartition("/")
            if name == "link":
                self._below[folder] = told.below
                self._folders[folder.rpartition("/")[2]] = folder
            self._aliases.append((folder.rpartition("/")[2], *told.names) if name == "link" else told.names)

    def settle(self) -> None:
        """All was told: let every name lead to its layer."""
        for names in self._aliases:
            folder = next((self._folders[name] for name in names if name in self._folders), None)
            if folder is not None:
                self._folders.update(dict.fromkeys(names, folder))

    def stacks(self) -> list[_Stack]:
        """One for each image, and for each layer on which nothing is built: that of a container."""
        named: dict[str, list[str]] = defaultdict(list)
        for image, top in self._tops.items():
            if top in self._folders:
                named[self._folders[top]] += self._called[image] or [image[:12]]
        under = {self._folders[name] for names in self._below.values() for name in names if name in self._folders}
        tops = {*named, *(layer for layer in self._below if layer not in under)}
        return [_Stack(self._from(top), tuple(sorted(named.get(top, ())))) for top in sorted(tops)]

    def is_known(self) -> bool:
        """Whether every image is known, and where its layers lie."""
        tops = {self._tops.get(image, "") for image in {*self._called, *self._tops}}
        return bool(tops) and all(top in self._folders for top in tops)

    def _from(self, top: str) -> tuple[str, ...]:
        return (top, *(self._folders[name] for name in self._below.get(top, ()) if name in self._folders))


class Stacks:
    """The stores of layers in a target."""

    def __init__(self, telling: Iterable[ArtifactFacts], holds: Callable[[str], bool]) -> None:
        """`telling` are the facts of files that tell of layers; `holds` says whether anything stands at a locator."""
        self._holds = holds
        self._stores = _stores_of(telling)
        self._by_layer: dict[str, list[_Stack]] = defaultdict(list)
        for store in self._stores.values():
            for stack in store.stacks():
                for layer in stack.layers:
                    self._by_layer[layer].append(stack)

    def view(self, locator: str) -> View | None:
        """How the artifact at a locator is seen; None for what lies in no layer."""
        found = _FILES.match(locator) if self._stores else None
        stacks = self._by_layer.get(found["layer"]) if found is not None else None
        if found is None or not stacks:
            return None
        layer, path = found["layer"], found["path"].partition("!/")[0]
        is_hidden = self._stores[found["store"]].is_known() and all(
            self._hides(stack.layers[: stack.layers.index(layer)], path) for stack in stacks
        )
        return View(_told(stacks, layer), is_hidden)

    def with_origin(self, item: ArtifactFacts) -> ArtifactFacts:
        """The same facts; of a file of a layer with the images that it is of."""
        view = self.view(item.artifact.locator)
        if view is None:
            return item
        origin = f"{item.artifact.origin} in {view.origin}" if item.artifact.origin else view.origin
        return msgspec.structs.replace(item, artifact=msgspec.structs.replace(item.artifact, origin=origin))

    def _hides(self, above: Sequence[str], path: str) -> bool:
        """Whether one of the layers above has something else there, or nothing on purpose."""
        return any(self._holds(f"{layer}/diff/{at}") for layer in above for at in _hiding(path))


def _stores_of(telling: Iterable[ArtifactFacts]) -> dict[str, _Store]:
    stores: dict[str, _Store] = defaultdict(_Store)
    for item in telling:
        place = _NOTES.match(item.artifact.locator)
        if place is not None:
            for told in item.observations:
                stores[place["store"]].learn(item.artifact.locator, told)
    for store in stores.values():
        store.settle()
    return stores


def _hiding(path: str) -> Iterator[str]:
    """What in a layer above hides a file: something of its name, or what closes a folder on the way to it."""
    at = path
    while at:
        folder, _, name = at.rpartition("/")
        before = f"{folder}/" if folder else ""
        yield from (at, f"{before}.wh.{name}", f"{before}{OPAQUE}")
        at = folder


def _told(stacks: Sequence[_Stack], layer: str) -> str:
    """For people: which layer of which images."""
    images = sorted({image for stack in stacks for image in stack.images})
    more = f" and {len(images) - _NAMES_SHOWN} more" if len(images) > _NAMES_SHOWN else ""
    kind = "containers" if not images else "the container image " if len(images) == 1 else "the container images "
    layers = max((stack.layers for stack in stacks), key=len)
    place = f"layer {len(layers) - layers.index(layer)} of {len(layers)}"
    return f"{place} of {kind}{', '.join(images[:_NAMES_SHOWN])}{more}"
