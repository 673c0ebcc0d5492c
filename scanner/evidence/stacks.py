"""Stacks: layers of containers as an engine keeps them on a computer, and what of them a container sees.

A file of a layer is seen unless, in everything that is built on that layer, one above has something else of that name
or takes the name away (kernel, "Overlay Filesystem", whiteouts). Where an engine keeps of each layer a copy of all that
it lies over, no container sees the copies below the topmost. What nobody sees does not count, and the report says why.
Of a store of which the images are not all known, everything counts.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from scanner.formats.containerd_layers import COPIES, PLACES
from scanner.model.artifact import OPAQUE, ArtifactFacts
from scanner.model.observation import StoredImage, StoredLayer

HIDDEN = (
    "In every container image that has this layer, a layer above hides or removes the file, or has a copy of its own: "
    "no container sees it."
)


class _Way(NamedTuple):
    """One in which engines keep layers."""

    place: str
    """Of a layer's files, below the store, by the layer's folder."""
    are_copies: bool = False
    """Each layer holds all that it lies over, too."""


_WAYS = {
    **{driver: _Way(f"{driver}/{{}}/diff") for driver in ("overlay", "overlay2", "fuse-overlayfs")},
    "aufs": _Way("aufs/diff/{}"),
    "vfs": _Way("vfs/dir/{}", are_copies=True),
    "btrfs": _Way("btrfs/subvolumes/{}", are_copies=True),
    **{f"containerd {driver}": _Way(place, are_copies=driver in COPIES) for driver, place in PLACES.items()},
}
"""By the name of the driver; Docker and Podman have the same ones."""
_DRIVERS = "|".join(name for name in _WAYS if " " not in name)
_NOTES = (
    re.compile(rf"(?P<store>.*?)(?:^|/)(?:image/)?(?P<driver>{_DRIVERS})(?:-images|-layers)?/"),
    re.compile(r"(?P<store>.*?)(?:^|/)io\.containerd\.snapshotter\.v1\.(?P<containerd>[^/]+)/metadata\.db$"),
    re.compile(r"(?P<store>.*?)(?:^|/)io\.containerd\.metadata\.v1\.bolt/meta\.db$"),
)
"""Where files stand that tell of layers."""
_OVER_OTHERS = re.compile(
    "(?:/|^)(?:"
    + "|".join(
        sorted(way.place.replace(".", r"\.").replace("{}", "[^/]+") for way in _WAYS.values() if not way.are_copies)
    )
    + ")/"
)
_NAMES_SHOWN = 3


def may_hide_others(locator: str) -> bool:
    """Whether an artifact lies where one of its name in a layer below is not seen."""
    return ("/diff/" in locator or "/fs/" in locator) and _OVER_OTHERS.search(locator) is not None


class View(NamedTuple):
    """How a file of a layer is seen."""

    origin: str
    """Of which images its layer is, for people."""
    is_hidden: bool


class _Stack(NamedTuple):
    """What a container sees or may see."""

    layers: tuple[str, ...]
    """Where the files of each lie, from the topmost layer downwards."""
    images: tuple[str, ...]
    """Names of the images of which these are all layers."""


class _Store:
    """What is known of one engine's layers that are kept in one way."""

    def __init__(self, root: str, way: _Way) -> None:
        self._root = root
        self.way = way
        self._places: dict[str, str] = {}
        """Where the files of layers lie, by all names of these."""
        self._below: dict[str, tuple[str, ...]] = {}
        """Names of layers below, by where the files lie."""
        self._tops: dict[str, str] = {}
        """Names of topmost layers by the images' ids."""
        self._called: dict[str, set[str]] = defaultdict(set)

    def learn(self, locator: str, told: StoredImage | StoredLayer) -> None:
        """Take in what a file of the store tells."""
        if isinstance(told, StoredImage):
            self._called[told.id].update(told.called)
            if told.top:
                self._tops[told.id] = told.top
            return
        folder = told.folder or locator.rpartition("/")[0].rpartition("/")[2]
        place = f"{self._root}/{self.way.place.format(folder)}".removeprefix("/")
        self._places.update(dict.fromkeys((folder, *told.names), place))
        self._below[place] = max(told.below, self._below.get(place, ()), key=len)

    def stacks(self) -> list[_Stack]:
        """One for each image, and for each layer on which nothing is built: that of a container."""
        named: dict[str, list[str]] = defaultdict(list)
        for image, top in self._tops.items():
            if top in self._places:
                named[self._places[top]] += self._called[image] or [image.removeprefix("sha256:")[:12]]
        under = {self._places[name] for names in self._below.values() for name in names if name in self._places}
        tops = {*named, *(layer for layer in self._below if layer not in under)}
        return [_Stack(self._from(top), tuple(sorted(named.get(top, ())))) for top in sorted(tops)]

    def is_known(self) -> bool:
        """Whether every image is known, and where its layers lie."""
        tops = {self._tops.get(image, "") for image in {*self._called, *self._tops}}
        return bool(tops) and all(top in self._places for top in tops)

    def _from(self, top: str) -> tuple[str, ...]:
        """A layer and all that it lies over, of which each tells the nearest or all."""
        found, step = {top: None}, top
        while True:
            below = (self._places[name] for name in self._below.get(step, ()) if name in self._places)
            new = [layer for layer in below if layer not in found]
            if not new:
                return tuple(found)
            found.update(dict.fromkeys(new))
            step = new[-1]


