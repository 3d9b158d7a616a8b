"""What a probe learns of the handshake itself, from real servers."""

from __future__ import annotations

import asyncio
import socket
import ssl
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.nginx import nginx
from tui_chain.clients.families import FamilyId
from tui_chain.clients.handshake import handshake_refusals, key_kind
from tui_chain.core.failure import Failure
from tui_chain.engine.host_state import utc_now
from tui_chain.lab.authority import key_to_pem, to_pem
from tui_chain.lab.internet import Lab, open_lab
from tui_chain.lab.servers import limited_tls
from tui_chain.lab.servers.limited_tls import VERSION, LimitedTls, client_certificate, knows_group, only_group
from tui_chain.lab.servers.listener import Handler
from tui_chain.lab.servers.services import LEAF, Service, Tls
from tui_chain.lab.servers.stream import Stream
from tui_chain.lab.servers.tls import Credentials, TlsOptions, make_context
from tui_chain.net.connection import connect
from tui_chain.net.lookup import Address
from tui_chain.net.route import Route
from tui_chain.net.target import Target, parse_target
from tui_chain.probe.family_offers import make_offer
from tui_chain.probe.handshake import ClientSide, Handshake, common_context, probing_context
from tui_chain.probe.probe import Prober
from tui_chain.probe.served import ServedChain
from tui_chain.probe.tls import NO_HANDSHAKE, ClientCertificate, TLSFacts, facts_of, group_name

PYTHONS = {FamilyId.REQUESTS, FamilyId.REQUESTS_313, FamilyId.PYTHON, FamilyId.PYTHON_313}
CURL, GNUTLS, GO, JAVA, RUSTLS = (
    FamilyId.CURL, FamilyId.GNUTLS, FamilyId.GO, FamilyId.JAVA, FamilyId.RUSTLS,
)  # fmt: skip
ROOTS = ("CN=Lab Root R1,O=tlschain lab", "CN=Lab Root R2,O=tlschain lab")
POST_QUANTUM = pytest.mark.skipif(not knows_group("X25519MLKEM768"), reason="needs OpenSSL 3.5 in pyOpenSSL")


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with open_lab(["complete"]) as opened:
        yield opened


