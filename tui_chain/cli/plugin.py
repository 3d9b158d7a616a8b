"""A command that may run as a monitoring plugin: with `--format nagios` it speaks and ends as one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import click

from tui_chain.cli.output import FAULT_CODE, failure_of
from tui_chain.engine.command_line import SettingsCommand

FORM = "nagios"
STATUS_SAID = f"{__name__}.said"
"""Where the context of a command keeps that its status line is out."""
UNKNOWN = 3
"""What a plugin ends with that was used wrongly or could not look (Monitoring Plugins Development Guidelines)."""


class PluginCommand(SettingsCommand):
    """Ends with `UNKNOWN` for every reason but its hosts where it is run as a plugin: 2 would mean critical."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Read the arguments."""
        make = super().make_context
        if not _is_plugin(args):
            return make(info_name, args, parent, **extra)
        context: click.Context = _unknown(lambda: make(info_name, args, parent, **extra))
        return context

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        run = super().invoke
        if ctx.params.get("form") != FORM:
            return run(ctx)
        ctx.meta[FAULT_CODE] = UNKNOWN
        code = _unknown(lambda: run(ctx))
        why = failure_of(ctx)
        if why and not ctx.meta.get(STATUS_SAID):
            raise _ended(why)
        # what was wrong behind the status line stands on standard error
        return UNKNOWN if why else code


def _is_plugin(arguments: Sequence[str]) -> bool:
    """Whether arguments, which may be wrong, ask for the form of a plugin."""
    words = "\0".join(arguments)
    return any(f"\0{words}\0".find(f"\0--format{between}{FORM}\0") >= 0 for between in ("\0", "="))


def _unknown(action: Callable[[], Any]) -> Any:
    """Run what may end a command; why it ended stands in a status line."""
    from tui_chain.engine.signals import Terminated

    try:
        return action()
    except (click.exceptions.Exit, Terminated):
        raise
    except click.ClickException as error:
        raise _ended(error.format_message()) from None
    except SystemExit:
        raise _ended(failure_of(click.get_current_context(silent=True))) from None


def _ended(why: str) -> SystemExit:
    """The end of a plugin that could not look, after its status line."""
    from tui_chain.fleet.formats.nagios import status_line  # what is well does without it
    from tui_chain.fleet.policy import Level

    with suppress(OSError):  # it may be the output that cannot be written
        click.echo(status_line(Level.UNKNOWN, why))
    return SystemExit(UNKNOWN)
