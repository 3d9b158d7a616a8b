"""Actions on files: trust files read as clients read them, and reports."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from textual.worker import WorkerCancelled, WorkerFailed

from tui_chain.core.failure import Failure
from tui_chain.core.text import plural, safe_text
from tui_chain.engine.host_state import HostState
from tui_chain.net.host_list import parse_arguments
from tui_chain.net.target import Target
from tui_chain.tui.host_app import PROBES_AT_ONCE
from tui_chain.tui.question_actions import QuestionActions
from tui_chain.tui.rows import Row

if TYPE_CHECKING:
    from tui_chain.advise.document import Document
    from tui_chain.audit.refresh import Refreshed
    from tui_chain.repair.file_header import Header
    from tui_chain.trust.store import TrustStore
    from tui_chain.tui.screens.save import Draft, Form, Saved
    from tui_chain.x509.crl import CrlScope


class FileActions(QuestionActions):
    """What can be done with files that are there already, or that tell of a host."""

    def action_audit(self) -> None:
        """Ask for a file or a folder, and say what each client would load from it."""
        from tui_chain.tui.screens.audit import AuditScreen
        from tui_chain.tui.screens.desk import Desk

        if self.ready:
            services = (self._public_store, self._clock, self._copy, self._refresh_question, self._refresh)
            desk = Desk(*services, stands=self._stands)
            self.push_screen(AuditScreen(desk, self._suggested_file()))

    def _public_store(self) -> TrustStore | Failure:
        """The store that everybody has: the one in force where it is certifi's; blocks."""
        from tui_chain.trust.loading import load_trust_store

        return self._engine.trust if self._engine.trust.name == "certifi" else load_trust_store("certifi")

    def _suggested_file(self) -> str:
        """The bundle that was written for this host, else the trust store in force."""
        if self.row is not None and self.row.written is not None:
            return str(self.row.written)
        from tui_chain.tui.screens.looking import store_file

        path = store_file(self._engine.trust.name)
        return str(path) if path is not None and str(path).isprintable() else ""

    # a bundle of ours

    def _refresh_question(self, header: Header) -> str | Failure:
        """What looking after a bundle would do; one that rests on another trust store, or holds it, is refused."""
        trust = self._engine.trust.name
        alone = header.kind == "client"  # it is judged by itself
        if not alone and header.trust in {"certifi", "system"} and header.trust != trust:
            words = f"The bundle was made with the trust store {header.trust}, and {safe_text(trust)} is in force."
            return Failure("refresh", words, f"Start with --trust {header.trust} to look after it.")
        listed = parse_arguments(header.hosts)
        if listed.bad:
            return Failure("refresh", f"The bundle names a host that is none: {listed.bad[0].failure.message}")
        known = sum(self._book.get(host.target) is not None for host in listed.hosts)
        return _question(len(listed.hosts), known, crls=header.crl_check is not None)

    async def _refresh(self, data: bytes, header: Header) -> Refreshed | Failure:
        """Add the bundle's hosts, probe and repair them anew, and judge the bundle by what comes."""
        from tui_chain.audit.refresh import refreshed
        from tui_chain.tui.background import in_background

        hosts = parse_arguments(header.hosts).hosts
        self._add(hosts, probe=False)
        targets = [host.target for host in hosts]
        await self._each(targets, self._probe)
        reached = [target for target in targets if self._state(target).reached is not None]
        await self._each(reached, self._fix)
        if header.crl_check is not None:
            await self._each(reached, self._crls_again(header.crl_check))
        states, store = [self._state(target) for target in targets], self._engine.trust
        return await in_background(lambda: refreshed(data, header, states, store, self._clock()), "refresh")

    def _crls_again(self, scope: CrlScope) -> Callable[[Target], None]:
        """What fetches the CRLs of a host's repair anew, each address once for all hosts."""
        from tui_chain.engine.revocation import gather_crls
        from tui_chain.revocation.crl import CrlFetches

        fetches = CrlFetches()

        async def work(state: HostState, _: Callable[[str], None]) -> HostState:
            return await gather_crls(self._engine, state, scope, fetches)

        return lambda target: self._job(target, "CRLs", work)

    async def _each(self, targets: Iterable[Target], begin: Callable[[Target], None]) -> None:
        """Begin a job for each of these hosts, some at once, and wait for them, also for those that are stopped."""
        waiting = iter(targets)
        while some := list(islice(waiting, PROBES_AT_ONCE)):
            for target in some:
                if self._book.get(target) is not None:
                    begin(target)
            groups = {f"host {target}" for target in some}
            for worker in [worker for worker in self.workers if worker.group in groups]:
                with suppress(WorkerCancelled, WorkerFailed):
                    await worker.wait()

    def _stands(self, path: Path, targets: tuple[str, ...]) -> None:
        """Remember where the bundle of these hosts stands, so that it is not asked for at the end."""
        for host in parse_arguments(targets).hosts:
            row = self._book.get(host.target)
            if row is not None and row.state.proven is not None:
                self._show(self._book.put(replace(row, written=path.absolute())))

    def _state(self, target: Target) -> HostState:
        """How far a host has come; nowhere where it was taken off the list meanwhile."""
        row = self._book.get(target)
        return row.state if row is not None else HostState(target)

    # reports

    def action_report(self) -> None:
        """Write down all that is known of this host, in one of three forms."""
        from tui_chain.tui.screens.pages import file_base
        from tui_chain.tui.screens.save import SaveScreen

        row = self.row
        if row is None or row.state.verdict is None:
            self._toast("There is nothing to report of a host that was not probed yet.", severity="warning")
            return

        def saved(done: Saved | None) -> None:
            if done is not None:
                self._toast(f"Wrote {safe_text(str(done.path), 400)}.")

        title = f"Save a report of {row.target}"
        self.push_screen(SaveScreen(title, self._report_forms(row), f"{file_base(row)}-report"), saved)

    def _report_forms(self, row: Row) -> tuple[Form, ...]:
        """The report as it stands now, each form made when it is asked for."""
        from tui_chain.advise.document import to_html, to_markdown
        from tui_chain.advise.instructions import unshowable
        from tui_chain.advise.report import report, server_file
        from tui_chain.results.host import host_result
        from tui_chain.tui.screens.save import Draft, Form

        def document() -> Document:
            now = self._clock()
            # a name that cannot be shown is left out
            written = row.written if row.written is not None and unshowable(row.written) is None else None
            return report(row.state, now, server_file(row.state, self._engine.trust, now), written)

        def as_json() -> Draft:
            # who wrote the bundle agreed to what it loses
            agreed = row.written is not None
            result = host_result(row.state, self._clock(), row.written, accept_lost_constraints=agreed)
            return Draft(f"{json.dumps(result.as_dict(), indent=2)}\n".encode())

        return (
            Form("Markdown", "for a ticket or a wiki", ".md", lambda: Draft(to_markdown(document()).encode())),
            Form("HTML", "one page without outside resources", ".html", lambda: Draft(to_html(document()).encode())),
            Form("JSON", "for programs; the keys are those of tlschain --json", ".json", as_json),
        )


def _question(count: int, known: int, *, crls: bool) -> str:
    """How many hosts of a bundle would be asked for what, and how many of them come onto the list."""
    if count == 1:
        place = "which is on the list" if known else "which would be added to the list"
    else:
        place = f"{count - known} of them would be added to the list" if known < count else "all of them on the list"
    also = " and its CRLs are fetched" if crls else ""
    asked = f"Each is asked for a handshake, its missing links are looked for anew{also}."
    return f"It is for {plural(count, 'host')}, {place}. {asked}"
