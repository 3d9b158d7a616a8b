"""Actions that make files of repairs: marking hosts for one bundle, and writing it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from tui_chain.clients.families import family_names
from tui_chain.core.failure import Failure
from tui_chain.core.status import Status
from tui_chain.core.text import plural, safe_text
from tui_chain.tui.panes.hosts import HostPane
from tui_chain.tui.question_actions import QuestionActions
from tui_chain.tui.rows import Row

if TYPE_CHECKING:
    from tui_chain.engine.host_state import HostState
    from tui_chain.probe.served import ServedChain
    from tui_chain.repair.losses import Loss
    from tui_chain.repair.output import Output
    from tui_chain.repair.output_kinds import OutputKind
    from tui_chain.repair.repair import Repair
    from tui_chain.revocation.crl import CrlFetches
    from tui_chain.tui.screens.save import Saved
    from tui_chain.x509.crl_set import CrlSet


class BundleActions(QuestionActions):
    """What is written of the proven repair of one host, or of all that are marked."""

    def action_choose(self) -> None:
        """Mark the host under the cursor in pane 1; in pane 3 take the certificate under the cursor."""
        if self._open != "hosts":
            super().action_choose()
        elif self.row is not None:
            self._show(self._book.put(replace(self.row, marked=not self.row.marked)))
            self.query_one(HostPane).main().action_cursor_down()

    def unmark(self) -> None:
        """Take all marks away."""
        for row in self._book.marked:
            self._show(self._book.put(replace(row, marked=False)))

    @property
    def _meant(self) -> tuple[Row, ...]:
        """The marked hosts, or the one under the cursor where none is."""
        return self._book.marked or ((self.row,) if self.row is not None else ())

    @property
    def _repaired(self) -> tuple[Row, ...]:
        """Those of the meant hosts that have a proven repair."""
        return tuple(row for row in self._meant if row.state.proven is not None and row.state.reached is not None)

    def _output(self, kind: OutputKind, rows: tuple[Row, ...]) -> Output | Failure:
        from tui_chain.repair.output import make_output
        from tui_chain.repair.output_kinds import without_crls

        crls = _crls(rows) if without_crls(kind) is None else None
        return make_output(kind, _repairs(rows), self._engine.trust, at=self._clock(), crls=crls)

    def action_crls(self) -> None:
        """Put the CRLs of the meant hosts into their bundle; of those that have them, take them out."""
        from tui_chain.revocation.crl import CrlFetches

        fetches = CrlFetches()
        having = [row for row in self._meant if row.state.lists is not None]
        for row in having:
            self._show(self._book.put(self._with_result(row, replace(row.state, crls=None, live_test=None))))
        if having:
            self._toast("The bundle is without CRLs again; V puts them in.")
        for row in self._meant if not having else ():
            if row.state.reached is not None:
                self._gather_crls(row, fetches)

    def _gather_crls(self, row: Row, fetches: CrlFetches) -> None:
        async def work(state: HostState, _: Callable[[str], None]) -> HostState:
            from tui_chain.engine.revocation import gather_crls
            from tui_chain.x509.crl import CrlScope

            # where not every certificate of the path has a list, the leaf may have one
            scope = CrlScope.LEAF if isinstance(state.crls, Failure) else CrlScope.CHAIN
            return replace(await gather_crls(self._engine, state, scope, fetches), live_test=None)

        def gathered(row: Row) -> None:
            if isinstance(row.state.crls, Failure):
                self._toast(str(row.state.crls), severity="warning")
            elif row.state.crls is None:
                self._toast(f"{row.target} has no proven repair yet; f looks for one.", severity="warning")

        self._job(row.target, "CRLs", work, gathered)
        self._reveal("links")

    async def action_copy_bundle(self) -> None:
        """Copy the bundle, of all marked hosts where some are."""
        from tui_chain.repair.output_kinds import OutputKind

        if not self._repaired:
            return
        rows = self._repaired
        made = self._output(OutputKind.CLIENT, rows)
        if isinstance(made, Failure):
            self._toast(str(made), severity="error")
            return
        text = made.data.decode("ascii")
        self._with_consent(rows, lambda: self.run_worker(self._copy(text, "the bundle"), exit_on_error=False))

    def action_write(self) -> None:
        """Ask where to and as what, show the bytes, and write."""
        rows = self._repaired
        if not rows:
            return
        self._with_consent(rows, lambda: self._ask_where(rows))

    def _with_consent(self, rows: tuple[Row, ...], go_on: Callable[[], object]) -> None:
        """Go on where the bundle loses no limit; else say which it loses, and go on if the user agrees (law 3)."""
        losses = [loss for row in rows if row.state.proven is not None for loss in row.state.proven.losses]
        if not losses:
            go_on()
            return
        from tui_chain.tui.screens.confirm import ConfirmScreen

        def answered(yes: bool | None) -> None:
            if yes:
                go_on()

        self.push_screen(ConfirmScreen("Limits are lost", _loss_question(losses), "write it", "leave it"), answered)

    def _ask_where(self, rows: tuple[Row, ...]) -> None:
        from tui_chain.tui.screens.pages import file_base
        from tui_chain.tui.screens.save import SaveScreen
        from tui_chain.tui.screens.write import kinds

        def written(saved: Saved | None) -> None:
            if saved is not None:
                self._written(rows, saved)

        title = "Write the bundle" if len(rows) == 1 else f"Write one bundle for {plural(len(rows), 'host')}"
        title += _left_out([row for row in self._meant if row not in rows]) + _crl_words(rows)
        base = file_base(rows[0]) if len(rows) == 1 else f"{file_base(rows[0])}-and-{len(rows) - 1}-more"
        self.push_screen(SaveScreen(title, kinds(lambda kind: self._output(kind, rows)), base), written)

    def _written(self, rows: tuple[Row, ...], saved: Saved) -> None:
        for row in rows:
            now = self._book.get(row.target)
            if now is None or now.state.proven != row.state.proven:
                continue
            # the question at the end is about the client bundle
            if saved.form == "client":
                self._show(self._book.put(replace(now, written=saved.path)))
            else:
                others = {**dict(now.others), saved.form: saved.path}
                self._show(self._book.put(replace(now, others=tuple(others.items()))))
        self._toast(f"Wrote {safe_text(str(saved.path), 400)}. x says how to use it.")


def _loss_question(losses: list[Loss]) -> str:
    """Say what each intermediate loses, for which clients, and what the remedy without loss is."""
    lines = [
        f"{one.certificate.label} loses the {one.limit} of {one.limited_by.label}, for {family_names(one.families)}."
        for one in losses[:MAX_LOSSES]
    ]
    more = [f"and {len(losses) - MAX_LOSSES} more"] if len(losses) > MAX_LOSSES else []
    remedy = "The remedy without loss is that the server sends the intermediate. Write the bundle all the same?"
    return "\n".join(["As trust anchors in this bundle:", *lines, *more, remedy])


MAX_LOSSES = 6
"""Lost limits that are told one by one."""


def _left_out(rows: list[Row]) -> str:
    """Which of the marked hosts the file is not for, and why."""
    fine = sum(row.status is Status.COMPLETE for row in rows)
    parts = [(fine, "needs no repair" if fine == 1 else "need no repair"), (len(rows) - fine, "not repaired")]
    return "".join(f" · {count} {words}" for count, words in parts if count)


def _crls(rows: tuple[Row, ...]) -> CrlSet | None:
    """The CRLs of all hosts as one; None unless each has them, for the same kind of check."""
    from tui_chain.x509.crl_set import joined

    found = [row.state.lists for row in rows if row.state.lists is not None]
    return joined(found) if len(found) == len(rows) and len({one.scope for one in found}) == 1 else None


def _crl_words(rows: tuple[Row, ...]) -> str:
    if _crls(rows) is not None:
        return " · with CRLs"
    return (
        " · without CRLs, which not all of them have alike"
        if any(row.state.lists is not None for row in rows)
        else ""
    )


def _repairs(rows: tuple[Row, ...]) -> list[tuple[ServedChain, Repair]]:
    """What each host serves, and its proven repair."""
    pairs = ((row.state.reached, row.state.proven) for row in rows)
    return [(served, proven) for served, proven in pairs if served is not None and proven is not None]
