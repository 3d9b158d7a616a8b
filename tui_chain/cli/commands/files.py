"""The command lines of `tlschain audit` and `tlschain refresh`; what they do is imported when they run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from tui_chain.cli.commands.common import accepting_losses, searching, shared, trusting_roots

_FILE = click.Path(path_type=Path)


@click.command()
@click.argument("path", type=_FILE, metavar="FILE|FOLDER")
@click.option("--fix", is_flag=True, help="Write the mended file.")
@click.option("-o", "--output", type=_FILE, help="Write the mended file there instead.")
@click.option("--replace", is_flag=True, help="Replace the file of -o if it exists; the difference is shown.")
@click.option("--backup", is_flag=True, help="Keep the old file as FILE.bak.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a file, a line each.")
def audit(path: Path, *, fix: bool, output: Path | None, replace: bool, backup: bool, as_json: bool) -> None:
    """Read a trust file as each client does, and say what each would load.

    Exit 0: nothing worse than cosmetic, or mended. 1: some client is at risk. 2: it cannot be read.
    """
    if replace and output is None:
        raise click.UsageError("--replace is for the file that -o names.")
    if backup and not fix and output is None:
        raise click.UsageError("--backup is for a file that is written: say --fix, or name one with -o.")
    from tui_chain.cli.audit import Mending, run_audit

    mending = Mending(output, backup, replace) if fix or output is not None else None
    raise SystemExit(run_audit(path, mending, as_json=as_json))


@click.command()
@click.argument("file", type=_FILE, metavar="FILE")
@click.option("--write", is_flag=True, help="Replace FILE where a better one was found.")
@click.option("--backup", is_flag=True, help="Keep the old file as FILE.bak.")
@trusting_roots
@accepting_losses
@searching
@shared
def refresh(file: Path, *, write: bool, **given: Any) -> None:
    """Probe the hosts that a bundle of tlschain fix names, and say whether it still works and is still needed.

    For cron. Exit 0: it works and is needed, or was replaced. 1: it has to be replaced, or a host was not reached.
    2: wrong usage, or FILE is not ours. 3: it is not needed any more.
    """
    from tui_chain.cli.audit import run_refresh
    from tui_chain.cli.options import Options

    raise SystemExit(run_refresh(file, Options(**given), write=write))
