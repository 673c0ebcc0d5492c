"""Hives of the Windows registry: the programs that Windows lists as installed, store apps, and services."""

import re
from collections.abc import Iterator
from typing import Literal

from scanner.formats.registry_hive import Hive, Key
from scanner.formats.windows_paths import common_folders, drive_path, own_folder, program_in
from scanner.model.observation import Observation, Owns, Product, Service
from scanner.model.source import Budget, Info, Magic, Source

INFO = Info(
    name="windows-registry",
    version=2,
    line="Windows registry: installed programs of all users and of one with their files, store apps, services",
    specification="https://github.com/msuhanov/regf/blob/master/Windows%20registry%20file%20format%20specification.md",
    limits="Changes that are only in the logs beside a hive are not applied. A program that does not say where it lies "
    "is looked for where its icon and its uninstaller lie.",
    magics=(Magic(b"regf"),),
)

_UNINSTALL = r"Microsoft\Windows\CurrentVersion\Uninstall"
_FOR_ALL = (_UNINSTALL, rf"Wow6432Node\{_UNINSTALL}")
_FOR_ONE = (rf"Software\{_UNINSTALL}", rf"Software\Wow6432Node\{_UNINSTALL}")
_BY_WINDOWS_INSTALLER = r"Microsoft\Windows\CurrentVersion\Installer\UserData"
_OF_SYSTEM = "S-1-5-18"
_STORE_APPS = r"Microsoft\Windows\CurrentVersion\Appx\AppxAllUserStore\Applications"
_OF_ACCOUNT = r"Local Settings\Software\Microsoft\Windows\CurrentVersion\AppModel\Repository\Packages"
_DAY = re.compile(r"(\d{4})(\d\d)(\d\d)$")
_STORE_NAME = re.compile(r"([\w.-]{1,200}?)_(\d+(?:\.\d+){1,3})_")
_IN_A_TABLE = ("@", "ms-resource:")
"""How a name begins that stands in a table of texts elsewhere."""
_LARGEST_SET = 9
Whose = Literal["system", "user"]


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield products with the folders they are installed in, then services; a hive has one or the other, or none."""
    hive = Hive(source, budget)
    register = f"./{source.name}"
    told: set[tuple[str, str]] = set()
    for path in (*_FOR_ALL, *_FOR_ONE):
        for key in _below(hive, path):
            yield from _program(hive.values(key), rf"{path}\{key.name}", register, told, is_for_all=path in _FOR_ALL)
    yield from _by_windows_installer(hive, register, told)
    yield from _store_apps(hive, register)
    yield from _services(hive)


def _store_apps(hive: Hive, register: str) -> Iterator[Observation]:
    for path in (_STORE_APPS, _OF_ACCOUNT):
        for key in _below(hive, path):
            found = _STORE_NAME.match(key.name)
            if found:
                place = rf"{path}\{key.name}"
                whose: Whose = "system" if path == _STORE_APPS else "user"
                yield Product(name=found[1], version=found[2], installed_for=whose, ids=(found[1],), place=place)
                told = drive_path(hive.values(key).get("packagerootfolder", ""))
                folder = f"{told or f'/Program Files/WindowsApps/{key.name}'}/"
                yield Owns(name=found[1], version=found[2], path=folder, register=register, place=place)


def _services(hive: Hive) -> Iterator[Service]:
    for number in range(1, _LARGEST_SET + 1):
        path = rf"ControlSet{number:03}\Services"
        for key in _below(hive, path):
            values = hive.values(key)
            if "imagepath" in values:
                title = values.get("displayname", "")
                yield Service(
                    name=key.name,
                    title="" if title.startswith(_IN_A_TABLE) else title,
                    program=_program_of(hive, key, values),
                    place=rf"{path}\{key.name}",
                )


def _program_of(hive: Hive, key: Key, service: dict[str, str]) -> str:
    """What a service runs: its library, where a host of Windows runs it."""
    program = program_in(service["imagepath"])
    if not program.lower().endswith("/svchost.exe"):
        return program
    below = next((hive.values(one) for one in hive.subkeys(key) if one.name.lower() == "parameters"), {})
    return drive_path(below.get("servicedll", "") or service.get("servicedll", ""))


def _below(hive: Hive, path: str) -> Iterator[Key]:
    key = hive.key(path)
    if key is not None:
        yield from hive.subkeys(key)


def _program(
    values: dict[str, str], place: str, register: str, told: set[tuple[str, str]], *, is_for_all: bool
) -> Iterator[Observation]:
    name, version = values.get("displayname", "").strip(), values.get("displayversion", "")
    if not name:
        return
    told.add((name, version))
    day = _DAY.match(values.get("installdate", ""))
    winget = values.get("wingetpackageidentifier", "")
    yield Product(
        name=name,
        publisher=values.get("publisher", ""),
        version=version,
        installed_on="-".join(day.groups()) if day else "",
        installed_for="system" if is_for_all else "user",
        ids=(winget,) if winget else (),
        place=place,
    )
    folder = _folder(values)
    if folder:
        yield Owns(name=name, version=version, path=folder, register=register, place=place)


def _folder(values: dict[str, str]) -> str:
    """Where a program lies: where it says so, else where its icon or its uninstaller lies."""
    folder = own_folder(drive_path(values.get("installlocation", "")))
    if folder:
        return folder
    programs = (program_in(values.get(key, "")) for key in ("displayicon", "uninstallstring"))
    return next((own for program in programs if (own := own_folder(program.rpartition("/")[0]))), "")


def _by_windows_installer(hive: Hive, register: str, told: set[tuple[str, str]]) -> Iterator[Observation]:
    """What Windows Installer put there: its own list of products, each with the files of its parts."""
    for account in _below(hive, _BY_WINDOWS_INSTALLER):
        path = rf"{_BY_WINDOWS_INSTALLER}\{account.name}"
        files = _files_of_products(hive, path)
        for product in _below(hive, rf"{path}\Products"):
            properties = next((key for key in hive.subkeys(product) if key.name.lower() == "installproperties"), None)
            values = hive.values(properties) if properties is not None else {}
            name, version = values.get("displayname", "").strip(), values.get("displayversion", "")
            place = rf"{path}\Products\{product.name}\InstallProperties"
            if (name, version) not in told:
                yield from _program(values, place, register, told, is_for_all=account.name == _OF_SYSTEM)
            for own in common_folders(files.get(product.name.lower(), ())) if name else ():
                yield Owns(name=name, version=version, path=own, register=register, place=rf"{path}\Components")


def _files_of_products(hive: Hive, path: str) -> dict[str, list[str]]:
    """The file by which each part of a product is known, by the product's key."""
    files: dict[str, list[str]] = {}
    for part in _below(hive, rf"{path}\Components"):
        for product, file in hive.values(part).items():
            lies_at = drive_path(file)
            if lies_at and not file.endswith("\\"):
                files.setdefault(product, []).append(lies_at)
    return files
