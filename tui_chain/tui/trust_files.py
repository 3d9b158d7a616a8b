"""What the screens of trust files ask for: audits, and bundles of this tool refreshed with the hosts of the list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tui_chain.audit.audit import Auditor
from tui_chain.audit.refresh import Refreshed, refreshed
from tui_chain.core.failure import Failure
from tui_chain.core.text import plural, safe_text
from tui_chain.engine.host_state import Clock
from tui_chain.net.host_list import Host, parse_arguments
from tui_chain.repair.file_header import Header
from tui_chain.revocation.crl import CrlFetches
from tui_chain.trust.loading import load_trust_store
from tui_chain.trust.store import TrustStore
from tui_chain.tui.background import in_background
from tui_chain.tui.host_jobs import HostJobs
from tui_chain.tui.host_rows import HostRow, HostRows
from tui_chain.tui.screens.audited_file import AuditedFile, audit_file, open_path, store_file


class TrustFiles:
    """Audits files off the event loop, and refreshes bundles; `add` puts hosts onto the list without probing them."""

    def __init__(
        self, rows: HostRows, jobs: HostJobs, clock: Clock, add: Callable[[tuple[Host, ...]], object]
    ) -> None:
        self.clock = clock
        self._rows = rows
        self._jobs = jobs
        self._add = add

    # audits

    async def auditor(self) -> Auditor | Failure:
        """An auditor for the time that it is now."""
        public = await in_background(self._public_store, "store")
        return public if isinstance(public, Failure) else Auditor(public, self.clock())

    def _public_store(self) -> TrustStore | Failure:
        """The store that everybody has: the one in force where it is certifi's; blocks."""
        trust = self._jobs.journey.trust
        return trust if trust.name == "certifi" else load_trust_store("certifi")

    async def open(self, path: Path) -> AuditedFile | tuple[Path, ...] | Failure:
        """Audit a file, or list a folder's trust files."""
        auditor = await self.auditor()
        if isinstance(auditor, Failure):
            return auditor
        return await in_background(lambda: open_path(path, auditor), "audit")

    async def audit(self, path: Path, auditor: Auditor) -> AuditedFile | Failure:
        """Audit a file."""
        return await in_background(lambda: audit_file(path, auditor), "audit")

    async def suggested(self, row: HostRow | None) -> str:
        """The bundle that was written for a host, else the trust store in force; empty where neither can be shown."""
        if row is not None and row.written is not None:
            return str(row.written)
        name = self._jobs.journey.trust.name
        path = await in_background(lambda: store_file(name), "store")
        return str(path) if isinstance(path, Path) and str(path).isprintable() else ""

    # bundles of this tool

    def question(self, header: Header) -> str | Failure:
        """What a refresh would do; a bundle that rests on another trust store, or holds it, is refused."""
        trust = self._jobs.journey.trust.name
        alone = header.kind == "client"  # it is judged by itself
        if not alone and header.trust in {"certifi", "system"} and header.trust != trust:
            message = f"The bundle was made with the trust store {header.trust}, and {safe_text(trust)} is in force."
            return Failure("refresh", message, f"Open the screen with the trust store {header.trust} to refresh it.")
        listed = parse_arguments(header.hosts)
        if listed.bad:
            return Failure("refresh", f"The bundle names a host that is none: {listed.bad[0].failure.message}")
        known = sum(self._rows.get(host.target) is not None for host in listed.hosts)
        return _question(len(listed.hosts), known, crls=header.crl_check is not None)

    async def refresh(self, data: bytes, header: Header) -> Refreshed | Failure:
        """Add the bundle's hosts, probe and repair them anew, and judge the bundle by what comes."""
        hosts = parse_arguments(header.hosts).hosts
        self._add(hosts)
        jobs, targets = self._jobs, [host.target for host in hosts]
        await in_background(lambda: jobs.journey.have_roots_of(data), "roots")
        await jobs.each(targets, jobs.probe)
        reached = [target for target in targets if self._rows.state(target).reached is not None]
        await jobs.each(reached, jobs.fix)
        scope, fetches = header.crl_check, CrlFetches()
        if scope is not None:
            await jobs.each(reached, lambda target: jobs.fetch_crls(target, fetches, scope))
        states, store = [self._rows.state(target) for target in targets], jobs.journey.trust
        return await in_background(lambda: refreshed(data, header, states, store, self.clock()), "refresh")

    def remember_bundle(self, path: Path, targets: tuple[str, ...]) -> None:
        """Remember where the bundle of these hosts is, so that it is not asked for at the end."""
        for host in parse_arguments(targets).hosts:
            row = self._rows.get(host.target)
            if row is not None and row.state.proven is not None:
                self._rows.put(replace(row, written=path.absolute()))


def _question(count: int, known: int, *, crls: bool) -> str:
    """How many hosts of a bundle would be asked for what, and how many of them come onto the list."""
    if count == 1:
        place = "which is on the list" if known else "which would be added to the list"
    else:
        place = f"{count - known} of them would be added to the list" if known < count else "all of them on the list"
    also, whose = (", and its CRLs are fetched" if crls else ""), "The host is" if count == 1 else "Each host is"
    step = f"{whose} probed, and its missing intermediates are searched for anew{also}."
    return f"The bundle is for {plural(count, 'host')}, {place}. {step}"
