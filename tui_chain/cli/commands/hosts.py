"""The command lines of `tlschain advise`, `report` and `test`; what they do is imported when they run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from tui_chain.cli.commands.common import chosen_form, common, searching, with_crls

_FILE = click.Path(path_type=Path)
_TARGETS = click.argument("targets", nargs=-1, metavar="TARGET...")


@click.command()
@_TARGETS
@click.option(
    "--bundle", type=_FILE, metavar="FILE", help="The file to speak of; alone, for the hosts that it names."
)
@click.option("--format", "form", type=click.Choice(("text", "markdown", "html", "json")), default="text")
@click.option("--only", "part", type=click.Choice(("all", "clients", "letter")), default="all", help="Say only that.")
@with_crls
@searching
@common
def advise(bundle: Path | None, form: Any, part: Any, **given: Any) -> None:
    """Say the repair of each TARGET as commands and code, and as a letter to the server's administrator.

    Exit 0: said, or nothing to repair. 1: no repair found. 2: wrong usage. 3: only hosts that were not reached.
    """
    form = chosen_form(form, as_json=given["as_json"])
    from tui_chain.cli.advise import run_advise
    from tui_chain.cli.options import Options

    raise SystemExit(run_advise(Options(**given), bundle, form, part))


@click.command()
@_TARGETS
@click.option("--format", "form", type=click.Choice(("markdown", "html", "json", "text")), default="markdown")
@click.option("-o", "--output", type=_FILE, help="Write the report there  [default: standard output]")
@click.option("--replace", is_flag=True, help="Replace FILE if it exists.")
@searching
@common
def report(form: Any, **given: Any) -> None:
    """Write everything that is known of each TARGET as Markdown, HTML (one file, nothing from outside) or JSON.

    Exit 0: written. 2: wrong usage.
    """
    form = chosen_form(form, as_json=given["as_json"])
    from tui_chain.cli.advise import run_report
    from tui_chain.cli.options import Options

    raise SystemExit(run_report(Options(**given), form))


@click.command()
@_TARGETS
@click.option("--bundle", type=_FILE, metavar="FILE", help="Test with this file instead of the repair that is found.")
@click.option("--method", type=click.Choice(("GET", "HEAD", "OPTIONS")), default="GET", show_default=True)
@click.option("--path", default="/", show_default=True, help="Path of the request.")
@click.option("--header", "headers", multiple=True, metavar="LINE", help="Send `Name: value` too; no credentials.")
@click.option("--proxy", is_flag=True, help="Go through the environment's proxy.")
@click.option("--programs", is_flag=True, help="Run curl, openssl, git, wget, node, java, python too.")
@with_crls
@searching
@common
def test(targets: tuple[str, ...], **given: Any) -> None:
    """Make a real request to each TARGET, before and after the repair, as each client family.

    Exit 0: verified by every client at the end. 1: not. 2: wrong usage. 3: only hosts that were not reached.
    """
    from tui_chain.cli.options import Options
    from tui_chain.cli.test import LiveOptions, run_test

    names = ("bundle", "method", "path", "headers", "proxy", "programs")
    live = LiveOptions(**{name: given.pop(name) for name in names})
    raise SystemExit(run_test(Options(targets=targets, **given), live))
