"""The dialogs about hosts of the list: each is opened for rows, and what comes of it goes back into them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from textual import work
from textual.screen import Screen

from tui_chain.advise.document import to_markdown
from tui_chain.advise.report import report, server_file
from tui_chain.advise.report_page import report_page
from tui_chain.core.command import unshowable
from tui_chain.core.failure import Failure
from tui_chain.core.text import plural, safe_text
from tui_chain.engine.arguments import Options
from tui_chain.engine.host_state import Clock, HostState
from tui_chain.engine.private_root import ask_about
from tui_chain.livetest.choice import USUAL, RequestChoice
from tui_chain.net.host_list import Host
from tui_chain.net.proxy import environment_proxy
from tui_chain.probe.pasted import Additions, GivenChain, served_chain
from tui_chain.repair.output_kinds import OutputKind
from tui_chain.repair.server_chain import ServerChain
from tui_chain.results.host import host_result
from tui_chain.trust.pinned import ConfirmedRoot
from tui_chain.trust.store import TrustStore
from tui_chain.tui.background import in_background
from tui_chain.tui.chain_path import shown_trail
from tui_chain.tui.host_activity import carried_options, host_command
from tui_chain.tui.host_instructions import instructions
from tui_chain.tui.host_jobs import HostJobs
from tui_chain.tui.host_rows import HostRow, HostRows, private_root
from tui_chain.tui.messages import CopyRequested
from tui_chain.tui.render import warn_days_of
from tui_chain.tui.screens.add import AddScreen
from tui_chain.tui.screens.audit import AuditScreen
from tui_chain.tui.screens.copy import (
    BUNDLE,
    CopyEntry,
    CopyScreen,
    bundle_entry,
    certificate_entries,
    command_entry,
)
from tui_chain.tui.screens.dialog import ConfirmScreen, PageScreen, confirm
from tui_chain.tui.screens.instructions import InstructionsScreen
from tui_chain.tui.screens.pages import certificate_page, error_page, file_base
from tui_chain.tui.screens.request import RequestScreen
from tui_chain.tui.screens.root import RootScreen
from tui_chain.tui.screens.save import Draft, Form, Saved, SaveScreen
from tui_chain.tui.screens.write import Rows, loss_question, output_of, repaired, write_screen
from tui_chain.tui.toasts import toast
from tui_chain.tui.trust_files import TrustFiles
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.formats.pem import to_pem

if TYPE_CHECKING:
    from tui_chain.tui.answer_jobs import AnswerJobs

AddHosts = Callable[[Iterable[Host], bool], Sequence[HostRow]]
"""Puts hosts onto the list and returns the rows of those that were not there; with True they are probed."""


class HostDialogs:
    """Opens dialogs on the main screen; `copied` is the text that was copied from this program last."""

    def __init__(
        self,
        screen: Screen[None],
        hosts: HostRows,
        jobs: HostJobs,
        clock: Clock,
        add: AddHosts,
    ) -> None:
        self._screen = screen
        self._hosts = hosts
        self._jobs = jobs
        self._clock = clock
        self._add = add
        self.copied = ""

    @cached_property
    def answers(self) -> AnswerJobs:
        """What is asked beyond the main journey, loaded when it is first asked."""
        from tui_chain.tui.answer_jobs import AnswerJobs

        return AnswerJobs(self._screen, self._hosts, self._jobs, self._clock)

    # what is on the list

    def add(self, go: Callable[[HostRow], None]) -> None:
        """Ask for hosts; `go` puts the cursor on the last whose chain was pasted."""

        def added(additions: Additions) -> str:
            fresh = len(self._add(additions.hosts, True)) + self._receive(additions.chains, go)
            known = additions.count - fresh
            there = f", {known} {'was' if known == 1 else 'were'} there already" if known else ""
            return f"Added {plural(fresh, 'host')}{there}."

        def closed(sentence: str | None) -> None:
            if sentence:
                toast(self._screen, sentence)

        self._screen.app.push_screen(AddScreen(added), closed)

    def _receive(self, pasted: Iterable[GivenChain], go: Callable[[HostRow], None]) -> int:
        """Add hosts whose chains are at hand; return how many."""
        count = 0
        for chain in pasted:
            served = served_chain(chain, at=self._clock())
            if isinstance(served, Failure):
                toast(self._screen, str(served), "error")
                continue
            self._add([Host(chain.target)], False)
            row = self._hosts.get(chain.target)
            if row is not None:
                self._jobs.receive(row, served)
                go(row)
                count += 1
        return count

    def request(self, row: HostRow) -> None:
        """Ask for method, path, headers and proxy of a host's live tests, and keep them for this run."""

        def chosen(choice: RequestChoice | None) -> None:
            now = self._hosts.get(row.target)
            if choice is not None and now is not None:
                self._hosts.put(replace(now, request=choice))
                toast(self._screen, "t tests with this request.")

        proxy = environment_proxy(os.environ, row.target)
        self._screen.app.push_screen(RequestScreen(row.target, row.request or USUAL, proxy), chosen)

    def trust_root(self, row: HostRow) -> None:
        """Ask for a private root's fingerprint, and trust it for this run."""
        root = private_root(row)
        if root is None or row.state.verdict is None:
            return

        def confirmed(result: ConfirmedRoot | None) -> None:
            if result is not None:
                self._jobs.trust_root(result, row.target)
                self._jobs.fix(row.target)

        self._screen.app.push_screen(RootScreen(ask_about(root, row.state.verdict), self.copied), confirmed)

    # pages

    def certificate(self, row: HostRow, certificate: Certificate) -> None:
        """Show all of a certificate of a host that was reached."""
        if row.state.verdict is None:
            return
        source, findings = row.state.source_of(certificate), row.state.verdict.at(certificate)
        days, trail = warn_days_of(self._jobs.loaded), shown_trail(row.state)
        body = certificate_page(certificate, self._clock(), source, findings, trail, days)
        self._screen.app.push_screen(
            PageScreen("Certificate", body, copy=to_pem(certificate), subject=f"the certificate {certificate.label}")
        )

    def error(self, error: Failure | None, notices: Sequence[str]) -> None:
        """Show an error in full, and the notices of the start."""
        page, (heading, subject) = error_page(error, notices), ("The last error", "the error")
        if error is None:
            heading, subject = "Notices of the start", "the notices"
        self._screen.app.push_screen(PageScreen(heading, page, copy=page.plain, subject=subject))

    # files

    def write(self, selected: Sequence[HostRow]) -> None:
        """Ask where to and as what the bundle of the repaired hosts is written, and show its bytes."""
        rows = repaired(selected)

        def written(saved: Saved | None) -> None:
            if saved is not None:
                self._written(rows, saved)

        def go_on() -> None:
            self._screen.app.push_screen(write_screen(selected, self._jobs.journey.trust, self._clock()), written)

        if rows:
            self._with_consent(rows, go_on)

    def _written(self, rows: Rows, saved: Saved) -> None:
        for row in rows:
            now = self._hosts.get(row.target)
            if now is None or now.state.proven != row.state.proven:
                continue
            # the question at the end is about the client bundle
            if saved.form == OutputKind.CLIENT:
                self._hosts.put(replace(now, written=saved.path))
            else:
                others = {**dict(now.others), saved.form: saved.path}
                self._hosts.put(replace(now, others=tuple(others.items())))
        further = (row.target for row in rows[1:])
        kind = () if saved.form == OutputKind.CLIENT else ("--as", saved.form)
        command = host_command(self._jobs.journey, rows[0], "fix", *further, *kind, "-o", saved.path)
        text = f"Wrote {safe_text(str(saved.path), 400)}. x says how to use it."
        toast(self._screen, text, command=command, path=saved.path)

    def copy(self, rows: Sequence[HostRow], certificate: Certificate | None = None) -> None:
        """Ask what is to be copied of hosts and their leaves, or of one host and this certificate of it."""
        leaves = [row.state.reached.certificates[0] for row in rows if row.state.reached is not None]
        certificates = [certificate] if certificate is not None else leaves
        entries = [*certificate_entries(certificates), command_entry([self._command(row) for row in rows])]
        if repaired(rows):
            entries.append(bundle_entry(f"proven for {plural(len(repaired(rows)), 'host')}"))

        def chosen(entry: CopyEntry | None) -> None:
            if entry is not None and entry.key == BUNDLE:
                self.copy_bundle(rows)
            elif entry is not None:
                self._screen.app.post_message(CopyRequested(entry.text, entry.subject))

        are_marked = certificate is None and rows == self._hosts.marked
        name = plural(len(rows), "marked host") if are_marked else rows[0].target.display
        self._screen.app.push_screen(CopyScreen(f"Copy of {name}", tuple(entries)), chosen)

    def _command(self, row: HostRow) -> str:
        """The command that does with a host what was done with it here."""
        name = "fix" if row.state.proven is not None else "check"
        return host_command(self._jobs.journey, row, name)

    def copy_bundle(self, selected: Sequence[HostRow]) -> None:
        """Copy the bundle of the repaired hosts."""
        rows = repaired(selected)

        @work(group="bundle", exclusive=True, exit_on_error=False)
        async def make(screen: Screen[None]) -> None:
            trust, now = self._jobs.journey.trust, self._clock()
            made = await in_background(lambda: output_of(OutputKind.CLIENT, rows, trust, now), "bundle")
            if isinstance(made, Failure):
                toast(screen, str(made), "error")
            else:
                screen.post_message(CopyRequested(made.data.decode("ascii"), "the bundle"))

        if rows:
            self._with_consent(rows, lambda: make(self._screen))

    def _with_consent(self, rows: Rows, go_on: Callable[[], object]) -> None:
        """Go on where the bundle loses no limit; else say which it loses, and go on if the user agrees (law 3)."""
        question = loss_question(rows)
        if question:
            screen = ConfirmScreen("Limits are lost", question, "write the bundle", "do not")
            confirm(self._screen.app, screen, go_on)
        else:
            go_on()

    def instructions(self, row: HostRow) -> None:
        """Show what clients and the server are to do, or say that there is nothing."""
        journey, now = self._jobs.journey, self._clock()
        trust, options = journey.trust, carried_options(journey, row)

        @work(group="instructions", exclusive=True, exit_on_error=False)
        async def make(screen: Screen[None]) -> None:
            made = await in_background(
                lambda: instructions(row, server_file(row.state, trust, now), options, trust, now), "instructions"
            )
            if isinstance(made, Failure):
                toast(screen, str(made), "warning")
            else:
                screen.app.push_screen(InstructionsScreen(made))

        make(self._screen)

    def report(self, selected: Sequence[HostRow]) -> None:
        """Write down all that is known of hosts: of one in one of three forms, of several in one file."""
        rows = [row for row in selected if row.state.verdict is not None]
        if not rows:
            toast(self._screen, "There is nothing to report of a host that was not probed yet.", "warning")
            return

        def saved(done: Saved | None) -> None:
            if done is not None:
                form = ("--format", done.form.lower(), "-o", done.path)
                command = host_command(self._jobs.journey, rows[0], "report", *form) if len(rows) == 1 else ""
                toast(self._screen, f"Wrote {safe_text(str(done.path), 400)}.", command=command, path=done.path)

        self._screen.app.push_screen(self._report_screen(rows), saved)

    def _report_screen(self, rows: Sequence[HostRow]) -> SaveScreen:
        """The dialog that saves the report of hosts as they stand now."""
        journey = self._jobs.journey
        reports = [_Reported(row, journey.trust, self._clock, journey.context.options) for row in rows]
        if len(reports) == 1:
            title = f"Save a report of {rows[0].target.display}"
            return SaveScreen(title, reports[0].forms, f"{file_base(rows[0])}-report")
        base = f"{file_base(rows[0])}-and-{len(rows) - 1}-more-report"
        return SaveScreen(f"Save a report of {len(rows)} hosts", _joined_forms(reports), base)

    def audit(self, row: HostRow | None, path: Path | None = None) -> None:
        """Ask for a file or a folder, or take `path`, and show what each client would load from it."""
        files = TrustFiles(self._hosts, self._jobs, self._clock, lambda hosts: self._add(hosts, False))
        self._screen.app.push_screen(AuditScreen(files, row, path))


