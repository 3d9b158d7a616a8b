"""`tlschain merge`: the results of several runs as one, and one bundle for all their hosts."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from tui_chain.cli.forms import PEOPLE
from tui_chain.cli.merged import print_merged
from tui_chain.cli.one_file import STANDARD_OUTPUT
from tui_chain.cli.options import CommandOptions, started
from tui_chain.cli.output import fail
from tui_chain.core.command import hinted
from tui_chain.core.failure import Failure
from tui_chain.fleet.merge import open_results


def run_merge(paths: Sequence[Path], options: CommandOptions) -> int:
    """Print every host of the files once, and write one file for all that have a repair, where `-o` says so."""
    refused = _refused_form(options)
    if refused is not None:
        return fail(refused)
    with ExitStack() as opened:
        run = opened.enter_context(started(options))
        files = open_results(opened, paths, _standard_input(opened, paths))
        if isinstance(files, Failure):
            return fail(files)
        # what a person reads stands beside a bundle on standard output
        beside = options.output == STANDARD_OUTPUT and options.form in PEOPLE
        return print_merged(options, run, files, beside=beside)


def _refused_form(options: CommandOptions) -> Failure | None:
    """Why a bundle cannot go to standard output, where results go that a program reads as a whole."""
    # JSON lines hold the bundle themselves, and none is printed among them
    if options.output != STANDARD_OUTPUT or options.form in PEOPLE or options.as_json:
        return None
    why = f"-o - would print the bundle among the results, which --format {options.form} prints."
    return Failure("usage", why, f"Name a file for it: {hinted('merge', 'FILE', '-o', 'BUNDLE')}.")


def _standard_input(opened: ExitStack, paths: Sequence[Path]) -> IO[bytes] | None:
    """Standard input as a file that can be gone through twice, where it is named."""
    if Path("-") not in paths or sys.stdin is None:
        return None
    copy: IO[bytes] = opened.enter_context(TemporaryFile())  # noqa: SIM115 - the stack closes it
    shutil.copyfileobj(sys.stdin.buffer, copy)
    return copy
