"""Options of the table as click's, and the settings of the config file in place of those that are not given."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from tui_chain.core.command import ALL, ENVIRONMENT, PROGRAM
from tui_chain.core.expiry import MAX_DAYS, Threshold, read_threshold
from tui_chain.engine.option_entry import OptionEntry
from tui_chain.engine.options import PROXY

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from tui_chain.engine.settings import UserSettings

F = TypeVar("F", bound=Callable[..., Any])


class TableOption(click.Option):
    """A click option made of an entry of the table."""

    def __init__(self, *arguments: Any, entry: OptionEntry, **attributes: Any) -> None:
        super().__init__(*arguments, **attributes)
        self.entry = entry


def prepare_completion() -> None:
    """Have a shell answered that asks what fits; before the command looks whether one does."""
    if any(name.startswith("_TLSCHAIN") and name.endswith("_COMPLETE") for name in os.environ):
        from tui_chain.engine.completion import register  # nothing else needs it

        register()


def takes(*options: OptionEntry) -> Callable[[F], F]:
    """Let a command take these options; its help lists them in this order."""

    def decorate(command: F) -> F:
        for entry in reversed(options):
            command = _option(entry)(command)
        return command

    return decorate


def _option(entry: OptionEntry) -> Callable[[F], F]:
    attributes: dict[str, Any] = {"cls": TableOption, "entry": entry, "help": entry.help}
    if entry.stores is not None:
        own = f"{entry.name}_{entry.stores}".replace(".", "_")
        return click.option(*entry.flags, own, is_flag=True, expose_value=False, callback=_store, **attributes)
    if entry.value == "switch":
        return click.option(*entry.flags, entry.name, is_flag=True, **attributes)
    if entry.default is not None:
        attributes |= {"default": entry.default, "show_default": True}
    if entry.value == "text":
        attributes["shell_complete"] = _suggestions
    return click.option(
        *entry.flags,
        entry.name,
        type=_type(entry),
        metavar=entry.metavar,
        multiple=entry.multiple,
        required=entry.required,
        callback=_check,
        **attributes,
    )


def _threshold(value: str) -> Threshold:
    """Read a time before the end of a certificate; raises BadParameter."""
    found = read_threshold(value)
    if found is None:
        raise click.BadParameter(f"{value!r} is neither a number of days up to {MAX_DAYS} nor a share as in 33%.")
    return found


def _type(entry: OptionEntry) -> Any:
    if entry.value == "path":
        return click.Path(path_type=Path)
    if entry.value == "seconds":
        return click.FloatRange(entry.least, entry.most)
    if entry.value == "expiry":
        return _threshold
    if entry.value == "count":
        return click.IntRange(int(entry.least), int(entry.most))
    return click.Choice(entry.choices) if entry.value == "choice" else str


def _suggestions(_context: click.Context, option: click.Parameter, typed: str) -> list[CompletionItem]:
    from tui_chain.engine.completion import suggestions

    return list(suggestions(option.entry, typed)) if isinstance(option, TableOption) else []


def _check(context: click.Context, option: click.Parameter, value: Any) -> Any:
    """Return a value in which the table finds nothing wrong; raises BadParameter.

    A shell that asks what fits does not wait for what some of the checks load.
    """
    if isinstance(option, TableOption) and not context.resilient_parsing:
        problem = option.entry.problem(value)
        if problem is not None:
            raise click.BadParameter(problem)
    return value


def _store(context: click.Context, option: click.Parameter, value: bool) -> None:
    """Put what a switch stands for into the keyword that it shares; raises UsageError where another stands there."""
    if not isinstance(option, TableOption):
        return
    name = option.entry.name
    given = context.params.get(name)
    if value and given is not None:
        others = (one for one in context.command.params if isinstance(one, TableOption) and one.entry.name == name)
        flags = " and ".join(one.opts[0] for one in others)
        raise click.UsageError(f"{flags} exclude each other: name one of them.", context)
    context.params[name] = option.entry.stores if value else given


def chosen_form(form: str, *, as_json: bool) -> str:
    """The form of a command that has both --format and --json; raises UsageError where they differ."""
    source = click.get_current_context().get_parameter_source("form")
    if as_json and form != "json" and source is ParameterSource.COMMANDLINE:
        raise click.UsageError(f"--json and --format {form} are two forms: name one of them.")
    return "json" if as_json else form


NOT_FOR_DEMO = frozenset({"trust", "pool"})
"""Settings that a demo goes without: its hosts have a trust store of their own."""
NOT_FOR_CLUSTER = frozenset({"trust"})
"""Settings that the cluster of a kubeconfig goes without, as it has a trust store of its own."""


class TableCommand(click.Command):
    """A command with options of the table."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Give options with an optional value that stand alone one: click would take the word behind as that."""
        optional, urls = self._flags("optional"), self._flags("url")
        end = args.index("--") if "--" in args else len(args)
        given = [f"{word}={ALL}" if word in optional else word for word in args[:end]]
        for place, word in enumerate(given):
            if word in urls and (place + 1 == len(given) or given[place + 1].startswith("-")):
                given[place] = f"{word}={ENVIRONMENT}"
        return super().parse_args(ctx, [*given, *args[end:]])

    def _flags(self, value: str) -> set[str]:
        options = (one for one in self.params if isinstance(one, TableOption) and one.entry.value == value)
        return {flag for option in options for flag in option.opts}


class SettingsCommand(TableCommand):
    """A command whose options the config file may give; what is wrong there is printed on standard error."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run it, with what the config file sets."""
        for notice in apply_settings(ctx).notices:
            click.echo(f"{PROGRAM}: {notice}", err=True)
        return super().invoke(ctx)


def apply_settings(context: click.Context) -> UserSettings:
    """Read the config file, and put its settings in place of the options that were not given."""
    from tui_chain.engine.settings import read_settings  # help does without it

    settings = read_settings()
    without = NOT_FOR_DEMO if context.params.get("demo") else frozenset[str]()
    without |= NOT_FOR_CLUSTER if context.params.get("kubeconfig") else frozenset()
    for option in context.command.params:
        if isinstance(option, TableOption) and option.entry.setting and option.entry.name not in without:
            _apply(context, option.entry, getattr(settings, option.entry.name))
    if PROXY.name in context.params and not context.params.get("demo"):
        # the environment beats it, an option does not come into its place
        context.params["usual_proxy"] = settings.proxy or None
    return settings


def _apply(context: click.Context, entry: OptionEntry, value: object) -> None:
    if value in {None, ()} or is_given(context, entry.name):
        return
    if isinstance(value, tuple) and not entry.multiple:
        value = value[0] if len(value) == 1 else context.params[entry.name]
    context.params[entry.name] = value


def is_given(context: click.Context, name: str) -> bool:
    """Whether an option was given, and does not stand at its default or at what the config file sets."""
    return context.get_parameter_source(name) is ParameterSource.COMMANDLINE
