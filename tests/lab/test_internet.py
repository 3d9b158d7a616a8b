from __future__ import annotations

import errno
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509

from tests.lab.clients import dial, lax_context, openssl_verify, pem, served_chain, strict_context, talk
from tests.support.limits import no_wait
from tui_chain.lab.authority import Template, rsa_key
from tui_chain.lab.hierarchy import Ca, Leaf
from tui_chain.lab.internet import Lab, open_lab
from tui_chain.lab.scenarios.scenario import Scenario
from tui_chain.lab.scenarios.usual import USUAL
from tui_chain.lab.servers import listener
from tui_chain.lab.servers.listener import CONNECTIONS, Listener, bind_loopback
from tui_chain.lab.servers.services import LEAF, Tls
from tui_chain.lab.servers.stream import Stream
from tui_chain.lab.servers.tls import Credentials, TlsOptions

EXPECTED = USUAL[0].expected


def ask(port: int, context: ssl.SSLContext) -> bytes:
    with dial(port) as sock, context.wrap_socket(sock, server_hostname="localhost") as tls:
        tls.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        return tls.recv(4096)


def test_the_complete_path_is_strictly_right(lab: Lab, tmp_path: Path) -> None:
    chain = lab.host("complete").served_der
    options = ("-x509_strict", "-purpose", "sslserver", "-verify_hostname", "localhost")
    done = openssl_verify(tmp_path, lab.trust_pem, pem(chain), *options)
    assert done.returncode == 0, done.stderr


def test_the_trust_store_is_the_labs_own(lab: Lab) -> None:
    names = [each.subject.rfc4514_string() for each in x509.load_pem_x509_certificates(lab.trust_pem)]
    assert names == ["CN=Lab Root R1,O=tlschain lab", "CN=Lab Root R2,O=tlschain lab"]
    assert lab.trust_file.read_bytes() == lab.trust_pem


def test_a_host_says_who_it_is(lab: Lab) -> None:
    host = lab.host("leaf-only")
    assert (host.name, host.summary, host.target) == (
        "leaf-only",
        "does not send its intermediate",
        f"localhost:{host.port}",
    )


def test_the_lab_lives_at_the_time_it_is_given() -> None:
    then = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)
    with open_lab(["complete"], now=then) as lab:
        leaf = x509.load_der_x509_certificate(lab.host("complete").served_der[0])
        assert leaf.not_valid_before_utc < then < leaf.not_valid_after_utc


@pytest.mark.parametrize("name", ["silent", "complete"])
def test_closes_at_once_with_stalled_clients(name: str) -> None:
    before = threading.active_count()
    # a connection of the lab may last 60 s
    with no_wait(), ExitStack() as clients, open_lab([name, "complete"]) as lab:
        for _ in range(5):
            clients.enter_context(dial(lab.host(name).port)).sendall(b"\x16")
        assert served_chain(lab.host("complete").port)
    assert threading.active_count() == before
    assert not lab.folder.exists()


def test_aborted_handshakes_make_no_noise() -> None:
    """Nothing on standard error, neither a log line nor a socket that was left open."""
    program = Path(__file__).with_name("rude_clients.py")
    words = (sys.executable, "-W", "always", "-m", f"tests.lab.{program.stem}")
    done = subprocess.run(words, capture_output=True, timeout=60, check=False, cwd=program.parents[2])
    assert (done.returncode, done.stdout, done.stderr) == (0, b"served on\n", b"")


def test_a_server_ad_hoc_on_several_addresses(lab: Lab) -> None:
    addresses = ("127.0.0.1", "127.0.0.2")
    broken = lab.hierarchy["issuing"].issue_leaf()
    port = lab.serve((broken.der, lab.hierarchy["issuing"].der), broken.key, addresses=addresses)
    lab.serve((broken.der,), broken.key, addresses=("127.0.0.3",), port=port)
    lengths = [len(served_chain(port, address=each)) for each in (*addresses, "127.0.0.3")]
    assert lengths == [2, 2, 1]


def test_the_lab_stays_on_loopback(lab: Lab) -> None:
    leaf = lab.hierarchy["issuing"].issue_leaf()
    for address in ("0.0.0.0", "::", "192.0.2.1"):  # noqa: S104 - the addresses that are refused
        with pytest.raises(ValueError, match="loopback only"):
            lab.serve((leaf.der,), leaf.key, addresses=(address,))


def test_tls_versions_are_an_option(lab: Lab) -> None:
    leaf = lab.hierarchy["issuing"].issue_leaf()
    port = lab.serve((leaf.der,), leaf.key, options=TlsOptions(maximum=ssl.TLSVersion.TLSv1_2))
    context = lax_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    with pytest.raises(ssl.SSLError, match="PROTOCOL_VERSION"):
        served_chain(port, context=context)


