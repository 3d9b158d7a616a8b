"""A path whose CRLs are published by the test, and a lab whose hosts have theirs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count

import pytest

from tests.support.aia import fetches_to
from tests.support.crls import naming
from tests.support.fetches import HERE
from tests.support.unsafe import unsafe_in
from tui_chain.core.failure import Failure
from tui_chain.lab.authority import Authority, Identity
from tui_chain.lab.internet import Lab, open_lab
from tui_chain.lab.scenarios.crls import CRL_CHAINS
from tui_chain.lab.servers.aia_site import AiaAnswer
from tui_chain.net.addresses import Reach
from tui_chain.revocation.collect import CrlCollector
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.crl import CrlSet, RevocationList

NUMBERS = count()
NAMES = ["leaf-only", "crl-good", *(scenario.name for scenario in CRL_CHAINS)]


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with open_lab(NAMES) as opened:
        yield opened


@dataclass(frozen=True)
class Chain:
    """A path whose certificates name addresses of the lab: what these answer is up to the test."""

    lab: Lab
    root: Authority
    ca: Authority
    leaf: Identity
    name: str

    @property
    def path(self) -> tuple[Certificate, ...]:
        return tuple(Certificate(one.der) for one in (self.leaf, self.ca, self.root))

    def publish(self, of_leaf: RevocationList | AiaAnswer | None, of_ca: RevocationList | AiaAnswer | None) -> None:
        for place, answer in (("leaf", of_leaf), ("ca", of_ca)):
            if answer is not None:
                self.lab.publish(
                    f"/{self.name}-{place}.crl",
                    AiaAnswer(answer.der) if isinstance(answer, RevocationList) else answer,
                )

    def collect(self, allowed: frozenset[Reach] = HERE, **more: object) -> CrlSet | Failure:
        collector = replace(CrlCollector(self.root.now, fetches_to(allowed)), **more)  # type: ignore[arg-type]
        return asyncio.run(collector.collect(self.path))


@pytest.fixture
def chain(lab: Lab) -> Chain:
    name = f"case-{next(NUMBERS)}"
    root = lab.hierarchy["root"]
    urls = {place: lab.publish(f"/{name}-{place}.crl", AiaAnswer(b"", 404)) for place in ("leaf", "ca")}
    ca = root.issue_ca(f"Case CA {name}", naming(urls["ca"]))
    return Chain(lab, root, ca, ca.issue_leaf(["localhost"], naming(urls["leaf"])), name)


def collected(found: CrlSet | Failure | None) -> CrlSet:
    assert isinstance(found, CrlSet), found
    return found


def refused(found: CrlSet | Failure | None, kind: str = "crl") -> Failure:
    assert isinstance(found, Failure), found
    assert found.kind == kind
    assert not unsafe_in(str(found))
    assert found.message.endswith(".")
    assert found.hint.endswith(".")
    return found