class Counting:
    """A prober that counts its connections."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.connections = 0

        async def counted(
            addresses: Sequence[Address], port: int, local: str | None
        ) -> tuple[socket.socket, Address]:
            self.connections += 1
            return await connect(addresses, port, local)

        monkeypatch.setattr("tui_chain.net.connection.connect", counted)


def probe(target: Target, timeout: float = 5.0) -> ServedChain | Failure:
    return asyncio.run(Prober(utc_now, timeout).probe(target))


def served(port: int) -> ServedChain:
    result = probe(Target("localhost", port))
    assert isinstance(result, ServedChain), result
    return result


def facts(lab: Lab, service: Service) -> TLSFacts:
    port, chain = service.open(lab, "tls")
    result = served(port)
    assert tuple(one.der for one in result.certificates) == chain
    return result.tls


def refusals(served: ServedChain) -> dict[str, set[FamilyId]]:
    found: dict[str, set[FamilyId]] = {}
    for family, verdict in handshake_refusals(served.tls, key_kind(served.certificates[0].der)).items():
        found.setdefault(str(verdict.code), set()).add(family)
    return found


def test_a_healthy_host_is_asked_once(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    counting = Counting(monkeypatch)
    result = served(lab.host("complete").port)
    assert counting.connections == 1
    assert result.tls == TLSFacts(
        "TLSv1.3",
        "TLS_AES_256_GCM_SHA384",
        "x25519",
        signature="ecdsa_secp256r1_sha256",
        library=ssl.OPENSSL_VERSION,
    )
    assert refusals(result) == {}


def test_tls_1_2_of_today_is_no_reason_to_ask_again(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    counting = Counting(monkeypatch)
    found = facts(lab, Tls((LEAF, "issuing"), options=TlsOptions(maximum=VERSION.TLSv1_2)))
    assert counting.connections == 1
    assert (found.version, found.group, found.secure_renegotiation) == ("TLSv1.2", "x25519", True)
    assert found.signature == "ecdsa_secp256r1_sha256"


KINDS: dict[str, tuple[Service, TLSFacts, dict[str, set[FamilyId]]]] = {
    "TLS 1.0": (
        limited_tls.TLS_1_0,
        TLSFacts("TLSv1", "ECDHE-ECDSA-AES256-SHA", "x25519", secure_renegotiation=True),
        {"protocol-version": PYTHONS | {CURL, GO, JAVA, RUSTLS}},
    ),
    "TLS 1.1": (
        limited_tls.TLS_1_1,
        TLSFacts("TLSv1.1", "ECDHE-ECDSA-AES256-SHA", "x25519", secure_renegotiation=True),
        {"protocol-version": PYTHONS | {CURL, GO, JAVA, RUSTLS}},
    ),
    "TLS 1.0 with RSA key exchange": (
        LimitedTls(VERSION.TLSv1, "AES128-SHA", rsa=True),
        TLSFacts("TLSv1", "AES128-SHA", secure_renegotiation=True),
        {"protocol-version": PYTHONS | {GO, JAVA, RUSTLS}},
    ),
    "RSA key exchange": (
        limited_tls.RSA_KEY_EXCHANGE,
        TLSFacts("TLSv1.2", "AES128-GCM-SHA256", secure_renegotiation=True),
        {"no-shared-cipher": PYTHONS | {RUSTLS}},
    ),
    "CBC with SHA-1": (
        LimitedTls(VERSION.TLSv1_2, "ECDHE-ECDSA-AES128-SHA"),
        TLSFacts("TLSv1.2", "ECDHE-ECDSA-AES128-SHA", "x25519", None, "ecdsa_secp256r1_sha256", True),
        {"no-shared-cipher": PYTHONS | {RUSTLS}},
    ),
    "CBC with SHA-256": (
        LimitedTls(VERSION.TLSv1_2, "ECDHE-ECDSA-AES128-SHA256"),
        TLSFacts("TLSv1.2", "ECDHE-ECDSA-AES128-SHA256", "x25519", None, "ecdsa_secp256r1_sha256", True),
        {"no-shared-cipher": {GNUTLS, GO, RUSTLS}},
    ),
    "small DH": (
        limited_tls.SMALL_DH,
        TLSFacts("TLSv1.2", "DHE-RSA-AES128-GCM-SHA256", None, 1024, "rsa_pss_rsae_sha256", True),
        {"weak-dh-key": PYTHONS | {CURL}, "no-shared-cipher": {GO, RUSTLS}},
    ),
    "no secure renegotiation": (
        limited_tls.NoSecureRenegotiation(),
        TLSFacts(
            "TLSv1.2", "ECDHE-ECDSA-AES128-GCM-SHA256", "x25519", None, "ecdsa_secp256r1_sha256", False,
        ),
        {"legacy-renegotiation": PYTHONS | {CURL}},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", KINDS)
def test_an_old_server_shows_its_chain_and_why_families_refuse(lab: Lab, name: str) -> None:
    service, expected, reasons = KINDS[name]
    port, chain = service.open(lab, "old")
    result = served(port)
    assert tuple(one.der for one in result.certificates) == chain
    assert replace(result.tls, library=None, refused_offers=frozenset()) == expected
    assert refusals(result) == reasons
    assert result.note == ""


def test_what_a_server_also_has_counts(lab: Lab) -> None:
    """It prefers RSA key exchange, and takes from Python what Python offers."""
    both = LimitedTls(VERSION.TLSv1_2, "AES128-GCM-SHA256:ECDHE-RSA-AES128-SHA256", rsa=True)
    port, _ = both.open(lab, "both")
    result = served(port)
    assert result.tls.refused_offers == {"rustls"}
    assert refusals(result) == {"no-shared-cipher": {RUSTLS}}


def test_offers_are_made_only_where_they_are_asked_for(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    port, chain = limited_tls.RSA_KEY_EXCHANGE.open(lab, "offers")
    counting = Counting(monkeypatch)
    here = Address("127.0.0.1", socket.AF_INET)
    result = asyncio.run(Prober(utc_now).probe_by(Target("localhost", port), Route((here,))))
    assert isinstance(result, ServedChain)
    assert tuple(one.der for one in result.certificates) == chain
    assert (counting.connections, result.tls.refused_offers) == (2, frozenset())


@POST_QUANTUM
def test_a_group_that_this_python_lacks(lab: Lab) -> None:
    port, chain = only_group("X25519MLKEM768").open(lab, "group")
    result = served(port)
    assert tuple(one.der for one in result.certificates) == chain
    assert result.tls.group == "X25519MLKEM768"
    assert refusals(result) == {"no-shared-group": PYTHONS | {CURL, GNUTLS, GO, JAVA}}


@POST_QUANTUM
def test_a_key_that_this_python_lacks(lab: Lab) -> None:
    port, chain = limited_tls.ML_DSA_LEAF.open(lab, "key")
    result = served(port)
    assert tuple(one.der for one in result.certificates) == chain
    assert key_kind(chain[0]) == "ML-DSA-65"
    assert refusals(result) == {"unsupported-algorithm": PYTHONS | {CURL, GNUTLS, GO, JAVA}}


@pytest.mark.parametrize("version", [VERSION.TLSv1_2, VERSION.TLSv1_3])
@pytest.mark.parametrize("required", [True, False])
def test_client_certificates(
    lab: Lab, version: ssl.TLSVersion, required: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    counting = Counting(monkeypatch)
    found = facts(lab, client_certificate(version, required=required))
    assert counting.connections == 1
    assert found.client_certificate == ("required" if required else "requested")
    assert found.client_cas == ROOTS


def test_a_required_client_certificate_refuses_every_family(lab: Lab) -> None:
    port, _ = client_certificate(VERSION.TLSv1_2, required=True).open(lab, "mutual")
    result = served(port)
    assert refusals(result) == {"client-certificate": set(FamilyId)}
    assert result.note == "the handshake ended after the certificates: client certificate required"


@pytest.mark.parametrize("required", [True, False])
def test_client_certificates_by_pyopenssl(lab: Lab, required: bool) -> None:
    for version in (VERSION.TLSv1_2, VERSION.TLSv1_3):
        port, chain = client_certificate(version, required=required).open(lab, "mutual")

        shaken = asyncio.run(by_pyopenssl(port))
        assert shaken.chain == chain
        assert shaken.tls.client_certificate == ("required" if required else "requested")
        assert shaken.tls.client_cas == ROOTS


async def by_pyopenssl(port: int) -> Handshake:
    with socket.create_connection(("127.0.0.1", port)) as sock:
        sock.setblocking(False)
        return await make_offer(sock, None, "localhost", read_on=5.0)


def test_nginx_asks_and_answers_later(lab: Lab, tmp_path: Path) -> None:
    """nginx ends no handshake over a missing certificate: it answers 400, which nobody asked for here."""
    leaf = lab.hierarchy["issuing"].issue_leaf()
    (tmp_path / "ca.pem").write_bytes(lab.trust_pem)
    extra = f"ssl_verify_client on; ssl_client_certificate {tmp_path}/ca.pem;"
    chain = to_pem((leaf.der, lab.hierarchy["issuing"].der))
    with nginx(tmp_path / "nginx", chain, key_to_pem(leaf.key), extra=extra) as port:
        found = served(port).tls
    assert found.client_certificate is ClientCertificate.REQUESTED
    assert found.client_cas == ROOTS


def credentials(lab: Lab) -> Credentials:
    leaf = lab.hierarchy["issuing"].issue_leaf()
    return Credentials((leaf.der, lab.hierarchy["issuing"].der), leaf.key)


def asking(lab: Lab) -> ssl.SSLContext:
    """A server's context of TLS 1.3 that asks for a client certificate and sends no tickets."""
    context = make_context(lab.folder, credentials(lab), TlsOptions(minimum=VERSION.TLSv1_3))
    context.load_verify_locations(cadata=lab.trust_pem.decode())
    context.verify_mode = ssl.CERT_OPTIONAL
    context.num_tickets = 0
    return context


