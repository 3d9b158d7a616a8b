"""Hosts in every state that a report can be of, each with all that can be known of it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Mapping
from dataclasses import replace

from cryptography import x509

from tests.scenes.world import HOSTS, scene_journey
from tests.support.chains import HOST, NOW, make_pki, repair_of, resolution_of, served_by, store_of
from tests.support.crls import make_crl
from tests.support.hostile import hostile_ca, hostile_name, hostile_root
from tui_chain.core.failure import Failure
from tui_chain.core.finding_codes import FindingCode
from tui_chain.core.text import safe_text
from tui_chain.diagnose.diagnosis import Diagnoser
from tui_chain.diagnose.findings.endpoints import compare
from tui_chain.engine.host_state import HostState
from tui_chain.lab.authority import SUBJECT, Authority, Identity, Template, days
from tui_chain.livetest.attempt import Attempt
from tui_chain.livetest.hops import Hop
from tui_chain.livetest.live import LiveTest
from tui_chain.net.lookup import Address
from tui_chain.net.target import Target
from tui_chain.probe.served import ServedChain, Timings
from tui_chain.probe.tls import TLSFacts
from tui_chain.probe.variants import Variant, VariantResult
from tui_chain.resolve.resolution import IssuerLookup
from tui_chain.trust.store import TrustStore
from tui_chain.x509.crl import CheckedCrl, CrlScope, CrlSet
from tui_chain.x509.der import SEQUENCE, encode
from tui_chain.x509.revocation import Means, Revocation, RevocationAnswer, RevocationCheck

MARK = "window.pwned=1"
"""What a script of theirs would do."""
MARKUP = (
    f"<script>{MARK}</script>",
    f"\"><img src=x onerror='{MARK}'>",
    f"' onload='{MARK}' style='background:url(http://evil.test/a)",
    f"</title></style></script><script>{MARK}</script>",
    f"</text></svg><svg onload={MARK}><foreignObject>",
    f"]]><!--<svg/onload={MARK}>-->&lt;b&gt;&#60;script&#62;",
    "*{background:url(http://evil.test/b)}@import 'http://evil.test/c';",
    f"javascript:{MARK} http://evil.test/d {{{{7*7}}}} ${{{MARK}}}",
    "bidi \u202egnp.evil\u202c \u2066x \u05e9\u05dc\u05d5\u05dd \u0627\u0644\u0639\u0631\u0628\u064a\u0629",
    "zalgo" + "\u0336\u0489\u0301" * 60,
    "nul \x00 esc \x1b[2J del \x7f nel \x85 \u2028 \ufeff",
    "\u8b49\u660e\u66f8" * 40,
    "W" * 10_000,
)
"""One for each place of a page where a name could act, and what breaks a layout."""


def every_state() -> Mapping[str, HostState]:
    """The states by name; certificates are of a fixed day."""
    return {**_scenes(), **_made(), "hostile": hostile_state(), "hostile-incomplete": _hostile_incomplete()}


def _scenes() -> dict[str, HostState]:
    names = (
        "repairable",
        "complete",
        "wrong-order",
        "root-sent",
        "expired",
        "wrong-name",
        "untrusted",
        "self-signed",
    )
    hosts = dict(zip((*names, "two-missing", "unreachable"), HOSTS, strict=True))
    return {name: asyncio.run(_journey(host.target, host.label)) for name, host in hosts.items()}


async def _journey(target: Target, label: str) -> HostState:
    journey = scene_journey()
    fixed = await journey.fix(await journey.probe(HostState(target, label)))
    return await journey.test(fixed) if fixed.proven is not None else fixed


def _made() -> dict[str, HostState]:
    pki = make_pki()
    alone = served_by(pki.leaf, address="192.0.2.1")
    alert = Failure(FindingCode.ALERT, "The server ended the handshake with the alert handshake_failure (40).")
    plain = Authority.root("Plain Root", now=NOW)
    lenient = plain.issue_ca("No Key Usage", Template(without=frozenset({x509.KeyUsage.oid})))
    partial = served_by(lenient.issue_leaf([HOST]), lenient)
    return {
        "incomplete": _diagnosed(alone, pki.trust),
        "not-repaired": _searched(alone, pki.trust),
        "partial": _diagnosed(partial, store_of(plain)),
        "refused": HostState(Target(HOST), "", alert, Diagnoser(pki.trust).diagnose(alert, at=NOW)),
        "several": _several(),
        "not-yet-valid": _not_yet_valid(),
        "unreadable": _diagnosed(served_by(pki.issuing.issue_leaf([HOST], Template(edit=_no_dates))), pki.trust),
    }


def _not_yet_valid() -> HostState:
    """A host of tomorrow, with the CRLs for its bundle, and nobody to ask about revocation."""
    pki = make_pki()
    served = served_by(pki.issuing.issue_leaf([HOST], Template(days(2, 30))))
    lists = tuple(CheckedCrl(make_crl(ca), "CRL http://crl.example.test/a.crl") for ca in (pki.issuing, pki.root))
    state = _searched(served, pki.trust, pki.issuing)
    return replace(state, crls=CrlSet(CrlScope.CHAIN, lists), revocation=())


def _no_dates(fields: list[bytes]) -> None:
    """Leave the validity empty, which no reader takes for dates."""
    fields[SUBJECT - 1] = encode(SEQUENCE)


def _diagnosed(served: ServedChain, trust: TrustStore) -> HostState:
    return HostState(served.target, "", served, Diagnoser(trust).diagnose(served, at=NOW))


def _searched(served: ServedChain, trust: TrustStore, *found: Identity) -> HostState:
    resolution, repair = resolution_of(trust, served, *found), repair_of(trust, served, *found)
    sources = {one.sha256: f"trust store {trust.name}" for one in trust.anchors}
    sources |= {one.sha256: "served" for one in served.certificates} | dict(resolution.sources)
    return _diagnosed(served, trust).with_repair(replace(resolution, sources=sources), repair)


def _several() -> HostState:
    pki = make_pki()
    whole, alone = served_by(pki.leaf, pki.issuing, address="192.0.2.1"), served_by(pki.leaf, address="192.0.2.2")
    dead = Failure("timeout", "192.0.2.3: No answer to the connection within 5 s (step: connect).", "Look there.")
    results = ((whole, "192.0.2.1"), (alone, "192.0.2.2"), (dead, "192.0.2.3"))
    answers = tuple(VariantResult(Variant(Address(ip, socket.AF_INET)), result) for result, ip in results)
    servers = compare(answers, Diagnoser(pki.trust), at=NOW)
    return replace(_searched(alone, pki.trust, pki.issuing), servers=servers)


def hostile_state(texts: tuple[str, ...] = MARKUP) -> HostState:
    """A repaired host whose certificates, servers, issuers and answers all attack whoever shows them."""
    root, unrelated = hostile_root(*texts), hostile_root("".join(texts[:4]))
    issuing = hostile_ca(root, *texts[4:], *texts[:4])
    leaf = issuing.issue_leaf([HOST, "<script>.test", "'\"><i>.test"], Template(days(-30, 12), edit=_named(texts)))
    served = served_by(leaf, unrelated, unrelated, address="192.0.2.66")
    text = "".join(texts[:7])
    served = replace(
        served, note=safe_text(text, 500), timings=Timings(1, 2, 3), tls=TLSFacts("TLSv1.3", "X<b>", "y<b>")
    )
    state = _searched(served, store_of(root), issuing)
    shown = safe_text(text, 500)
    lookup = IssuerLookup("AIA", shown, shown, shown, hint=shown, format=shown, status=404)
    answer = RevocationAnswer(Means.OCSP, Revocation.UNKNOWN, shown, shown)
    failed = Attempt("the bundle alone", ok=False, text=shown, code=20)
    hops = (Hop(shown, shown), Hop(shown, shown))
    failure = Failure(shown, shown, shown)
    answers = tuple(VariantResult(Variant(Address(shown, socket.AF_INET)), one) for one in (served, failure))
    assert state.resolution is not None
    return replace(
        state,
        servers=compare(answers, Diagnoser(store_of(root)), at=NOW),
        crls=failure,
        label=shown,
        resolution=replace(state.resolution, tries=(lookup,)),
        revocation=(RevocationCheck("00", shown, (answer,)),),
        live_test=LiveTest("GET", shown, failed, failed, hops),
    )


def _named(texts: tuple[str, ...]) -> Callable[[list[bytes]], None]:
    """Give a certificate a hostile subject, the first text as its label."""

    def edit(fields: list[bytes]) -> None:
        fields[SUBJECT] = hostile_name(*reversed(texts)).public_bytes()

    return edit


def _hostile_incomplete() -> HostState:
    root = hostile_root(*MARKUP)
    issuing = hostile_ca(root, *MARKUP)
    return _searched(served_by(issuing.issue_leaf([HOST])), store_of(make_pki().root))
