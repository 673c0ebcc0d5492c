"""Which commands there are. The module of each is imported when it runs, so that no command waits for the others."""

from functools import cache
from importlib import import_module
from typing import Any, NamedTuple

import typer
from typer.core import TyperGroup

from scanner.cli.settings_file import variable, written_down


class _Command(NamedTuple):
    line: str
    """What the help of all commands says of it."""
    name_in_module: str
    """Of the function, or of the commands below it, in the module of its name."""
    takes_others_options: bool = False


_COMMANDS = {
    "scan": _Command("Look into files, folders and archives.", "scan_command"),
    "report": _Command("Show saved reports in another format, or compare them.", "report"),
    "determine": _Command("Take a filled determination table back.", "determine"),
    "explain": _Command("Explain a finding, from the bytes to what the laws say.", "explain"),
    "extract": _Command("Write what lies at a place that a report names.", "extract"),
    "graph": _Command("Show how a target leads to what was found.", "graph"),
    "config": _Command("Show which options hold and where they come from.", "config", takes_others_options=True),
    "signatures": _Command("What frscan looks for: list, show, check, carry.", "app"),
    "ordinances": _Command("The laws that are asked, and what they still ask.", "app"),
    "audit": _Command("The same check over many targets, kept and repeated.", "app"),
}


# Any, here and below: typer's classes of commands, contexts and formatters have no public types.
class Commands(TyperGroup):
    """All commands, each loaded when somebody asks for it."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002  (typer calls it with the context)
        """Their names, in the order of the help."""
        return list(_COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        """The command of that name, or None."""
        return loaded(cmd_name) if cmd_name in _COMMANDS else None

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """Their names with a line each, without loading any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.line) for name, command in _COMMANDS.items()])


def is_command(name: str) -> bool:
    """Whether there is a command of that name."""
    return name in _COMMANDS


@cache
def loaded(name: str) -> Any:
    """The command of that name; one that takes `--config` takes its options from the environment as well."""
    command = _COMMANDS[name]
    found = getattr(import_module(f"scanner.cli.{name}"), command.name_in_module)
    holder = typer.Typer(rich_markup_mode=None, add_completion=False, callback=lambda: None)
    if isinstance(found, typer.Typer):
        holder.add_typer(found, name=name, short_help=command.line)
    else:
        told = {"ignore_unknown_options": True} if command.takes_others_options else None
        holder.command(name, short_help=command.line, context_settings=told)(found)
    made: Any = typer.main.get_command(holder)
    one = made.commands[name]
    if _takes_config(one):
        for option, parameter in written_down(one.params).items():
            parameter.envvar, parameter.show_envvar = variable(option), False
        next(p for p in one.params if "--config" in p.opts).envvar = variable("config")
    return one


def settings_keys() -> set[str]:
    """The options that a settings file may hold, whichever command reads it."""
    every = map(loaded, _COMMANDS)
    return {option for command in every if _takes_config(command) for option in written_down(command.params)}


def _takes_config(command: Any) -> bool:
    return any("--config" in parameter.opts for parameter in command.params)
