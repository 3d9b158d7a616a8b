"""The hosts of the scenes: certificates from disk, no sockets, the journey's own stages on top of them."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from tui_chain.core.failure import Failure
from tui_chain.engine.journey import NOTHING_SET, Context, HostState, Journey
from tui_chain.lab.authority import Authority, Identity, Template, days, self_signed_leaf
from tui_chain.livetest.attempt import Attempt, Times
from tui_chain.livetest.choice import USUAL, RequestChoice
from tui_chain.livetest.live import LiveTest
from tui_chain.net.host_list import Host
from tui_chain.net.target import Target
from tui_chain.probe.served import ServedChain, Timings
from tui_chain.probe.tls import TLSFacts
from tui_chain.resolve.files import FileCertificates
from tui_chain.resolve.resolution import IssuerLookup
from tui_chain.trust.store import TrustStore
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.signatures import Proof

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DATA = Path(__file__).parent / "data" / "chains.json"
AIA = "http://aia.example.test/issuing-g2.cer"


@dataclass(frozen=True)
class World:
    """Chains by host, the roots that are trusted, and the certificates that AIA would bring."""

    chains: dict[str, tuple[Certificate, ...]]
    roots: tuple[Certificate, ...]
    found: tuple[Certificate, ...]


@cache
def world() -> World:
    """Read the committed certificates."""
    read = json.loads(DATA.read_text(encoding="ascii"))
    chains = {host: _certificates(chain) for host, chain in read["chains"].items()}
    return World(chains, _certificates(read["roots"]), _certificates(read["found"]))


def _certificates(texts: list[str]) -> tuple[Certificate, ...]:
    return tuple(Certificate(base64.b64decode(text)) for text in texts)


HOSTS: tuple[Host, ...] = tuple(
    Host(target, label)
    for target, label in (
        (Target("api.example.test"), ""),
        (Target("shop.example.test"), ""),
        (Target("mail.example.test", 465), ""),
        (Target("cdn.example.test"), ""),
        (Target("old.example.test"), ""),
        (Target("www2.example.test"), ""),
        (Target("intranet.example.test", 8443), ""),
        (Target("printer.example.test"), "floor 2"),
        (Target("host10.partner.example.test", 9443), ""),
        (Target("vpn.example.test"), ""),
    )
)


class SceneJourney(Journey):
    """The journey with its sockets replaced by what is on disk; diagnosis, repair and proof are the real ones."""

    async def probe(self, state: HostState, progress: Callable[[str], None] = lambda _: None) -> HostState:
        progress("TLS")
        chain = world().chains.get(state.target.host)
        if chain is None:
            words = f"{state.target}: No answer to the connection within 5 s (step: connect)."
            failure = Failure("timeout", words, "A firewall may drop it; check the port and the network.")
            return self.diagnose(state, failure)
        timings = Timings(3.1, 11.8, 24.5)
        facts = TLSFacts("TLSv1.3", "TLS_AES_256_GCM_SHA384", "x25519")
        served = ServedChain(state.target, chain, NOW, "192.0.2.17", facts, timings)
        return self.diagnose(state, served)

    async def fix(
        self,
        state: HostState,
        heard: Callable[[IssuerLookup], None] = lambda _: None,
    ) -> HostState:
        fixed = await super().fix(state, heard)
        if fixed.resolution is None:
            return fixed
        tries = tuple(_as_aia(tried) for tried in fixed.resolution.tries)
        sources = {
            sha256: f"AIA {AIA}" if source.startswith("file") else source
            for sha256, source in fixed.resolution.sources.items()
        }
        resolution = replace(fixed.resolution, tries=tries, sources=sources)
        repair = fixed.repair
        if not isinstance(repair, Failure) and repair is not None:
            repair = replace(repair, bundle=replace(repair.bundle, sources=sources))
        return replace(fixed, resolution=resolution, repair=repair)

    async def test(
        self,
        state: HostState,
        choice: RequestChoice | None = None,
        *,
        environment: Mapping[str, str] = NOTHING_SET,  # noqa: ARG002 - the scenes have none
        bundle: Path | None = None,  # noqa: ARG002
    ) -> HostState:
        asked = choice or USUAL
        words = "certificate verify failed: unable to get local issuer certificate"
        before = Attempt("trust store certifi", False, words, None, None, None, 38.4, 20, None, Times(3.1, 11.8))
        times = Times(2.9, 11.6, 21.3, 5.4)
        after = Attempt(
            "the bundle alone", True, "200 OK", 200, "TLSv1.3", "HTTP/2", 41.2, None, "TLS_AES_256_GCM_SHA384", times
        )
        return state.with_live_test(LiveTest(asked.method, state.target.url + asked.path[1:], before, after))


def _as_aia(tried: IssuerLookup) -> IssuerLookup:
    signed = tried.proof is Proof.SIGNED
    outcome = f"1 certificate (DER),{tried.outcome.partition(',')[2]}" if signed else "HTTP status 404"
    return replace(tried, source="AIA", where=AIA, outcome=outcome, milliseconds=31.0)


def scene_journey() -> SceneJourney:
    """A journey over the scenes' certificates; its roots pass for certifi's."""
    pool = FileCertificates(tuple((certificate, "file scene") for certificate in world().found))
    return SceneJourney(Context(TrustStore("certifi", world().roots), lambda: NOW, files=pool, offline=True))


def make_data() -> None:
    """Make the certificates anew and write them; every snapshot changes with them."""
    root = Authority.root("Example Root R1", now=NOW, template=Template(validity=days(-2000, 3000)))
    issuing = root.issue_ca("Example Issuing CA G2", Template(validity=days(-700, 1100)))
    policy = root.issue_ca("Example Policy CA P1", Template(validity=days(-700, 1100)))
    lower = policy.issue_ca("Example Issuing CA G3", Template(validity=days(-300, 700)))
    private = Authority.root("Corp Internal Root", now=NOW, template=Template(validity=days(-900, 2000)))
    corp = private.issue_ca("Corp Internal Issuing 1", Template(validity=days(-400, 800)))

    def leaf(authority: Authority, *names: str, starts: float = -27, ends: float = 63) -> Identity:
        template = Template(validity=days(starts, ends), urls=(AIA,))
        return authority.issue_leaf(names, template)

    chains = {
        "api.example.test": [leaf(issuing, "api.example.test", "api-v2.example.test")],
        "shop.example.test": [leaf(issuing, "shop.example.test"), issuing],
        "mail.example.test": [leaf(lower, "mail.example.test"), policy, lower],
        "cdn.example.test": [leaf(issuing, "cdn.example.test", "*.cdn.example.test"), issuing, root],
        "old.example.test": [leaf(issuing, "old.example.test", starts=-95, ends=-5), issuing],
        "www2.example.test": [leaf(issuing, "www.example.test", "example.test"), issuing],
        "intranet.example.test": [leaf(corp, "intranet.example.test"), corp, private],
        "printer.example.test": [
            self_signed_leaf(["printer.example.test"], now=NOW, template=Template(validity=days(-30, 60)))
        ],
        "host10.partner.example.test": [leaf(lower, "host10.partner.example.test")],
    }
    DATA.parent.mkdir(exist_ok=True)
    encoded = {host: _encoded(*chain) for host, chain in chains.items()}
    content = {"chains": encoded, "roots": _encoded(root), "found": _encoded(issuing, lower, policy)}
    DATA.write_text(json.dumps(content, indent=1) + "\n", encoding="ascii")


def _encoded(*identities: Identity) -> list[str]:
    return [base64.b64encode(identity.der).decode("ascii") for identity in identities]
