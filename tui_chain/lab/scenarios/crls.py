"""Servers whose every certificate names a CRL, so that clients can check the whole chain; most send a leaf alone."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography import x509

from tui_chain.lab.authority import LOOPBACK_NAMES, Authority, Identity, Template
from tui_chain.lab.scenarios.scenario import Scenario, ScenarioGroup, ScenarioGroups, complete, missing
from tui_chain.lab.servers.aia_site import AiaAnswer
from tui_chain.lab.servers.responder import Responder, ResponderAnswer
from tui_chain.lab.servers.services import LEAF, LOCALHOST, LabResources, Served

CRL_TYPE = (("Content-Type", "application/pkix-crl"),)
"""Media type of a CRL (RFC 2585)."""


@dataclass(frozen=True)
class CrlChain:
    """A server with an intermediate of its own: what the lists say of the leaf and of that CA.

    None names no list; DEAD names one that nobody gives. `served` are the labels of what is sent, LEAF and "ca".
    """

    leaf: ResponderAnswer | None = ResponderAnswer.GOOD
    ca: ResponderAnswer | None = ResponderAnswer.GOOD
    served: tuple[str, ...] = (LEAF,)

    def open(self, lab: LabResources, scenario: str, /) -> Served:
        """Issue the CA and the leaf, publish the CA and both lists, and serve."""
        root, unrelated = lab.hierarchy["root"], lab.hierarchy["stranger"]
        ca = root.issue_ca(f"Lab CRL CA {scenario}", _template(self._url(lab, f"{scenario}-ca", self.ca)))
        place = lab.publish(f"/{scenario}-ca.cer", AiaAnswer(ca.der))
        leaf = ca.issue_leaf(
            (f"{scenario}.lab.test", *LOOPBACK_NAMES), _template(self._url(lab, scenario, self.leaf), place)
        )
        self._publish(lab, f"{scenario}-ca", Responder(root, unrelated), self.ca, ca)
        self._publish(lab, scenario, Responder(ca, unrelated), self.leaf, leaf)
        chain = tuple(leaf.der if label == LEAF else ca.der for label in self.served)
        return lab.serve(chain, leaf.key, addresses=LOCALHOST), chain

    def _url(self, lab: LabResources, name: str, answer: ResponderAnswer | None) -> str | None:
        if answer is ResponderAnswer.DEAD:
            return f"http://127.0.0.1:{lab.dead_port}/crl/{name}.crl"
        return None if answer is None else lab.publish(f"/crl/{name}.crl", AiaAnswer())

    def _publish(
        self,
        lab: LabResources,
        name: str,
        responder: Responder,
        answer: ResponderAnswer | None,
        about: Identity | Authority,
    ) -> None:
        if answer not in {None, ResponderAnswer.DEAD}:
            lab.publish(
                f"/crl/{name}.crl", AiaAnswer(responder.crl(answer or ResponderAnswer.GOOD, about), headers=CRL_TYPE)
            )


def _template(url: str | None, *issuer: str) -> Template:
    if url is None:
        return Template(urls=issuer)
    point = x509.DistributionPoint([x509.UniformResourceIdentifier(url)], None, None, None)
    return Template(urls=issuer, extensions=((x509.CRLDistributionPoints([point]), False),))


CRL_CHAINS = (
    Scenario("crl-chain", "does not send its intermediate; a CRL speaks of each certificate", CrlChain(), missing()),
    Scenario(
        "crl-chain-complete",
        "serves its whole chain; a CRL speaks of each certificate",
        CrlChain(served=(LEAF, "ca")),
        complete(),
    ),
    Scenario(
        "crl-chain-revoked",
        "does not send its intermediate; a CRL has its certificate",
        CrlChain(leaf=ResponderAnswer.REVOKED),
        missing(),
    ),
    Scenario(
        "crl-chain-ca-revoked",
        "does not send its intermediate, which a CRL has",
        CrlChain(ca=ResponderAnswer.REVOKED),
        missing(),
    ),
    Scenario(
        "crl-chain-half",
        "does not send its intermediate, which names no CRL",
        CrlChain(ca=None),
        missing(),
    ),
)
"""Each is repairable as long as nobody looks into the lists."""

SCENARIOS: ScenarioGroups = {ScenarioGroup.ODD: CRL_CHAINS}
