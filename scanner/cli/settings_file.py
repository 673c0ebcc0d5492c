"""`frscan.toml`: options written down. Its keys are the long options without the dashes.

A settings file inside a target is never obeyed unasked: whoever made the target could have written it.
"""

import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Protocol

NAME = "frscan.toml"
PREFIX = "FRSCAN_"
"""Before the name of an option, in capitals and with `_` for `-`, as a variable of the environment."""
_MOST_BYTES = 1 << 20
_NOT_WRITTEN_DOWN = frozenset({"config", "help"})


class SettingsError(Exception):
    """A settings file that cannot be obeyed, in a sentence for the terminal."""


class Parameter(Protocol):
    """What is asked of a parameter of the command line; typer's own classes have no public type."""

    name: str
    opts: list[str]
    multiple: bool
    is_flag: bool
    show_envvar: bool
    envvar: Any  # a name, names or None in typer


def find(targets: Sequence[Path]) -> Path | None:
    """The settings file that holds where nobody named one: here, or this user's own.

    One in the current folder is passed over if that folder lies in a target.
    """
    from platformdirs import user_config_path

    here = Path.cwd()
    inside = any(here.is_relative_to(os.path.realpath(target)) for target in targets)
    places = ([] if inside else [here]) + [user_config_path("frscan", appauthor=False)]
    return next((place / NAME for place in places if (place / NAME).is_file()), None)


def is_passed_over(targets: Sequence[Path]) -> bool:
    """Whether a settings file lies here that is not obeyed, because it is part of a target."""
    return (Path.cwd() / NAME).is_file() and find(targets) != Path.cwd() / NAME


def settings(file: Path, parameters: Iterable[Any], keys: Callable[[], Collection[str]]) -> dict[str, object]:
    """What a file says, by the names of the parameters. Of the other `keys` that it may hold, nothing is taken.

    Raises `SettingsError`: no such file, no TOML, a key that no command has, a value of the wrong type.
    """
    known = written_down(parameters)
    found: dict[str, object] = {}
    for key, value in _toml(file).items():
        if key not in known and key not in keys():
            import difflib

            near = difflib.get_close_matches(key, [*known, *sorted(keys())], n=1)
            meant = f" (did you mean '{near[0]}'?)" if near else ""
            raise SettingsError(f"{file}: '{key}' is no option that can be written down{meant}.")
        if key in known:
            found[known[key].name] = _value(file, key, value, known[key])
    return found


def written_down(parameters: Iterable[Any]) -> dict[str, Parameter]:
    """The options that a file or the environment can set, by their long names."""
    named = {
        option.removeprefix("--"): parameter
        for parameter in parameters
        for option in parameter.opts
        if option.startswith("--")
    }
    return {name: parameter for name, parameter in named.items() if name not in _NOT_WRITTEN_DOWN}


def variable(name: str) -> str:
    """The variable of the environment for an option: `fail-on` gives FRSCAN_FAIL_ON."""
    return PREFIX + name.replace("-", "_").upper()


def _toml(file: Path) -> Mapping[str, object]:
    import tomllib

    try:
        with file.open("rb") as opened:
            content = opened.read(_MOST_BYTES + 1)
    except OSError as error:
        raise SettingsError(f"{file}: the settings file cannot be read ({error.strerror}).") from error
    if len(content) > _MOST_BYTES:
        raise SettingsError(f"{file}: this is larger than a settings file can be (1 MiB).")
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{file}: this is not valid TOML ({error}).") from error


def _value(file: Path, key: str, value: object, parameter: Parameter) -> object:
    if parameter.is_flag:
        fits, wanted = isinstance(value, bool), "true or false"
    elif parameter.multiple:
        value = [value] if isinstance(value, str) else value
        fits, wanted = isinstance(value, list) and all(isinstance(v, str) for v in value), "a list of texts"
    else:
        fits, wanted = isinstance(value, str | int | date) and not isinstance(value, bool), "one text or number"
        value = str(value)
    if not fits:
        raise SettingsError(f"{file}: '{key}' must be {wanted}.")
    return value
