"""The headless front end: `tlschain`. Data on standard output, words on standard error.

Nothing of TLS is imported before a command runs, so that `--help` and `--version` answer at once.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tui_chain import __version__

if TYPE_CHECKING:
    from tui_chain.headless import Options

F = TypeVar("F", bound=Callable[..., Any])
OK, FOUND, UNUSABLE = 0, 1, 2
"""Exit codes: fine, a fatal finding or no repair, wrong usage or unreachable."""


def _common(command: F) -> F:
    """The options that every command on targets has."""
    for option in (
        click.option("--trust", default=None, metavar="certifi|system|FILE", help="Trust store  [default: certifi]"),
        click.option("--json", "as_json", is_flag=True, help="One JSON object a target, a line each."),
        click.option(
            "--timeout",
            type=click.FloatRange(0.1, 300),
            default=5.0,
            show_default=True,
            help="Seconds for each step.",
        ),
        click.option(
            "--hosts",
            "hosts_file",
            type=click.Path(path_type=Path),
            help="A file with one target a line, `#` comments.",
        ),
        click.option("--demo", is_flag=True, help="Use the built-in lab; TARGETs are names of its hosts."),
    ):
        command = option(command)
    return command


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="tlschain")
def main() -> None:
    """Find the certificate that a TLS server forgot, prove a repair, and write it.

    TARGET is host, host:port, [v6]:port, a URL, or smtp+starttls://host:port (imap, pop3, ftp, ldap, postgres too).
    """


@main.command()
@click.argument("targets", nargs=-1, metavar="TARGET...")
@_common
def check(targets: tuple[str, ...], **given: Any) -> None:
    """Probe and diagnose each TARGET.

    Exit 0: all complete. 1: some host has a fatal finding. 2: wrong usage, or a host was not reached.
    """
    from tui_chain.headless import run_check

    raise SystemExit(run_check(_options(targets, given)))


@main.command()
@click.argument("targets", nargs=-1, metavar="TARGET...")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Write the bundle there  [default: standard output]"
)
@click.option("--replace", is_flag=True, help="Replace FILE if it exists; the difference is shown.")
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
@_common
def fix(targets: tuple[str, ...], **given: Any) -> None:
    """Find missing certificates, prove a repair, and write the CA bundle.

    Exit 0: written, or nothing to do. 1: no repair found. 2: wrong usage, or a host was not reached.
    """
    from tui_chain.headless import run_fix

    raise SystemExit(run_fix(_options(targets, given)))


@main.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
def lab(names: tuple[str, ...]) -> None:
    """Run the broken internet on loopback, in the foreground, until Ctrl-C; or only the hosts NAMEd."""
    from tui_chain.headless import run_lab

    raise SystemExit(run_lab(names))


def _options(targets: tuple[str, ...], given: dict[str, Any]) -> Options:
    from tui_chain.headless import Options

    return Options(targets=targets, **given)


if __name__ == "__main__":
    main()
