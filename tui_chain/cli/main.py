"""The command `tlschain`: data on standard output, messages for people on standard error.

Nothing of TLS is imported before a command runs, so that `--help` and `--version` answer at once.
"""

from __future__ import annotations

import gc
import io
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

import click

from tui_chain import __version__
from tui_chain.cli.declarations import COMMANDS
from tui_chain.cli.output import FAULT_CODE
from tui_chain.core.failure import FAULT
from tui_chain.engine.command_line import prepare_completion

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it: 128 and the signal's number."""
NEW_OBJECTS = 100_000
"""After how many new objects garbage is collected, instead of Python's 700."""


class _Commands(click.Group):
    """Ends with the exit code that a command returns, or in one line whatever stops it.

    What the terminal's encoding lacks is printed as escapes.
    """

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run the command, or answer the shell that asks what fits."""
        prepare_completion()
        return super().main(*args, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")
        from tui_chain.engine.signals import Terminated, on_termination

        try:
            with on_termination(_end):
                code = super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("tlschain: interrupted", err=True)
            raise SystemExit(INTERRUPTED) from None
        except Terminated:
            with suppress(OSError):  # the terminal may be gone
                click.echo("tlschain: terminated", err=True)
            raise
        except (click.ClickException, click.exceptions.Exit, click.Abort, SystemExit, BrokenPipeError):
            raise
        except BaseException as fault:  # noqa: BLE001 - no traceback reaches a user, not of a panic in Rust either
            code = _own_fault(fault)
            raise SystemExit(ctx.meta.get(FAULT_CODE, code)) from None
        from tui_chain.cli.output import exit_code

        raise SystemExit(exit_code(ctx, code if isinstance(code, int) else 0))


def _own_fault(fault: BaseException) -> int:
    """Print that the product itself is at fault, where, and how to report it."""
    import traceback  # it takes 10 ms, which only a fault is worth

    frame = traceback.extract_tb(fault.__traceback__)[-1]
    where = f"{Path(frame.filename).name}:{frame.lineno}"
    click.echo(
        f"tlschain: This is a fault of tlschain {__version__}: {type(fault).__name__} at {where}. Please report it "
        "with the command and this line; TLSCHAIN_TRACEBACK=1 prints the whole traceback.",
        err=True,
    )
    if os.environ.get("TLSCHAIN_TRACEBACK"):
        traceback.print_exception(fault)
    return FAULT


def _end(terminated: SystemExit) -> NoReturn:
    raise terminated


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="tlschain")
def main() -> None:
    """Find the certificate that a TLS server does not send, prove a repair, and write it.

    TARGET is host, host:port, [v6]:port, a URL, or smtp+starttls://host:port (ftp, imap, irc, ldap, lmtp, mysql,
    nntp, pop3, postgres, sieve, xmpp and xmpp-server too).
    """


for _command in COMMANDS:
    main.add_command(_command)


def run() -> None:
    """The program `tlschain`: the command, and then an end without taking the interpreter apart.

    Freeing what the TLS libraries hold takes 30 ms, a tenth of a whole repair. Everything that has to be closed is
    closed when the command returns. Where the last output cannot be written, the ordinary end deals with it.
    What a start makes, classes and functions above all, stays: looking through it for garbage takes another 10 ms.
    """
    gc.set_threshold(NEW_OBJECTS)
    try:
        main()
    except SystemExit as ended:
        if not isinstance(ended.code, int):
            raise
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        except (OSError, ValueError):
            raise ended from None
        os._exit(ended.code)
