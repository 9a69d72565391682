"""`users`: who may sign in at the desk, and in which roles. A running service ends their sessions within seconds."""

import sys
from types import ModuleType
from typing import Annotated

import typer

from telephony.access.roles import Role
from telephony.commands.terminal import ConfigFolder, out, said_in_words

commands = typer.Typer(help="Who may sign in at the desk, and in which roles.", no_args_is_help=True)


def _book() -> ModuleType:
    """What does the work, imported late so that help stays quick, and after the logs, since pipecat greets."""
    from telephony import logs

    logs.set_up()

    from telephony import userbook

    return userbook


Id = Annotated[str, typer.Argument(help="Short name: small letters, digits, dots and dashes.")]
Roles = Annotated[list[Role], typer.Option("--role", help="May be given several times.")]


def _password() -> str:
    """Asked for twice at a terminal; else the first line of standard input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    return str(typer.prompt("Password, of at least 12 characters", hide_input=True, confirmation_prompt=True))


@commands.command("list")
def listed(config: ConfigFolder = None) -> None:
    """Lists users and the agents of the settings."""
    with said_in_words():
        userbook = _book()

        out.print(userbook.listed(config))


@commands.command()
def add(
    id: Id,
    role: Roles,
    name: Annotated[str, typer.Option(help="As others see it; empty: the short name.")] = "",
    config: ConfigFolder = None,
) -> None:
    """Adds a user, and asks for their password (or reads it from standard input)."""
    with said_in_words():
        userbook = _book()

        userbook.add(config, id, name or id, role, _password())
        out.print(f"{id} may sign in now", markup=False)


@commands.command()
def disable(
    id: Id,
    undo: Annotated[bool, typer.Option("--undo", help="They may sign in again.")] = False,
    config: ConfigFolder = None,
) -> None:
    """Switches a user off: their sessions end, and they cannot sign in."""
    with said_in_words():
        userbook = _book()

        userbook.disable(config, id, disabled=not undo)
        out.print(f"{id} may sign in again" if undo else f"{id} is switched off", markup=False)


@commands.command()
def reset(id: Id, config: ConfigFolder = None) -> None:
    """Sets another password for a user; their sessions end."""
    with said_in_words():
        userbook = _book()

        userbook.reset(config, id, _password())
        out.print(f"{id} signs in with the new password from now on", markup=False)


@commands.command()
def roles(id: Id, role: Roles, config: ConfigFolder = None) -> None:
    """Gives a user these roles and no others; their sessions end."""
    with said_in_words():
        userbook = _book()

        userbook.set_roles(config, id, role)
        out.print(f"{id}: {', '.join(sorted(role))}", markup=False)