def test_a_server_that_asks_and_closes_requires(lab: Lab) -> None:
    context = asking(lab)

    async def close(stream: Stream) -> None:
        await stream.start_tls(context)

    assert served(lab.listen(close)).tls.client_certificate is ClientCertificate.REQUIRED


def test_a_server_that_asks_and_greets_requires_nothing(lab: Lab) -> None:
    context = asking(lab)

    async def greet(stream: Stream) -> None:
        await stream.start_tls(context)
        await stream.send(b"220 lab.test\r\n")
        await stream.receive()

    assert served(lab.listen(greet)).tls.client_certificate is ClientCertificate.REQUESTED


def test_a_server_that_asks_and_is_silent_is_not_waited_for(lab: Lab) -> None:
    context = asking(lab)

    async def wait(stream: Stream) -> None:
        await stream.start_tls(context)
        await stream.receive()

    port = lab.listen(wait)

    async def go() -> ClientCertificate | None:
        with socket.create_connection(("127.0.0.1", port)) as sock:
            sock.setblocking(False)
            side = ClientSide(sock, common_context(), None)
            shaken = await side.shake_hands()
            return (await side.after_request(shaken, 0.01)).tls.client_certificate

    assert asyncio.run(go()) is ClientCertificate.REQUESTED


def test_starttls_is_agreed_on_every_connection(lab: Lab) -> None:
    context = make_context(lab.folder, credentials(lab))
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = VERSION.TLSv1
    target = parse_target(f"smtp+starttls://localhost:{lab.listen(smtp(context))}")
    assert isinstance(target, Target)
    result = probe(target)
    assert isinstance(result, ServedChain)
    assert result.tls.version == "TLSv1"


