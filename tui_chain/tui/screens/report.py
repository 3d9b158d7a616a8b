"""A report of a host, to be saved in one of three forms."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from tui_chain.advise.document import to_markdown
from tui_chain.advise.report import report, server_file
from tui_chain.advise.report_page import report_page
from tui_chain.core.command import unshowable
from tui_chain.engine.arguments import Options
from tui_chain.engine.host_state import Clock, HostState
from tui_chain.repair.server_chain import ServerChain
from tui_chain.results.host import host_result
from tui_chain.trust.store import TrustStore
from tui_chain.tui.host_rows import HostRow
from tui_chain.tui.screens.pages import file_base
from tui_chain.tui.screens.save import Draft, Form, SaveScreen


def report_screen(row: HostRow, trust: TrustStore, clock: Clock, options: Options) -> SaveScreen:
    """The dialog that saves the report of a host as it stands now; `trust` and `options` are those of the run."""
    return SaveScreen(
        f"Save a report of {row.target}", _forms(row, trust, clock, options), f"{file_base(row)}-report"
    )


def _forms(row: HostRow, trust: TrustStore, clock: Clock, options: Options) -> tuple[Form, ...]:
    """Each form is made when it is asked for."""

    def known() -> tuple[HostState, datetime, ServerChain | None, Path | None]:
        now = clock()
        # a name that cannot be shown is left out
        written = row.written if row.written is not None and unshowable(row.written) is None else None
        return row.state, now, server_file(row.state, trust, now), written

    def as_json() -> Draft:
        # who wrote the bundle agreed to what it loses
        agreed = row.written is not None
        result = host_result(row.state, clock(), row.written, options, accept_lost_constraints=agreed)
        return Draft(f"{json.dumps(result.as_dict(), indent=2)}\n".encode())

    return (
        Form("Markdown", "for a ticket or a wiki", ".md", lambda: Draft(to_markdown(report(*known())).encode())),
        Form(
            "HTML",
            "one page for a ticket, without outside resources",
            ".html",
            lambda: Draft(report_page(*known(), options).encode()),
        ),
        Form("JSON", "for programs; the keys are those of tlschain --json", ".json", as_json),
    )
