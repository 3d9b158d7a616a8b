"""The command `tlschain-tui`: reads its options, then opens the screen."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any, NoReturn

import click

from tui_chain import __version__
from tui_chain.core.command import hinted
from tui_chain.core.failure import FAULT
from tui_chain.core.system import open_keyboard
from tui_chain.engine.command_line import TableCommand, apply_settings, prepare_completion, takes
from tui_chain.engine.command_options import SCREEN, SCREEN_ALONE

if TYPE_CHECKING:
    from pathlib import Path

    from tui_chain.core.failure import Failure
    from tui_chain.engine.arguments import Arguments, Options
    from tui_chain.engine.journey import Journey
    from tui_chain.net.host_list import Host
    from tui_chain.tui.app import ChainApp
    from tui_chain.tui.memory import Memory

USAGE = 2
"""Exit code of wrong usage."""


class _ScreenCommand(TableCommand):
    """Ends in one sentence whatever stops its start or its end."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """Open the screen, or answer the shell that asks what fits."""
        prepare_completion()
        return super().main(*args, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, SystemExit, KeyboardInterrupt):
            raise
        except BaseException as fault:  # noqa: BLE001 - no traceback reaches a user
            from tui_chain.tui.background import unforeseen

            click.echo(f"tlschain-tui: {unforeseen(fault)}", err=True)
            raise SystemExit(FAULT) from None


@click.command(cls=_ScreenCommand, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@takes(*SCREEN, *SCREEN_ALONE)
@click.version_option(__version__, prog_name="tlschain-tui")
def main(**_given: Any) -> None:
    """See what TLS servers really send and which clients accept it, find what is missing, prove a repair, write it.

    With --demo, TARGETs are names of the lab's hosts.
    """
    keyboard = _keyboard(click.get_current_context().params["hosts_file"])
    from tui_chain.core.failure import Failure
    from tui_chain.engine.arguments import Options, read_arguments
    from tui_chain.tui.memory import load_memory

    context = click.get_current_context()
    settings = apply_settings(context)
    options = Options(**context.params, notices=settings.notices)
    arguments = read_arguments(options)
    if keyboard is not None:
        os.dup2(keyboard, 0)
        os.close(keyboard)
    if isinstance(arguments, Failure):
        _refuse("\n".join(f"tlschain-tui: {line}" for line in str(arguments).splitlines()))
    resources = ExitStack()
    app = make_app(resources, options, arguments, load_memory(options, settings, arguments.clock))
    try:
        _run(app, resources)
    finally:  # also where what was opened cannot be closed
        unkept = app.keep()
        if unkept is not None:
            click.echo(f"tlschain-tui: {unkept}", err=True)
    raise SystemExit(FAULT if app.fault_console.has_printed_fault else app.return_code)


def _keyboard(hosts_file: Path | None) -> int | None:
    """The descriptor of the terminal's keys where standard input is the host list, or None where it has the keys.

    Ends the program where it would have no keys.
    """
    served = bool(os.environ.get("TEXTUAL_DRIVER"))
    if str(hosts_file) != "-" or (sys.stdin.isatty() and not served):
        # a driver of Textual has other ends than a terminal's: `textual serve` speaks to it through pipes
        if not served and not (sys.stdout.isatty() and sys.stdin.isatty()):
            _refuse(f"tlschain-tui needs a terminal; {hinted('check')} and {hinted('fix')} do the same without one.")
        return None
    keyboard = None
    if sys.stdout.isatty() and not served:
        with suppress(OSError):
            keyboard = open_keyboard()
    if keyboard is None:
        _refuse(
            "tlschain-tui: There is no keyboard here beside the host list on standard input. Write the list into a "
            "file, and name that with --hosts."
        )
    return keyboard


def _refuse(text: str) -> NoReturn:
    click.echo(text, err=True)
    raise SystemExit(USAGE)


def make_app(resources: ExitStack, options: Options, arguments: Arguments, memory: Memory | None = None) -> ChainApp:
    """The app on the hosts that the options name; what its start opens is closed with `resources`."""
    from tui_chain.engine.arguments import DEMO_HOST
    from tui_chain.tui.app import ChainApp
    from tui_chain.tui.memory import NO_MEMORY

    memory = memory or NO_MEMORY
    first = options.targets[0] if options.targets else DEMO_HOST
    return ChainApp(
        lambda: load(resources, options, arguments),
        arguments.hosts or memory.hosts,
        clock=arguments.clock,
        select=first if options.demo else "",
        notices=arguments.wrong,
        memory=memory,
    )


def load(resources: ExitStack, options: Options, arguments: Arguments) -> tuple[Journey, tuple[Host, ...]] | Failure:
    """Start the journey, off the event loop; the hosts are those that the start adds: the lab's."""
    from dataclasses import replace

    from tui_chain.core.failure import Failure
    from tui_chain.engine.startup import start
    from tui_chain.net.host_list import Host

    run = resources.enter_context(start(options, arguments, every_source=not options.demo))
    # what was loaded stays: to look through it for garbage takes half as long as to open a dialog
    gc.freeze()
    if isinstance(run, Failure):
        return run
    if run.lab_trust is not None:
        # its hosts can be reached from elsewhere as long as the screen is open
        reaching = replace(options, demo=False, trust=options.trust or (str(run.lab_trust),))
        run.journey.context = replace(run.journey.context, options=reaching)
    return run.journey, tuple(Host(state.target, state.label) for state in run.hosts if options.demo)


def _run(app: ChainApp, resources: ExitStack) -> None:
    """Run the app until it is quit or terminated; give the terminal back, and close what was opened."""
    import asyncio

    from tui_chain.engine.signals import Terminated, on_termination
    from tui_chain.tui.background import hold_back_collections
    from tui_chain.tui.terminal_output import lasting_output

    hold_back_collections()
    runner = asyncio.Runner()

    def end(terminated: Terminated) -> None:
        with suppress(RuntimeError):  # the app was quit: what is open is being closed already
            runner.get_loop().call_soon_threadsafe(app.exit, None, terminated.exit_code)

    # the runner waits for the thread that opens resources, and so has to be left before them
    with on_termination(end), resources, lasting_output(), runner:
        runner.run(app.run_async())


if __name__ == "__main__":
    main()
