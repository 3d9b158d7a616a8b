"""A hint of the core names commands; the screen shows its keys instead, where it has one."""

from __future__ import annotations

import pytest

from tests.support.cli import tlschain
from tui_chain.core.command import FILE, HOST, hinted
from tui_chain.tui.render import with_keys


@pytest.mark.parametrize(
    ("hint", "shown"),
    [
        (f"{hinted('audit', FILE)} says why.", "w says why."),
        (f"{hinted('fix', HOST)} looks for it.", "f looks for it."),
        ("Nothing to run.", "Nothing to run."),
        ("Add it from a file; on the command line that is --pool FILE.", "Add it from a file."),
        (
            "Add the CRL from a file (on the command line that is --pool FILE). Or wait.",
            "Add the CRL from a file. Or wait.",
        ),
        ("Add the CRL from a file (--pool FILE).", "Add the CRL from a file."),
    ],
)
def test_a_command_with_a_key_is_shown_as_the_key(hint: str, shown: str) -> None:
    assert with_keys(hint) == shown


def test_a_command_without_a_key_stays() -> None:
    listed = [
        line.split()[0] for line in tlschain("--help").out.partition("Commands:")[2].splitlines() if line.strip()
    ]
    assert "pool" in listed
    for command in listed:
        assert command in with_keys(hinted(command, FILE)) or len(with_keys(hinted(command, FILE))) == 1
