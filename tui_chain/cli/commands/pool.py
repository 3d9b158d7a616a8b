"""The command line of `tlschain pool`; what it does is imported when it runs."""

from __future__ import annotations

from pathlib import Path

import click

_WORDS = "[SHA256|WORD]..."


@click.group()
@click.option("--db", type=click.Path(path_type=Path), metavar="FILE", help="Another pool than the user's own.")
@click.pass_context
def pool(context: click.Context, db: Path | None) -> None:
    """Keep CA certificates between runs: what a server forgets may be known already.

    Nothing in the pool is trusted. A certificate from it counts only where its key verifies a signature.
    """
    context.obj = db


@pool.command("import")
@click.argument("sources", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE|DIR...")
@click.pass_obj
def import_(db: Path | None, sources: tuple[Path, ...]) -> None:
    """Add the CA certificates of files and folders (PEM, DER, PKCS#7).

    Exit 0: added, or known already. 1: there is no CA certificate in them. 2: a file or the pool cannot be used.
    """
    from tui_chain.cli.pool import run_import

    raise SystemExit(run_import(db, sources))


@pool.command("list")
@click.argument("words", nargs=-1, metavar=_WORDS)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a certificate, a line each.")
@click.pass_obj
def list_(db: Path | None, words: tuple[str, ...], *, as_json: bool) -> None:
    """List what is there, with where and when it came from. A WORD is looked for in the subject.

    Exit 0: listed. 1: nothing matches. 2: the pool cannot be used.
    """
    from tui_chain.cli.pool import run_list

    raise SystemExit(run_list(db, words, as_json=as_json))


@pool.command()
@click.argument("words", nargs=-1, metavar=_WORDS)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write there  [default: standard output]")
@click.option("--replace", is_flag=True, help="Replace FILE if it exists.")
@click.pass_obj
def export(db: Path | None, words: tuple[str, ...], output: Path | None, *, replace: bool) -> None:
    """Write certificates as PEM: all, or those that match.

    Exit 0: written. 1: there is nothing to write. 2: FILE or the pool cannot be used.
    """
    from tui_chain.cli.pool import run_export

    raise SystemExit(run_export(db, words, output, replace=replace))


@pool.command()
@click.argument("words", nargs=-1, metavar=_WORDS)
@click.option("--expired", is_flag=True, help="Only what has expired.")
@click.option("--all", "everything", is_flag=True, help="All there is.")
@click.pass_obj
def remove(db: Path | None, words: tuple[str, ...], *, expired: bool, everything: bool) -> None:
    """Remove certificates.

    Exit 0: removed, or nothing has expired. 1: there is nothing to remove. 2: wrong usage, or no usable pool.
    """
    if not (words or expired or everything):
        raise click.UsageError("Name what to remove, or say --expired or --all.")
    from tui_chain.cli.pool import run_remove

    raise SystemExit(run_remove(db, words, expired=expired, everything=everything))


@pool.command()
@click.option("--repair", is_flag=True, help="Remove the rows that are wrong.")
@click.pass_obj
def verify(db: Path | None, *, repair: bool) -> None:
    """Check the file and every certificate in it.

    Exit 0: all is well. 1: something is wrong. 2: the pool cannot be used.
    """
    from tui_chain.cli.pool import run_verify

    raise SystemExit(run_verify(db, repair=repair))


@pool.command()
@click.option("--file", type=click.Path(path_type=Path), help="Read the list from a local file.")
@click.option("--url", metavar="URL", help="Fetch another list than CCADB's.")
@click.option("--trust", metavar="certifi|system|FILE", help="Trust store for the fetch  [default: certifi]")
@click.pass_obj
def update(db: Path | None, file: Path | None, url: str | None, trust: str | None) -> None:
    """Add the public intermediates that Mozilla publishes through CCADB (about 3 MB).

    Exit 0: added, or known already. 1: nothing could be added. 2: the list or the pool cannot be used.
    """
    from tui_chain.cli.pool import run_update

    raise SystemExit(run_update(db, url, file, trust))
