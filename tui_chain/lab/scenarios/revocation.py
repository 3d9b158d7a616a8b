"""Servers whose certificates were revoked, or of which it cannot be told."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID

from tui_chain.clients.families import FamilyId
from tui_chain.lab.authority import Extensions, Identity, Template
from tui_chain.lab.hierarchy import Leaf
from tui_chain.lab.scenarios.scenario import Expected, Scenario, ScenarioGroup, ScenarioGroups, complete, partial
from tui_chain.lab.servers.aia_site import AiaAnswer
from tui_chain.lab.servers.pyopenssl import stapling_handler
from tui_chain.lab.servers.responder import Responder, Says
from tui_chain.lab.servers.services import LOCALHOST, Ground, Served
from tui_chain.lab.servers.tls import Credentials


@dataclass(frozen=True)
class Revocable:
    """A server with a whole chain, and what is said of its certificate by whom; None has nobody to ask.

    `must_staple` says that the certificate demands a staple (RFC 7633).
    """

    ocsp: Says | None = None
    crl: Says | None = None
    staple: Says | None = None
    must_staple: bool = False

    def open(self, ground: Ground, scenario: str, /) -> Served:
        """Issue the leaf, publish what is said of it, and serve."""
        issuing = ground.hierarchy["issuing"]
        responder = Responder(issuing, ground.hierarchy["stranger"])
        template = Template(extensions=self._places(ground, scenario))
        leaf = ground.hierarchy.issue_leaf(Leaf(aia=(), template=template), scenario)
        self._publish(ground, scenario, responder, leaf)
        credentials = Credentials((leaf.der, issuing.der), leaf.key)
        if self.staple is None:
            return ground.serve(credentials.chain, leaf.key, addresses=LOCALHOST), tuple(credentials.chain)
        handler = stapling_handler(credentials, responder.ocsp(self.staple, leaf))
        return ground.listen(handler, addresses=LOCALHOST), tuple(credentials.chain)

    def _places(self, ground: Ground, scenario: str) -> Extensions:
        """Where the certificate says that it can be asked about (RFC 5280 sections 4.2.2.1 and 4.2.1.13)."""
        found: list[tuple[x509.ExtensionType, bool]] = []
        if self.must_staple:
            found.append((x509.TLSFeature([x509.TLSFeatureType.status_request]), False))
        if self.ocsp is not None:
            url = x509.UniformResourceIdentifier(_url(ground, f"/ocsp/{scenario}/", self.ocsp))
            place = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, url)
            found.append((x509.AuthorityInformationAccess([place]), False))
        if self.crl is not None:
            url = x509.UniformResourceIdentifier(_url(ground, f"/crl/{scenario}.crl", self.crl))
            point = x509.DistributionPoint([url], None, None, None)
            found.append((x509.CRLDistributionPoints([point]), False))
        return tuple(found)

    def _publish(self, ground: Ground, scenario: str, responder: Responder, leaf: Identity) -> None:
        if self.ocsp not in {None, Says.DEAD}:
            headers = (("Content-Type", "application/ocsp-response"),)
            ground.publish(
                f"/ocsp/{scenario}/", AiaAnswer(responder.ocsp(self.ocsp or Says.GOOD, leaf), headers=headers)
            )
        if self.crl not in {None, Says.DEAD}:
            headers = (("Content-Type", "application/pkix-crl"),)
            ground.publish(
                f"/crl/{scenario}.crl", AiaAnswer(responder.crl(self.crl or Says.GOOD, leaf), headers=headers)
            )


def _url(ground: Ground, path: str, says: Says) -> str:
    """The URL of a path, which is published once the certificate that names it is there; a dead one refuses."""
    return f"http://127.0.0.1:{ground.dead_port}{path}" if says is Says.DEAD else ground.publish(path, AiaAnswer())


def _asked(*codes: str) -> Expected:
    return complete(asked=codes)


MUST_STAPLE = (
    Scenario(
        "must-staple-good",
        "demands a staple and sends a good one",
        Revocable(staple=Says.GOOD, must_staple=True),
        _asked(),
    ),
    Scenario(
        "must-staple-revoked",
        "demands a staple and sends its own revocation",
        Revocable(staple=Says.REVOKED, must_staple=True),
        partial(refused={FamilyId.GNUTLS: "REVOKED"}, asked=["revoked"]),
    ),
)
"""The staple is looked at wherever a certificate demands one."""

REVOCATION = (
    *MUST_STAPLE,
    Scenario("ocsp-good", "its issuer says that it is good", Revocable(ocsp=Says.GOOD), _asked()),
    Scenario("ocsp-delegated", "a responder of its issuer vouches for it", Revocable(ocsp=Says.DELEGATED), _asked()),
    Scenario("ocsp-revoked", "its issuer has revoked it", Revocable(ocsp=Says.REVOKED), _asked("revoked")),
    Scenario("crl-good", "its issuer's list does not have it", Revocable(crl=Says.GOOD), _asked()),
    Scenario("crl-revoked", "its issuer's list has it", Revocable(crl=Says.REVOKED), _asked("revoked")),
    Scenario(
        "ocsp-dead-crl-good",
        "its responder is dead, its list is not",
        Revocable(ocsp=Says.DEAD, crl=Says.GOOD),
        _asked(),
    ),
    Scenario(
        "revocation-dead",
        "nobody answers for it",
        Revocable(ocsp=Says.DEAD, crl=Says.DEAD),
        _asked("revocation-unreachable"),
    ),
    *(
        Scenario(f"ocsp-{name}", words, Revocable(ocsp=says), _asked("revocation-unknown"))
        for name, words, says in (
            ("unknown", "its responder does not know it", Says.UNKNOWN),
            ("stale", "its responder's answer is old", Says.STALE),
            ("forged", "its responder's answer is forged", Says.FORGED),
            ("unempowered", "another server of its issuer answers for it", Says.UNEMPOWERED),
            ("other", "its responder speaks of another certificate", Says.OTHER),
            ("garbage", "its responder talks nonsense", Says.GARBAGE),
        )
    ),
    *(
        Scenario(f"crl-{name}", words, Revocable(crl=says), _asked("revocation-unknown"))
        for name, words, says in (
            ("stale", "its issuer's list is old", Says.STALE),
            ("forged", "its issuer's list is forged", Says.FORGED),
            ("other", "its list is another issuer's", Says.OTHER),
            ("garbage", "its issuer's list is nonsense", Says.GARBAGE),
        )
    ),
    Scenario("staple-good", "staples a good answer", Revocable(staple=Says.GOOD), _asked()),
    Scenario(
        "staple-revoked",
        "staples its own revocation",
        Revocable(staple=Says.REVOKED),
        _asked("revoked", "family-refuses"),
    ),
    Scenario(
        "staple-bad", "staples an old answer", Revocable(ocsp=Says.GOOD, staple=Says.STALE), _asked("staple-bad")
    ),
)
"""Asked nothing further, each is complete."""

SCENARIOS: ScenarioGroups = {ScenarioGroup.ODD: REVOCATION}