def smtp(context: ssl.SSLContext) -> Handler:
    async def handle(stream: Stream) -> None:
        for line in (b"220 lab.test\r\n", b"250-lab.test\r\n250 STARTTLS\r\n", b"220 go\r\n"):
            await stream.send(line)
            await stream.receive() if not line.startswith(b"220 go") else None
        await stream.start_tls(context)
        await stream.finish()

    return handle


def test_a_failure_of_the_network_does_not_hide_the_refusal() -> None:
    """The server refuses the first offer, and then nobody listens any more."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        listening.setblocking(False)

        async def refuse_once() -> ServedChain | Failure:
            loop = asyncio.get_running_loop()
            probing = asyncio.create_task(Prober(utc_now).probe(Target("127.0.0.1", port)))
            connection, _ = await loop.sock_accept(listening)
            listening.close()
            with connection:
                await loop.sock_recv(connection, 4096)
                await loop.sock_sendall(connection, bytes((0x15, 3, 3, 0, 2, 2, 40)))
            return await probing

        result = asyncio.run(refuse_once())
    assert isinstance(result, Failure)
    assert result.kind == "alert"


def test_a_file_has_no_facts() -> None:
    assert facts_of([], cipher=None) == NO_HANDSHAKE == TLSFacts()


def test_messages_that_are_cut_or_garbage_say_nothing_wrong(lab: Lab) -> None:
    """Every cut of every message of a server; what is left of it may say less, and never raises."""
    for service in (KINDS["small DH"][0], client_certificate(VERSION.TLSv1_2, required=False)):
        port, _ = service.open(lab, "cuts")
        for message in recorded(port):
            for end in range(len(message)):
                facts_of([message[:end]], cipher="DHE-RSA-AES128-GCM-SHA256")
                facts_of([message[:4] + bytes(255 - byte for byte in message[4:end])], cipher="ECDHE-RSA")


def recorded(port: int) -> list[bytes]:
    async def go() -> list[bytes]:
        with socket.create_connection(("127.0.0.1", port)) as sock:
            sock.setblocking(False)
            side = ClientSide(sock, probing_context(), None)
            await side.shake_hands()
            return side.messages

    return asyncio.run(go())


def test_a_retry_request_comes_before_the_hello() -> None:
    """RFC 8446 section 4.1.4: both are of one type, and the second counts."""
    head = b"\x03\x03" + bytes(32) + b"\0\x13\x01\0"
    retry = head + b"\x00\x0c" + b"\x00\x2b\x00\x02\x03\x04" + b"\x00\x33\x00\x02\x00\x18"
    hello = head + b"\x00\x10" + b"\x00\x2b\x00\x02\x03\x04" + b"\x00\x33\x00\x06\x00\x17\x00\x02ab"
    messages = [b"\x02\0\0" + bytes([len(body)]) + body for body in (retry, hello)]
    assert facts_of(messages[:1], cipher="x").group == "secp384r1"
    found = facts_of(messages, cipher="x")
    assert (found.version, found.group, found.secure_renegotiation) == ("TLSv1.3", "secp256r1", None)


def test_groups_have_one_spelling() -> None:
    spelled = ("P-256", "prime256v1", "X25519", "x25519mlkem768", "new", None)
    assert [group_name(name) for name in spelled] == [
        "secp256r1", "secp256r1", "x25519", "X25519MLKEM768", "new", None,
    ]  # fmt: skip
