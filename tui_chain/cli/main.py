"""The headless front end: `tlschain`. Data on standard output, words on standard error.

Nothing of TLS is imported before a command runs, so that `--help` and `--version` answer at once.
"""

from __future__ import annotations

import gc
import io
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from tui_chain import __version__
from tui_chain.cli.commands.asking import asking, several
from tui_chain.cli.commands.common import accepting_losses, chosen_form, common, formatted, trusting_roots, with_crls
from tui_chain.cli.commands.explain import explain
from tui_chain.cli.commands.files import audit, refresh
from tui_chain.cli.commands.hosts import advise, report, test
from tui_chain.cli.commands.pool import pool
from tui_chain.cli.commands.verify import verify

if TYPE_CHECKING:
    from tui_chain.cli.options import Options

KINDS = ("client", "client+store", "links", "server", "java", "pkcs7", "der")
"""Kinds of output; tui_chain.repair.output has their words."""
FAULT = 70
"""Exit code of a fault of the product itself (EX_SOFTWARE of sysexits.h)."""
INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it: 128 and the signal's number."""
NEW_OBJECTS = 50_000
"""After how many new objects garbage is looked for, instead of Python's 700."""


class _Commands(click.Group):
    """Ends in one line however a command ends, and prints what the terminal's encoding lacks as escapes."""

    def invoke(self, ctx: click.Context) -> Any:
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")
        from tui_chain.engine.signals import Told, heeding

        try:
            with heeding(_end):
                return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("tlschain: interrupted", err=True)
            raise SystemExit(INTERRUPTED) from None
        except Told:
            with suppress(OSError):  # the terminal may be gone
                click.echo("tlschain: told to end", err=True)
            raise
        except (click.ClickException, click.exceptions.Exit, click.Abort, SystemExit, BrokenPipeError):
            raise
        except Exception as fault:  # noqa: BLE001 - no traceback reaches a user
            raise SystemExit(_own_fault(fault)) from None


def _own_fault(fault: Exception) -> int:
    """Say that the product itself is at fault, where, and how to report it."""
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


def _end(told: SystemExit) -> NoReturn:
    raise told


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="tlschain")
def main() -> None:
    """Find the certificate that a TLS server does not send, prove a repair, and write it.

    TARGET is host, host:port, [v6]:port, a URL, or smtp+starttls://host:port (imap, pop3, ftp, ldap, postgres too).
    """


@main.command()
@click.argument("targets", nargs=-1, metavar="TARGET...")
@asking
@formatted
@common
def check(targets: tuple[str, ...], form: str, **given: Any) -> None:
    """Probe each TARGET and say what each client family makes of it.

    Exit 0: all complete. 1: some host is not. 2: wrong usage. 3: all complete but hosts that were not reached.
    """
    given["as_json"] = chosen_form(form, as_json=given["as_json"]) == "json"
    from tui_chain.cli.run import run_check

    raise SystemExit(run_check(_options(targets, given)))


@main.command()
@click.argument("targets", nargs=-1, metavar="TARGET...")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Write the bundle there  [default: standard output]"
)
@click.option("--replace", is_flag=True, help="Replace FILE if it exists; the difference is shown.")
@click.option("--merge", is_flag=True, help="Add to FILE what it lacks; the difference is shown.")
@click.option("--backup", is_flag=True, help="Keep the old file as FILE.bak.")
@click.option(
    "--as", "kind", type=click.Choice(KINDS), default="client", show_default=True, help="The kind of file to write."
)
@click.option("--served", metavar="FILE", help="What the server sent, instead of a connection; - is standard input.")
@click.option("--host", metavar="NAME", help="The host that --served came from.")
@click.option(
    "--pool",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE|DIR",
    help="Certificates to look in first.",
)
@click.option("--at", metavar="TIME", help="Judge at this time (ISO 8601) instead of now.")
@click.option("--offline", is_flag=True, help="Fetch nothing.")
@click.option("--allow-private-aia", is_flag=True, help="Let AIA lead to private addresses.")
@trusting_roots
@several
@click.option("--no-pool", is_flag=True, help="Do not use the pool of earlier runs.")
@click.option("--no-learn", is_flag=True, help="Add nothing to the pool.")
@with_crls
@accepting_losses
@formatted
@common
def fix(targets: tuple[str, ...], form: str, **given: Any) -> None:
    """Find missing certificates, prove a repair, and write the CA bundle.

    Exit 0: written, or nothing to do. 1: some host was not repaired, or consent is missing. 2: wrong usage.
    3: nothing else but hosts that were not reached.
    """
    given["as_json"] = chosen_form(form, as_json=given["as_json"]) == "json"
    _refuse_unwritten(given)
    from tui_chain.cli.run import run_fix

    raise SystemExit(run_fix(_options(targets, given)))


@main.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--list", "listing", is_flag=True, help="Name all hosts, the odd ones too, and end.")
def lab(names: tuple[str, ...], *, listing: bool) -> None:
    """Run the broken internet on loopback, in the foreground, until Ctrl-C; or only the hosts NAMEd."""
    from tui_chain.cli.lab import list_lab, run_lab

    raise SystemExit(list_lab(names) if listing else run_lab(names))


for _each in (pool, audit, refresh, advise, report, test, explain, verify):
    main.add_command(_each)


def _refuse_unwritten(given: dict[str, Any]) -> None:
    """Refuse options for a file where none is written, and two that say different things about it."""
    if given["merge"] and given["replace"]:
        raise click.UsageError("--merge keeps what FILE has and --replace does not: name one of them.")
    for name in ("merge", "backup"):
        if given[name] and str(given["output"] or "-") == "-":
            raise click.UsageError(f"--{name} is for a file that is written: name it with -o.")


def _options(targets: tuple[str, ...], given: dict[str, Any]) -> Options:
    from tui_chain.cli.options import Options

    return Options(targets=targets, **given)


def run() -> None:
    """The program `tlschain`: the command, and then an end without taking the interpreter apart.

    Freeing what the TLS libraries hold takes 30 ms, a tenth of a whole repair. Everything that has to be closed is
    closed when the command returns. Where the last words cannot be written, the ordinary end deals with it.
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
