"""The command line of `tlschain verify`; what it does is imported when it runs."""

from __future__ import annotations

from pathlib import Path

import click

from tui_chain.cli.commands.common import chosen_form, formatted

_FILE = click.Path(path_type=Path)


@click.command()
@click.argument("chain", type=_FILE, metavar="CHAIN")
@click.option("--host", required=True, metavar="NAME", help="The host that the chain is for.")
@click.option("--bundle", type=_FILE, metavar="FILE", help="Judge with this trust file as the only store too.")
@click.option(
    "--trust",
    multiple=True,
    metavar="certifi|system|FILE",
    help="Trust store, several times for several together  [default: certifi]",
)
@click.option("--at", metavar="TIME", help="Judge at this time (ISO 8601) instead of now.")
@formatted
@click.option("--json", "as_json", is_flag=True, help="One JSON object; the same as --format json.")
def verify(
    chain: Path,
    *,
    host: str,
    bundle: Path | None,
    trust: tuple[str, ...],
    at: str | None,
    form: str,
    as_json: bool,
) -> None:
    """Say what each client family makes of CHAIN, without a network.

    CHAIN is a PEM, DER or PKCS#7 file with what the server sends, its own certificate first; - is standard input.

    Exit 0: every family accepts it (with --bundle: with that file). 1: some refuse. 2: wrong usage.
    """
    form = chosen_form(form, as_json=as_json)
    from tui_chain.cli.verify import run_verify

    raise SystemExit(run_verify(chain, host, bundle, trust, at, as_json=form == "json"))
