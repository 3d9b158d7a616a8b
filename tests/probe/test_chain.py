"""What a probe records when a host is reached."""

from __future__ import annotations

import asyncio
import gc
import ssl
import sys
import warnings
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.chains import NOW
from tests.support.servers import fresh_chain, server_context
from tui_chain.core.failure import Failure
from tui_chain.lab.internet import Lab
from tui_chain.lab.servers.stream import Stream
from tui_chain.lab.servers.tls import TlsOptions
from tui_chain.net.target import Target
from tui_chain.probe.handshake import unverified_chain
from tui_chain.probe.probe import Prober
from tui_chain.probe.served import ServedChain

VERSIONS = {"TLSv1.2": ssl.TLSVersion.TLSv1_2, "TLSv1.3": ssl.TLSVersion.TLSv1_3}


def served(target: Target, timeout: float = 5.0) -> ServedChain:
    result = asyncio.run(Prober(lambda: NOW, timeout).probe(target))
    gc.collect()  # a socket that was left open warns here, and a warning is an error
    assert isinstance(result, ServedChain), result
    return result


def test_everything_about_a_connection_is_recorded(lab: Lab) -> None:
    host = lab.host("complete")
    steps: list[str] = []
    result = asyncio.run(Prober(lambda: NOW).probe(Target("localhost", host.port), steps.append))
    assert isinstance(result, ServedChain)
    assert tuple(one.der for one in result.certificates) == host.served_der
    assert (result.at, result.host, result.tls_version, result.note) == (NOW, "localhost", "TLSv1.3", "")
    assert result.address in {"127.0.0.1", "::1"}
    assert result.cipher is not None
    assert result.cipher.startswith("TLS_")
    assert result.timings is not None
    assert min(result.timings.lookup, result.timings.connect, result.timings.tls) >= 0
    assert steps == ["name", "connect", "TLS"]


def test_order_copies_and_strangers_are_kept_byte_for_byte(lab: Lab) -> None:
    fresh, other = fresh_chain(lab), lab.hierarchy["stranger"]
    chain = (fresh.chain[0], other.der, fresh.chain[1], fresh.chain[1], fresh.chain[0])
    port = lab.serve(chain, fresh.leaf.key)
    assert tuple(one.der for one in served(Target("127.0.0.1", port)).certificates) == chain


@pytest.mark.parametrize("version", VERSIONS)
def test_a_server_that_wants_a_client_certificate_still_shows_its_chain(lab: Lab, version: str) -> None:
    fresh = fresh_chain(lab)
    options = TlsOptions(minimum=VERSIONS[version], maximum=VERSIONS[version], client_ca=lab.trust_pem)
    result = served(Target("localhost", lab.serve(fresh.chain, fresh.leaf.key, options=options)))
    assert tuple(one.der for one in result.certificates) == fresh.chain
    assert result.tls_version == version
    # in TLS 1.3 the client is done before the server refuses (RFC 8446 section 4.4.2.4)
    assert ("after the certificates" in result.note) == (version == "TLSv1.2")


def test_old_protocols_and_keys_are_seen_and_not_refused(lab: Lab) -> None:
    def old(context: ssl.SSLContext) -> None:
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1

    fresh = fresh_chain(lab)
    result = served(Target("localhost", lab.serve(fresh.chain, fresh.leaf.key, options=TlsOptions(configure=old))))
    assert result.tls_version == "TLSv1"


def test_an_ip_target_sends_no_name(lab: Lab) -> None:
    """RFC 6066 section 3: a literal address is no server name."""
    fresh = fresh_chain(lab)
    alert = ssl.AlertDescription.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
    port = lab.serve(fresh.chain, fresh.leaf.key, options=TlsOptions(sni_alert=alert))
    assert served(Target("127.0.0.1", port)).certificates
    assert isinstance(asyncio.run(Prober(lambda: NOW).probe(Target("localhost", port))), Failure)


def test_nothing_is_sent_after_the_handshake(lab: Lab) -> None:
    """Law 6: the probe does not verify, so it says nothing."""
    heard: list[bytes] = []
    fresh = fresh_chain(lab)
    context = server_context(lab, fresh)

    async def listen(stream: Stream) -> None:
        await stream.start_tls(context)
        heard.append(await stream.receive())

    served(Target("localhost", lab.listen(listen)))
    assert heard in ([], [b""])


def test_the_chain_is_read_by_either_interface(monkeypatch: pytest.MonkeyPatch) -> None:
    """Public from Python 3.13 on, private before."""
    items = [SimpleNamespace(public_bytes=lambda form, der=der: der * (form == 2)) for der in (b"leaf", b"ca")]
    old: Any = SimpleNamespace(_sslobj=SimpleNamespace(get_unverified_chain=lambda: items))
    new: Any = SimpleNamespace(get_unverified_chain=lambda: [b"leaf", b"ca"])
    for version, tls in (((3, 12, 9), old), ((3, 13, 0), new)):
        monkeypatch.setattr(sys, "version_info", version)
        assert unverified_chain(tls) == (b"leaf", b"ca")


def test_a_hundred_probes_leave_nothing_open(lab: Lab) -> None:
    targets = [Target("localhost", lab.host(name).port) for name in ("complete", "no-tls", "leaf-only")]

    async def many() -> list[ServedChain | Failure]:
        prober = Prober(lambda: NOW)
        results = await asyncio.gather(*(prober.probe(target) for target in targets * 33))
        assert len(asyncio.all_tasks()) == 1
        return list(results)

    results = asyncio.run(many())
    gc.collect()
    assert sum(isinstance(result, ServedChain) for result in results) == 66