@dataclass(frozen=True)
class _Reported:
    """Reports a host as it stood; `trust` and `options` are those of the run. A form is made when it is asked for."""

    row: HostRow
    trust: TrustStore
    clock: Clock
    options: Options

    def _known(self) -> tuple[HostState, datetime, ServerChain | None, Path | None]:
        row, now = self.row, self.clock()
        # a name that cannot be shown is left out
        written = row.written if row.written is not None and unshowable(row.written) is None else None
        return row.state, now, server_file(row.state, self.trust, now), written

    def json(self, indent: int | None) -> str:
        """The host as a JSON object; who wrote the bundle agreed to what it loses."""
        written = self.row.written
        result = host_result(
            self.row.state, self.clock(), written, self.options, accept_lost_constraints=written is not None
        )
        return f"{json.dumps(result.as_dict(), indent=indent)}\n"

    def markdown(self) -> str:
        """The host for a ticket or a wiki."""
        return to_markdown(report(*self._known(), self.options, self.trust))

    def html(self) -> str:
        """The host as a page."""
        return report_page(*self._known(), self.options, self.trust)

    @property
    def forms(self) -> tuple[Form, ...]:
        """The forms of the report of one host."""
        page = "one page for a ticket, without outside resources"
        return (
            Form("Markdown", "for a ticket or a wiki", ".md", lambda: Draft(self.markdown().encode())),
            Form("HTML", page, ".html", lambda: Draft(self.html().encode())),
            Form(
                "JSON",
                "for programs: the object that the command line prints",
                ".json",
                lambda: Draft(self.json(2).encode()),
            ),
        )


def _joined_forms(reports: Sequence[_Reported]) -> tuple[Form, ...]:
    """The forms of the report of several hosts."""
    return (
        Form(
            "Markdown",
            "for a ticket or a wiki, one host after the other",
            ".md",
            lambda: Draft("\n".join(each.markdown() for each in reports).encode()),
        ),
        Form(
            "JSON lines",
            "for programs, a host a line",
            ".jsonl",
            lambda: Draft("".join(each.json(None) for each in reports).encode()),
        ),
    )
