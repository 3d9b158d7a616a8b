"""The handshake by pyOpenSSL: the same chain, the same words, the same bounds as the probing one."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Iterator

import pytest

from tests.support.chains import NOW
from tests.support.servers import endless, fresh_chain, reset
from tui_chain.core.failure import Failure
from tui_chain.lab.internet import Lab, open_lab
from tui_chain.lab.servers.listener import Handler
from tui_chain.lab.servers.tls import TlsOptions, plain_http, stay_silent
from tui_chain.net.lookup import Address, lookup
from tui_chain.net.route import Route
from tui_chain.net.target import Target
from tui_chain.probe.key_types import KeyOffer, KeyType, can_choose_keys
from tui_chain.probe.probe import Prober
from tui_chain.probe.served import ServedChain
from tui_chain.probe.variants import Variant, VariantResult

STAPLE = KeyOffer(staple=True)
HERE = Address("127.0.0.1", socket.AF_INET)
HELLO_REQUEST = bytes.fromhex("160303000400000000")


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with open_lab(["complete", "duplicate-sent", "stranger-sent-too", "wrong-order"]) as opened:
        yield opened


def ask(
    port: int, question: KeyOffer | None = STAPLE, *, sni: bool = True, timeout: float = 5.0
) -> ServedChain | Failure:
    async def go() -> ServedChain | Failure:
        prober = Prober(lambda: NOW, timeout)
        route = Route(await lookup("127.0.0.1"))
        return await prober.probe_by(Target("localhost", port), route, question=question, sni=sni)

    return asyncio.run(go())


def fail(lab: Lab, handler: Handler, timeout: float = 5.0) -> Failure:
    result = ask(lab.listen(handler), timeout=timeout)
    assert isinstance(result, Failure)
    return result


@pytest.mark.parametrize("name", ["complete", "duplicate-sent", "stranger-sent-too", "wrong-order"])
def test_the_chain_is_the_one_that_was_sent(lab: Lab, name: str) -> None:
    host = lab.host(name)
    served = ask(host.port)
    assert isinstance(served, ServedChain)
    assert tuple(one.der for one in served.certificates) == host.served_der
    assert served.staple == b""
    assert served.tls_version == "TLSv1.3"


def test_a_plain_probe_asks_for_no_staple(lab: Lab) -> None:
    served = ask(lab.host("complete").port, None)
    assert isinstance(served, ServedChain)
    assert served.staple is None


@pytest.mark.parametrize("question", [STAPLE, None])
def test_the_name_is_sent_or_not(lab: Lab, question: KeyOffer | None) -> None:
    heard: list[str | None] = []

    def configure(context: ssl.SSLContext) -> None:
        context.sni_callback = lambda _connection, name, _context: heard.append(name)

    fresh = fresh_chain(lab)
    port = lab.serve(fresh.chain, fresh.leaf.key, options=TlsOptions(configure=configure))
    for sni in (True, False):
        assert isinstance(ask(port, question, sni=sni), ServedChain)
    assert heard == ["localhost", None]


@pytest.mark.parametrize(
    ("alert", "name"),
    [
        (ssl.AlertDescription.ALERT_DESCRIPTION_HANDSHAKE_FAILURE, "handshake failure"),
        (ssl.AlertDescription.ALERT_DESCRIPTION_UNRECOGNIZED_NAME, "unrecognized name"),
        (ssl.AlertDescription.ALERT_DESCRIPTION_PROTOCOL_VERSION, "protocol version"),
        (ssl.AlertDescription.ALERT_DESCRIPTION_INTERNAL_ERROR, "internal error"),
    ],
)
def test_alerts_have_the_names_that_python_gives_them(lab: Lab, alert: ssl.AlertDescription, name: str) -> None:
    fresh = fresh_chain(lab)
    port = lab.serve(fresh.chain, fresh.leaf.key, options=TlsOptions(sni_alert=alert))
    assert ask(port) == ask(port, None)
    assert f"'{name}'" in str(ask(port))


def test_what_is_no_tls(lab: Lab) -> None:
    assert fail(lab, plain_http).kind == "no-tls"
    assert fail(lab, reset).kind == "reset"


def test_silence_ends_at_the_deadline(lab: Lab) -> None:
    assert fail(lab, stay_silent, timeout=0.2).kind == "timeout"


def test_a_handshake_without_end_is_cut(lab: Lab) -> None:
    failure = fail(lab, endless(HELLO_REQUEST * 512))
    assert failure.kind == "tls"
    assert "1 MiB" in failure.message


def test_keys_can_be_chosen_with_the_pyopenssl_that_is_required() -> None:
    assert can_choose_keys()


@pytest.mark.parametrize("tls", ["TLSv1.2", "TLSv1.3"])
def test_a_key_that_is_not_there_is_refused_by_the_server(lab: Lab, tls: str) -> None:
    assert isinstance(ask(lab.host("complete").port, KeyOffer(KeyType.ECDSA, tls)), ServedChain)
    refused = ask(lab.host("complete").port, KeyOffer(KeyType.RSA, tls))
    assert isinstance(refused, Failure)
    assert refused.kind == "alert"
    assert VariantResult(Variant(HERE, KeyType.RSA, tls), refused).not_offered


def test_a_version_that_is_not_there_is_not_offered_either(lab: Lab) -> None:
    fresh = fresh_chain(lab)
    port = lab.serve(fresh.chain, fresh.leaf.key, options=TlsOptions(maximum=ssl.TLSVersion.TLSv1_2))
    refused = ask(port, KeyOffer(KeyType.ECDSA, "TLSv1.3"))
    assert isinstance(refused, Failure)
    assert VariantResult(Variant(HERE, KeyType.ECDSA, "TLSv1.3"), refused).not_offered
    assert not VariantResult(Variant(HERE), refused).not_offered