def test_an_alert_on_sni_is_an_option(lab: Lab) -> None:
    leaf = lab.hierarchy["issuing"].issue_leaf()
    options = TlsOptions(sni_alert=ssl.AlertDescription.ALERT_DESCRIPTION_UNRECOGNIZED_NAME)
    port = lab.serve((leaf.der,), leaf.key, options=options)
    with pytest.raises(ssl.SSLError, match="UNRECOGNIZED_NAME"):
        served_chain(port)
    assert served_chain(port, name=None) == (leaf.der,)


def test_a_client_certificate_is_an_option(lab: Lab) -> None:
    issuing = lab.hierarchy["issuing"]
    leaf = issuing.issue_leaf()
    port = lab.serve((leaf.der, issuing.der), leaf.key, options=TlsOptions(client_ca=lab.trust_pem))
    with pytest.raises(ssl.SSLError, match="CERTIFICATE_REQUIRED"):
        ask(port, strict_context(lab.trust_pem))


def test_two_key_types_have_chains_of_their_own(lab: Lab) -> None:
    issuing = lab.hierarchy["issuing"]
    plain, rsa = issuing.issue_leaf(), issuing.issue_leaf(template=Template(new_key=rsa_key))
    also = (Credentials((rsa.der, issuing.der), rsa.key),)
    port = lab.serve((plain.der,), plain.key, options=TlsOptions(also=also, maximum=ssl.TLSVersion.TLSv1_2))
    context = lax_context()
    context.set_ciphers("ECDHE-RSA-AES128-GCM-SHA256")
    assert served_chain(port, context=context) == (rsa.der, issuing.der)
    assert served_chain(port) == (plain.der,)


def test_any_handler_can_be_served(lab: Lab) -> None:
    async def greet(stream: Stream) -> None:
        await stream.send(b"220 hello\r\n")
        await stream.finish()

    assert talk(lab.listen(greet), b"") == b"220 hello\r\n"


def test_a_scenario_of_ones_own_with_cas_of_its_own() -> None:
    cas = (Ca("twin", "", issuer="other-root", twin_of="issuing"), Ca("short", "Short", issuer="twin", aia=()))
    mine = Scenario("mine", "a cross-sign", Tls((LEAF, "short", "twin"), Leaf("short")), EXPECTED, cas)
    with open_lab([]) as lab:
        lab.start([mine])
        host = lab.host("mine")
        assert served_chain(host.port, context=strict_context(lab.trust_pem)) == host.served_der
        with pytest.raises(ValueError, match="already"):
            lab.start([mine])


def test_more_clients_than_places_wait_their_turn(lab: Lab) -> None:
    async def echo(stream: Stream) -> None:
        await stream.send(await stream.receive())

    port = lab.listen(echo)
    with ExitStack() as stack:
        clients = [stack.enter_context(dial(port)) for _ in range(CONNECTIONS + 20)]
        for number, client in enumerate(clients):
            client.sendall(str(number).encode())
            assert client.recv(16) == str(number).encode()


def test_a_connection_has_a_time_limit(lab: Lab) -> None:
    async def wait(stream: Stream) -> None:
        await stream.receive()

    (sock,) = bind_loopback(("127.0.0.1",))
    lab._open(Listener(sock, wait, seconds=0.01))
    with dial(sock.getsockname()[1]) as client:
        assert client.recv(1) == b""


def test_a_port_that_is_taken_elsewhere_is_not_used() -> None:
    with socket.create_server(("127.0.0.2", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match="in use"):
            bind_loopback(("127.0.0.1", "127.0.0.2"), port)


def test_a_machine_without_ipv6_serves_on_ipv4(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "_bind", refuse(errno.EADDRNOTAVAIL, times=1))
    (sock,) = bind_loopback(("127.0.0.1", "::1"))
    with sock:
        assert sock.family == socket.AF_INET


def test_another_free_port_is_sought_when_one_address_has_it_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "_bind", refuse(errno.EADDRINUSE, times=2))
    with ExitStack() as stack:
        socks = [stack.enter_context(sock) for sock in bind_loopback(("127.0.0.1", "::1"))]
        assert len({sock.getsockname()[1] for sock in socks}) == 1


def refuse(code: int, *, times: int) -> Callable[[str, int], socket.socket]:
    """A `_bind` that has no IPv6 socket the first times."""
    bind, left = listener._bind, iter(range(times))

    def bind_or_refuse(address: str, port: int) -> socket.socket:
        if ":" in address and next(left, None) is not None:
            raise OSError(code, "refused by the test")
        return bind(address if ":" not in address else "127.0.0.2", port)

    return bind_or_refuse
