"""Hives of the Windows registry: the programs that Windows lists as installed, store apps, and services."""

import re
from collections.abc import Iterator

from scanner.formats.registry_hive import Hive, Key
from scanner.model.observation import Observation, Owns, Product, Service
from scanner.model.source import Budget, Info, Magic, Source

INFO = Info(
    name="windows-registry",
    version=1,
    line="Windows registry: installed programs of all users and of one, store apps, services",
    specification="https://github.com/msuhanov/regf/blob/master/Windows%20registry%20file%20format%20specification.md",
    limits="Changes that are only in the logs beside a hive are not applied.",
    magics=(Magic(b"regf"),),
)

_UNINSTALL = r"Microsoft\Windows\CurrentVersion\Uninstall"
_FOR_ALL = (_UNINSTALL, rf"Wow6432Node\{_UNINSTALL}")
_FOR_ONE = (rf"Software\{_UNINSTALL}", rf"Software\Wow6432Node\{_UNINSTALL}")
_STORE_APPS = r"Microsoft\Windows\CurrentVersion\Appx\AppxAllUserStore\Applications"
_DAY = re.compile(r"(\d{4})(\d\d)(\d\d)$")
_STORE_NAME = re.compile(r"([\w.-]{1,200}?)_(\d+(?:\.\d+){1,3})_")
_DRIVE = re.compile(r"[A-Za-z]:[\\/]+")
_LARGEST_SET = 9
_SHORTEST_PATH = 2
"""Folders deep; a program that says it lies in `C:\\` or `C:\\Program Files` owns neither."""


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield products with the folders they are installed in, then services; a hive has one or the other, or none."""
    hive = Hive(source, budget)
    for path in (*_FOR_ALL, *_FOR_ONE):
        for key in _below(hive, path):
            yield from _program(hive, key, path, source.name, is_for_all=path in _FOR_ALL)
    yield from _store_apps(hive, source.name)
    yield from _services(hive)


def _store_apps(hive: Hive, register: str) -> Iterator[Observation]:
    for key in _below(hive, _STORE_APPS):
        found = _STORE_NAME.match(key.name)
        if found:
            place = rf"{_STORE_APPS}\{key.name}"
            yield Product(name=found[1], version=found[2], installed_for="system", place=place)
            folder = f"/Program Files/WindowsApps/{key.name}/"
            yield Owns(name=found[1], version=found[2], path=folder, register=f"./{register}", place=place)


def _services(hive: Hive) -> Iterator[Service]:
    for number in range(1, _LARGEST_SET + 1):
        path = rf"ControlSet{number:03}\Services"
        for key in _below(hive, path):
            if "imagepath" in hive.values(key):
                yield Service(name=key.name, place=rf"{path}\{key.name}")


def _below(hive: Hive, path: str) -> Iterator[Key]:
    key = hive.key(path)
    if key is not None:
        yield from hive.subkeys(key)


def _program(hive: Hive, key: Key, path: str, register: str, *, is_for_all: bool) -> Iterator[Observation]:
    values = hive.values(key)
    name = values.get("displayname", "").strip()
    if not name:
        return
    place = rf"{path}\{key.name}"
    version = values.get("displayversion", "")
    day = _DAY.match(values.get("installdate", ""))
    yield Product(
        name=name,
        publisher=values.get("publisher", ""),
        version=version,
        installed_on="-".join(day.groups()) if day else "",
        installed_for="system" if is_for_all else "user",
        place=place,
    )
    folder = _folder(values.get("installlocation", ""))
    if folder:
        yield Owns(name=name, version=version, path=folder, register=f"./{register}", place=place)


def _folder(location: str) -> str:
    """A folder from the root of the drive; nothing for one that holds more than the program."""
    path = location.strip().strip('"')
    drive = _DRIVE.match(path)
    if drive is None:
        return ""
    inner = path[drive.end() :].replace("\\", "/").strip("/")
    return f"/{inner}/" if inner.count("/") + 1 >= _SHORTEST_PATH and ".." not in inner.split("/") else ""
