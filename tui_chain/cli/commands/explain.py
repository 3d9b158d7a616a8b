"""`tlschain explain`: from a finding's code, or an error text of any client, to its causes."""

from __future__ import annotations

import click


@click.command()
@click.argument("words", nargs=-1, metavar="[CODE|TEXT]...")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option("--list", "listing", is_flag=True, help="List every finding there is, as Markdown.")
def explain(words: tuple[str, ...], *, as_json: bool, listing: bool) -> None:
    """Say what a finding or an error text means, why it comes, and the command that decides.

    CODE is a finding's, as in missing-issuer, or an OpenSSL verify code. TEXT is an error as Python, requests,
    httpx, curl, git, Node, Java, Go, pip, wget or openssl print it; without TEXT, or with -, it is read from
    standard input.

    Exit 0: explained. 1: not known. 2: wrong usage.
    """
    if listing and words:
        raise click.UsageError("--list lists all; leave out the rest, or leave out --list.")
    from tui_chain.cli.explain import run_explain, run_listing

    raise SystemExit(run_listing() if listing else run_explain(words, as_json=as_json))