class _Layer(NamedTuple):
    """A layer with everything that is built on it."""

    store: _Store
    stacks: list[_Stack]


class Stacks:
    """The stores of layers in a target."""

    def __init__(self, telling: Iterable[ArtifactFacts], holds: Callable[[str], bool]) -> None:
        """`telling` are the facts of files that tell of layers; `holds` says whether anything stands at a locator."""
        self._holds = holds
        self._layers: dict[str, _Layer] = {}
        for store in _stores_of(telling):
            for stack in store.stacks():
                for layer in stack.layers:
                    self._layers.setdefault(layer, _Layer(store, [])).stacks.append(stack)

    def view(self, locator: str) -> View | None:
        """How the artifact at a locator is seen; None for what lies in no layer."""
        place = next((place for place in _folders(locator) if place in self._layers), "") if self._layers else ""
        if not place:
            return None
        store, stacks = self._layers[place]
        path = locator[len(place) + 1 :].partition("!/")[0]
        is_hidden = store.is_known() and all(self._hides(store, stack, place, path) for stack in stacks)
        return View(_told(stacks, place), is_hidden)

    def with_origin(self, item: ArtifactFacts) -> ArtifactFacts:
        """The same facts; of a file of a layer with the images that it is of."""
        view = self.view(item.artifact.locator)
        if view is None:
            return item
        origin = f"{item.artifact.origin} in {view.origin}" if item.artifact.origin else view.origin
        return msgspec.structs.replace(item, artifact=msgspec.structs.replace(item.artifact, origin=origin))

    def _hides(self, store: _Store, stack: _Stack, place: str, path: str) -> bool:
        """Whether one of the layers above has something else there, or nothing on purpose, or holds this one's copy."""
        above = stack.layers[: stack.layers.index(place)]
        if store.way.are_copies:
            return bool(above)
        return any(self._holds(f"{layer}/{at}") for layer in above for at in _hiding(path))


def _stores_of(telling: Iterable[ArtifactFacts]) -> list[_Store]:
    """The stores, each with what its files tell; what is told of ways that nobody here knows is left out."""
    stores: dict[tuple[str, str], _Store] = {}
    for item in telling:
        place = next((found for notes in _NOTES if (found := notes.match(item.artifact.locator))), None)
        if place is None:
            continue
        groups = place.groupdict()
        driver = groups.get("driver") or f"containerd {groups.get('containerd', '')}"
        for told in item.observations:
            if isinstance(told, StoredImage | StoredLayer):
                way = f"containerd {told.driver}" if isinstance(told, StoredImage) and told.driver else driver
                if way in _WAYS:
                    root = groups["store"]
                    stores.setdefault((root, way), _Store(root, _WAYS[way])).learn(item.artifact.locator, told)
    return list(stores.values())


def _folders(locator: str) -> Iterator[str]:
    """The folders that an artifact lies in, the innermost first."""
    at = locator.rfind("/")
    while at > 0:
        yield locator[:at]
        at = locator.rfind("/", 0, at)


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
