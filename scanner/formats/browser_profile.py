"""Profiles of web browsers: which extensions were installed into them, when, and by whom they were made.

Chrome and its relatives keep that in `Secure Preferences` or `Preferences`, Firefox in `extensions.json`.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from scanner.formats.json_tree import entries, json_object, part, word
from scanner.formats.packages.days import day_of
from scanner.model.observation import Observation, Owns, Product
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="browser-profile",
    version=1,
    line="Profiles of Chrome, Edge, Firefox and their relatives: the extensions installed into them, since when",
    specification="https://chromium.googlesource.com/chromium/src/+/HEAD/extensions/browser/extension_prefs.cc, "
    "https://firefox-source-docs.mozilla.org/toolkit/mozapps/extensions/",
    limits="An extension that is switched off is listed too: it is there, and one click switches it on.",
    names=("secure preferences", "preferences", "extensions.json"),
)
_LARGEST_BYTES = 64 << 20
_ID = re.compile(r"[a-p]{32}")
_FOLDER = re.compile(r"[a-p]{32}[/\\\\][\w.]{1,100}")
_FILE = re.compile(r"[\w@{}.+-]{1,200}\.xpi")
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


def wants(name: str, head: bytes) -> bool:
    """Whether it is an object that begins as a profile's file does: the names are common ones."""
    return head.startswith(b"{") and (name != "extensions.json" or (b'"schemaVersion"' in head and b'"addons"' in head))


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield each extension as a row, with its folder or file.

    Raises:
        Unreadable: damaged or limit, as `json_object` says.
    """
    profile = json_object(source, budget, _LARGEST_BYTES)
    register = f"./{source.name}"
    if source.name.lower() == "extensions.json":
        yield from _of_firefox(profile, register, budget)
    else:
        yield from _of_chrome(part(profile, "extensions", "settings"), register, budget)


def _of_chrome(settings: dict[str, object], register: str, budget: Budget) -> Iterator[Observation]:
    for key, told in settings.items():
        budget.spend_items()
        folder = word(told, "path")
        if _ID.fullmatch(key) and _FOLDER.fullmatch(folder):  # others lie elsewhere, or are parts of the browser
            name, place = word(part(told, "manifest"), "name"), f"extensions.settings.{key}"
            name = key if name.startswith("__MSG_") or not name else name
            version = word(part(told, "manifest"), "version")
            yield Product(
                name=name,
                version=version,
                installed_on=_day(word(told, "first_install_time") or word(told, "install_time")),
                installed_for="user",
                ids=(key,),
                place=place,
            )
            path = f"Extensions/{folder}/".replace("\\", "/")
            yield Owns(name=name, version=version, path=path, register=register, place=place)


def _of_firefox(profile: dict[str, object], register: str, budget: Budget) -> Iterator[Observation]:
    for number, addon in entries(profile, "addons"):
        budget.spend_items()
        own = part(addon, "defaultLocale")
        name, version, key = word(own, "name") or word(addon, "id"), word(addon, "version"), word(addon, "id")
        file = word(addon, "path").replace("\\", "/").rpartition("/")[2]
        if word(addon, "location") != "app-profile" or word(addon, "type") not in ("extension", "") or not key:
            continue
        place, since = f"addons[{number}]", addon.get("installDate")
        yield Product(
            name=name,
            publisher=word(own, "creator"),
            version=version,
            installed_on=day_of(since / 1000) if isinstance(since, int | float) else "",
            installed_for="user",
            ids=(key,),
            place=place,
        )
        if _FILE.fullmatch(file):
            yield Owns(name=name, version=version, path=f"extensions/{file}", register=register, place=place)


def _day(microseconds: str) -> str:
    """The day of a time in microseconds since 1601."""
    if not microseconds.isdigit() or len(microseconds) > 18:
        return ""
    return (_EPOCH + timedelta(microseconds=int(microseconds))).date().isoformat()
