"""What client families cost: the OpenSSL families beside one bare handshake over memory, and each model."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from datetime import UTC, datetime

from benchmarks.timing import medians
from tui_chain.clients.engines.openssl.handshake import flight
from tui_chain.clients.engines.openssl.trust_path import as_path
from tui_chain.clients.families import FAMILIES, Engine, Family
from tui_chain.clients.judge import Judge
from tui_chain.lab.authority import Authority, to_pem

HOST = "www.example.test"
ROUNDS = 200

Row = tuple[str, str]


def run() -> list[Row]:
    """Return the name and the figure of every measurement."""
    now = datetime.now(UTC)
    root = Authority.root("Benchmark Root", now=now)
    issuing = root.issue_ca("Benchmark CA")
    chain = (issuing.issue_leaf([HOST]).der, issuing.der)
    trust = to_pem([root.der])
    families = [one for one in FAMILIES if one.engine is Engine.OPENSSL]
    models = [one for one in FAMILIES if one.model]
    jobs: list[Callable[[], object]] = [_bare(trust, chain), _judging(trust, chain, families, now)]
    jobs += [_judging(trust, chain, [family], now) for family in models]
    bare, openssl, *others = medians(*jobs, rounds=ROUNDS)
    rows = [
        (
            "verdicts of all OpenSSL families / one bare handshake over memory (at most 6)",
            f"{openssl * 1000:.2f} ms / {bare * 1000:.2f} ms = {openssl / bare:.2f}",
        )
    ]
    rows += [
        (f"verdict of {family.name} / one bare handshake over memory", f"{took * 1000:.2f} ms = {took / bare:.2f}")
        for family, took in zip(models, others, strict=True)
    ]
    return rows


def _bare(trust: bytes, chain: tuple[bytes, ...]) -> Callable[[], object]:
    """One verification by libssl with a context that is there already."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with as_path(trust) as path:
        context.load_verify_locations(cafile=path)
    sent = flight(chain, rsa=False)

    def handshake() -> None:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        client = context.wrap_bio(incoming, outgoing, server_hostname=HOST)
        for data in (b"", sent):
            incoming.write(data)
            try:
                client.do_handshake()
            except ssl.SSLWantReadError:
                continue

    return handshake


def _judging(trust: bytes, chain: tuple[bytes, ...], families: list[Family], now: datetime) -> Callable[[], object]:
    """Verdicts that nothing remembers, by engines that have read the trust file."""
    judge = Judge(trust)

    def verdicts() -> None:
        judge.forget()
        judge.verdicts(chain, host=HOST, at=now, families=families)

    return verdicts
