"""Servers whose certificates were revoked, or whose revocation nobody knows."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID

from tui_chain.clients.families import FamilyId
from tui_chain.core.finding_codes import FindingCode
from tui_chain.lab.authority import Extensions, Identity, Template
from tui_chain.lab.hierarchy import Leaf
from tui_chain.lab.scenarios.scenario import Expected, Scenario, ScenarioGroup, ScenarioGroups, complete, partial
from tui_chain.lab.servers.aia_site import AiaAnswer
from tui_chain.lab.servers.pyopenssl import stapling_handler
from tui_chain.lab.servers.responder import Responder, ResponderAnswer
from tui_chain.lab.servers.services import LOCALHOST, LabResources, Served
from tui_chain.lab.servers.tls import Credentials


@dataclass(frozen=True)
class Revocable:
    """A server with a whole chain, and what is said of its certificate by whom; None has nobody to ask.

    `must_staple` says that the certificate demands a staple (RFC 7633).
    """

    ocsp: ResponderAnswer | None = None
    crl: ResponderAnswer | None = None
    staple: ResponderAnswer | None = None
    must_staple: bool = False

    def open(self, lab: LabResources, scenario: str, /) -> Served:
        """Issue the leaf, publish what is said of it, and serve."""
        issuing = lab.hierarchy["issuing"]
        responder = Responder(issuing, lab.hierarchy["stranger"])
        template = Template(extensions=self._places(lab, scenario))
        leaf = lab.hierarchy.issue_leaf(Leaf(aia=(), template=template), scenario)
        self._publish(lab, scenario, responder, leaf)
        credentials = Credentials((leaf.der, issuing.der), leaf.key)
        if self.staple is None:
            return lab.serve(credentials.chain, leaf.key, addresses=LOCALHOST), tuple(credentials.chain)
        handler = stapling_handler(credentials, responder.ocsp(self.staple, leaf))
        return lab.listen(handler, addresses=LOCALHOST), tuple(credentials.chain)

    def _places(self, lab: LabResources, scenario: str) -> Extensions:
        """Where the certificate says that it can be asked about (RFC 5280 sections 4.2.2.1 and 4.2.1.13)."""
        found: list[tuple[x509.ExtensionType, bool]] = []
        if self.must_staple:
            found.append((x509.TLSFeature([x509.TLSFeatureType.status_request]), False))
        if self.ocsp is not None:
            url = x509.UniformResourceIdentifier(_url(lab, f"/ocsp/{scenario}/", self.ocsp))
            place = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, url)
            found.append((x509.AuthorityInformationAccess([place]), False))
        if self.crl is not None:
            url = x509.UniformResourceIdentifier(_url(lab, f"/crl/{scenario}.crl", self.crl))
            point = x509.DistributionPoint([url], None, None, None)
            found.append((x509.CRLDistributionPoints([point]), False))
        return tuple(found)

    def _publish(self, lab: LabResources, scenario: str, responder: Responder, leaf: Identity) -> None:
        if self.ocsp not in {None, ResponderAnswer.DEAD}:
            headers = (("Content-Type", "application/ocsp-response"),)
            lab.publish(
                f"/ocsp/{scenario}/",
                AiaAnswer(responder.ocsp(self.ocsp or ResponderAnswer.GOOD, leaf), headers=headers),
            )
        if self.crl not in {None, ResponderAnswer.DEAD}:
            headers = (("Content-Type", "application/pkix-crl"),)
            lab.publish(
                f"/crl/{scenario}.crl",
                AiaAnswer(responder.crl(self.crl or ResponderAnswer.GOOD, leaf), headers=headers),
            )


def _url(lab: LabResources, path: str, answer: ResponderAnswer) -> str:
    """The URL of a path, which is published once the certificate that names it is there; a dead one refuses."""
    return (
        f"http://127.0.0.1:{lab.dead_port}{path}"
        if answer is ResponderAnswer.DEAD
        else lab.publish(path, AiaAnswer())
    )


def _asked(*codes: FindingCode) -> Expected:
    return complete(on_request=codes)


MUST_STAPLE = (
    Scenario(
        "must-staple-good",
        "demands a staple and sends a good one",
        Revocable(staple=ResponderAnswer.GOOD, must_staple=True),
        _asked(),
    ),
    Scenario(
        "must-staple-revoked",
        "demands a staple and sends its own revocation",
        Revocable(staple=ResponderAnswer.REVOKED, must_staple=True),
        partial(refused={FamilyId.GNUTLS: "REVOKED"}, on_request=[FindingCode.REVOKED]),
    ),
)
"""The staple is looked at wherever a certificate demands one."""

REVOCATION = (
    *MUST_STAPLE,
    Scenario("ocsp-good", "its issuer says that it is good", Revocable(ocsp=ResponderAnswer.GOOD), _asked()),
    Scenario(
        "ocsp-delegated",
        "a responder of its issuer vouches for it",
        Revocable(ocsp=ResponderAnswer.DELEGATED),
        _asked(),
    ),
    Scenario(
        "ocsp-revoked",
        "its issuer has revoked it",
        Revocable(ocsp=ResponderAnswer.REVOKED),
        _asked(FindingCode.REVOKED),
    ),
    Scenario("crl-good", "its issuer's list does not have it", Revocable(crl=ResponderAnswer.GOOD), _asked()),
    Scenario(
        "crl-revoked",
        "its issuer's list has it",
        Revocable(crl=ResponderAnswer.REVOKED),
        _asked(FindingCode.REVOKED),
    ),
    Scenario(
        "ocsp-dead-crl-good",
        "its responder is dead, its list is not",
        Revocable(ocsp=ResponderAnswer.DEAD, crl=ResponderAnswer.GOOD),
        _asked(),
    ),
    Scenario(
        "revocation-dead",
        "nobody answers for it",
        Revocable(ocsp=ResponderAnswer.DEAD, crl=ResponderAnswer.DEAD),
        _asked(FindingCode.REVOCATION_UNREACHABLE),
    ),
    *(
        Scenario(f"ocsp-{name}", summary, Revocable(ocsp=answer), _asked(FindingCode.REVOCATION_UNKNOWN))
        for name, summary, answer in (
            ("unknown", "its responder does not know it", ResponderAnswer.UNKNOWN),
            ("stale", "its responder's answer is old", ResponderAnswer.STALE),
            ("forged", "its responder's answer is forged", ResponderAnswer.FORGED),
            ("unempowered", "another server of its issuer answers for it", ResponderAnswer.UNEMPOWERED),
            ("other", "its responder speaks of another certificate", ResponderAnswer.OTHER),
            ("garbage", "its responder talks nonsense", ResponderAnswer.GARBAGE),
        )
    ),
    *(
        Scenario(f"crl-{name}", summary, Revocable(crl=answer), _asked(FindingCode.REVOCATION_UNKNOWN))
        for name, summary, answer in (
            ("stale", "its issuer's list is old", ResponderAnswer.STALE),
            ("forged", "its issuer's list is forged", ResponderAnswer.FORGED),
            ("other", "its list is another issuer's", ResponderAnswer.OTHER),
            ("garbage", "its issuer's list is nonsense", ResponderAnswer.GARBAGE),
        )
    ),
    Scenario("staple-good", "staples a good answer", Revocable(staple=ResponderAnswer.GOOD), _asked()),
    Scenario(
        "staple-revoked",
        "staples its own revocation",
        Revocable(staple=ResponderAnswer.REVOKED),
        _asked(FindingCode.REVOKED, FindingCode.FAMILY_REFUSES),
    ),
    Scenario(
        "staple-bad",
        "staples an old answer",
        Revocable(ocsp=ResponderAnswer.GOOD, staple=ResponderAnswer.STALE),
        _asked(FindingCode.STAPLE_BAD),
    ),
)
"""Asked nothing further, each is complete."""

SCENARIOS: ScenarioGroups = {ScenarioGroup.ODD: REVOCATION}
