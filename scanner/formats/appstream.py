"""AppStream's description of an app on Linux, as distributions and Flatpak put it beside it: what it is, by whom."""

from collections.abc import Iterator

from scanner.formats.xml_elements import Element, xml_elements
from scanner.model.observation import Observation, Product
from scanner.model.source import Budget, Info, Source, Unreadable

INFO = Info(
    name="appstream",
    version=1,
    line="Descriptions of apps on Linux (AppStream): name, maker and version",
    specification="https://www.freedesktop.org/software/appstream/docs/chap-Metadata.html",
    limits="Catalogues of apps that could be installed are not read. The version is that of the newest release named.",
    suffixes=(".metainfo.xml", ".appdata.xml"),
)
_APPS = frozenset({"desktop-application", "desktop", "console-application", "web-application", ""})
"""Kinds of components that are apps; others are parts of one, fonts, drivers."""
_TEXTS = {("id",): "id", ("name",): "name", ("developer_name",): "maker", ("developer", "name"): "maker"}


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the app.

    Raises:
        Unreadable: damaged, after the app, as far as it was read.
    """
    told: dict[str, str] = {}
    problem: Unreadable | None = None
    try:
        for element in xml_elements(source, budget):
            if element.path[0] in ("component", "application"):
                _take(element, told)
    except Unreadable as why:
        problem = why
    if told.get("name") and told.get("type", "") in _APPS:
        key = told.get("id", "").removesuffix(".desktop")
        yield Product(
            name=told["name"],
            publisher=told.get("maker", ""),
            version=told.get("version", ""),
            role="is",
            ids=(key,) if key else (),
            place="component",
        )
    if problem is not None:
        raise problem


def _take(element: Element, told: dict[str, str]) -> None:
    inner = element.path[1:]
    if not inner:
        told["type"] = element.attributes.get("type", "")
    elif inner == ("releases", "release"):
        told.setdefault("version", element.attributes.get("version", ""))
    elif inner in _TEXTS and "lang" not in element.attributes:
        told.setdefault(_TEXTS[inner], element.text)
