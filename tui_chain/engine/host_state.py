"""How far a host has come on its journey: values alone, so that the screen can paint before the stages are loaded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tui_chain.core.failure import Failure
from tui_chain.core.status import Status
from tui_chain.net.target import AUTO, Target

if TYPE_CHECKING:
    from tui_chain.diagnose.diagnosis import Diagnosis
    from tui_chain.diagnose.findings.endpoints import Servers
    from tui_chain.diagnose.findings.finding import Finding
    from tui_chain.livetest.live import LiveTest
    from tui_chain.probe.served import ServedChain
    from tui_chain.repair.bundle import Bundle
    from tui_chain.repair.path_choice import PathChoice
    from tui_chain.repair.repair import Repair
    from tui_chain.resolve.resolution import Resolution
    from tui_chain.x509.certificate import Certificate
    from tui_chain.x509.crl import CrlSet
    from tui_chain.x509.revocation import RevocationCheck

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The time of day, aware, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class HostState:
    """How far a host has come. `served` may be the failure to reach it, `repair` the reason why there is none.

    `servers` are the answers of the several servers that it is, `revocation` the answers of its certificates'
    issuers, `crls` the lists that go beside the repair or why there are none; all are None until somebody asks.
    """

    target: Target
    label: str = ""
    served: ServedChain | Failure | None = None
    diagnosis: Diagnosis | None = None
    resolution: Resolution | None = None
    repair: Repair | Failure | None = None
    live_test: LiveTest | None = None
    choice: PathChoice | None = None
    servers: Servers | None = None
    revocation: tuple[RevocationCheck, ...] | None = None
    crls: CrlSet | Failure | None = None

    def with_served(self, served: ServedChain | Failure | None, diagnosis: Diagnosis | None) -> HostState:
        """The host newly probed; what rested on the old chain is gone.

        Where its protocol was to be found out, the target is the one that was reached.
        """
        target = self.target
        if target.starttls == AUTO and served is not None and not isinstance(served, Failure):
            target = replace(target, starttls=served.target.starttls)
        return HostState(target, self.label, served, diagnosis)

    def with_repair(
        self, resolution: Resolution, repair: Repair | Failure, choice: PathChoice | None = None
    ) -> HostState:
        """The host newly resolved, or newly chosen for; an old live test and old CRLs are gone."""
        return replace(self, resolution=resolution, repair=repair, live_test=None, choice=choice, crls=None)

    def with_live_test(self, live_test: LiveTest) -> HostState:
        """The host newly tested."""
        return replace(self, live_test=live_test)

    @property
    def verdict(self) -> Diagnosis | None:
        """The newest diagnosis: after the search for certificates where there was one, with its follow-ups."""
        if self.resolution is None:
            return self.diagnosis
        found = self.resolution.diagnosis
        if self.servers is not None:
            from tui_chain.diagnose.findings.endpoints import with_servers

            found = with_servers(found, self.servers)
        if self.revocation is not None:
            from tui_chain.diagnose.findings.revocation import with_revocation

            # an issuer that was found makes no revoked certificate good
            found = with_revocation(found, self.revocation)
        if self.proven is not None and self.proven.losses:
            from tui_chain.repair.losses import with_losses

            found = with_losses(found, self.proven.losses)
        return found

    @property
    def status(self) -> Status | None:
        """Where the host stands; `repairable` only with a bundle with which more families accept."""
        if self.verdict is None:
            return None
        if self.proven is not None and self.proven.won:
            return Status.REPAIRABLE
        return self.verdict.status

    @property
    def headline(self) -> str:
        """What clients say and what is wrong, in short; empty before the probe."""
        from tui_chain.diagnose.headline import headline

        if self.verdict is None or self.status is None:
            return ""
        return headline(self.verdict, self.status, self.proven)

    @property
    def proven(self) -> Repair | None:
        """The proven repair, or None; a path of which a certificate was revoked is none."""
        return None if isinstance(self.repair, Failure) or self._revoked else self.repair

    @property
    def _revoked(self) -> bool:
        if self.repair is None or isinstance(self.repair, Failure):
            return False
        bad = {check.at for check in self.revocation or () if check.status.value == "revoked"}
        return bool(bad) and any(one.sha256 in bad for one in self.repair.path.certificates)

    @property
    def lists(self) -> CrlSet | None:
        """The CRLs that were gathered and proven, or None."""
        return None if isinstance(self.crls, Failure) else self.crls

    @property
    def bundle(self) -> Bundle | None:
        """The bundle of the proven repair, with the host's CRLs where they were gathered, or None."""
        if self.proven is None or self.lists is None:
            return None if self.proven is None else self.proven.bundle
        return self.proven.bundle.with_crls(self.lists)

    @property
    def reached(self) -> ServedChain | None:
        """What the host served, or None where it was not reached."""
        return None if isinstance(self.served, Failure) else self.served

    @property
    def fails_strict_checks(self) -> bool:
        """Whether some family refuses the host for a check of X509_V_FLAG_X509_STRICT, which no bundle changes."""
        from tui_chain.paths.codes import is_strict

        repair, verdict = self.proven, self.verdict
        verdicts = repair.verdicts if repair is not None else verdict.verdicts if verdict is not None else {}
        return any(is_strict(one.code) for one in verdicts.values())

    @property
    def known_certificates(self) -> tuple[Certificate, ...]:
        """Every certificate that is known of the host: served, found, in a path or at the end of one."""
        verdict = self.verdict
        known = list(self.reached.certificates) if self.reached is not None else []
        known += self.resolution.found if self.resolution is not None else ()
        known += self.proven.path.certificates if self.proven is not None else ()
        if verdict is not None:
            known += [one for path in verdict.search.paths for one in path.certificates]
            known += [one for trail in verdict.search.untrusted for one in trail]
        return tuple(dict.fromkeys(known))

    def label_of(self, found: Finding) -> str:
        """The shortest name of the certificate that a finding is about; the target where it is about none."""
        named = (one.label for one in self.known_certificates if one.sha256 == found.at)
        return next(named, str(self.target))

    def source_of(self, certificate: Certificate) -> str:
        """Where a certificate of the host's path came from."""
        if self.resolution is not None:
            return self.resolution.sources.get(certificate.sha256, "unknown")
        if self.reached is not None and certificate in self.reached.certificates:
            return "served"
        return f"trust store {self.diagnosis.store}" if self.diagnosis is not None else "unknown"
