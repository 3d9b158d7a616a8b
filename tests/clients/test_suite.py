"""The measured suite itself: it serves what a case says, and a disagreement shows."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.clients.cases_mixed import drawn
from tests.clients.compare import CRASH, Comparison, Kind, Measurement, measure, spread, verdicts
from tests.clients.making import Case, PrivateKey, Shape, case, ec_key, ed25519_key, leaf, pki, root, rsa_key
from tests.clients.page import page
from tests.clients.programs import Outcome, ServedCase
from tests.clients.serving import serve
from tui_chain.clients.verdict import ACCEPTED, Verdict, refused

REFUSED = refused(20, "its issuer is not known")


def served_to(port: int) -> list[bytes]:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    plain = socket.create_connection(("127.0.0.1", port), 20)
    with plain, context.wrap_socket(plain, server_hostname="www.example.test") as stream:
        stream.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert stream.recv(100).startswith(b"HTTP/1.1 200 OK")
        chain = stream._sslobj.get_unverified_chain()  # type: ignore[attr-defined]
        return [bytes(one) if isinstance(one, bytes) else one.public_bytes(2) for one in chain]


@pytest.mark.parametrize("new_key", [ec_key, ed25519_key, rsa_key])
def test_the_chain_is_served_as_it_stands_there(new_key: Callable[[], PrivateKey], tmp_path: Path) -> None:
    top = root()
    end, other = leaf(top, Shape(key=new_key())), root("Suite Unrelated")
    made = case("served", (end, other, top, other), (top,))
    with serve([made], tmp_path) as serving:
        assert served_to(serving.cases[0].port) == [end.der, other.der, top.der, other.der]
        assert serving.cases[0].trust.read_bytes() == made.bundle


def test_bytes_that_are_no_certificate_are_served_too(tmp_path: Path) -> None:
    top = root()
    made = case("garbage", (leaf(top), b"\x30\x03\x02\x01\x01"), (top,))
    with serve([made], tmp_path) as serving, pytest.raises(ssl.SSLError, match=r"(?i)asn1|wrong tag"):
        served_to(serving.cases[0].port)


def test_the_proxy_leads_to_the_cases_alone(tmp_path: Path) -> None:
    with serve([pki().case("proxied")], tmp_path) as serving, socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with socket.create_connection(("127.0.0.1", serving.proxy), 20) as client:
            client.sendall(f"CONNECT www.example.test:{port} HTTP/1.1\r\n\r\n".encode())
            assert client.recv(100).startswith(b"HTTP/1.1 403")


def test_an_open_connection_does_not_outlive_the_servers(tmp_path: Path) -> None:
    with serve([pki().case("open")], tmp_path) as serving:
        client = socket.create_connection(("127.0.0.1", serving.proxy), 20)
        client.sendall(f"CONNECT www.example.test:{serving.cases[0].port} HTTP/1.1\r\n\r\n".encode())
        assert client.recv(100).startswith(b"HTTP/1.1 200")
    with client:
        assert client.recv(1) == b""


@pytest.mark.parametrize(
    ("verdict", "accepted", "kind"),
    [
        (ACCEPTED, True, Kind.AGREES),
        (REFUSED, False, Kind.AGREES),
        (ACCEPTED, False, Kind.FALSE_ACCEPTANCE),
        (REFUSED, True, Kind.FALSE_REFUSAL),
        (ACCEPTED, None, Kind.NOT_RUN),
    ],
)
def test_a_comparison_has_a_kind(verdict: Verdict, accepted: bool | None, kind: Kind) -> None:
    assert Comparison("one", verdict, Outcome(accepted)).kind is kind


@pytest.mark.parametrize(
    ("outcome", "same"),
    [(Outcome(False, 20), True), (Outcome(False, 10), False), (Outcome(False), None), (Outcome(True), None)],
)
def test_codes_are_compared_where_both_have_one(outcome: Outcome, same: bool | None) -> None:
    assert Comparison("one", REFUSED, outcome).same_code is same


@dataclass(frozen=True)
class AcceptsAll:
    """A program that accepts whatever it is served."""

    name: str = "naive"
    family: str = "python"

    def version(self) -> str | None:
        return "1, OpenSSL 3.0"

    def run(self, served: Sequence[ServedCase], proxy: int, folder: Path) -> Mapping[str, Outcome]:
        del proxy, folder
        return {one.case.name: Outcome(True, detail="at /tmp/bundles/1.pem | test:40000") for one in served}


def naive(cases: Sequence[Case], folder: Path) -> Measurement:
    program = AcceptsAll()
    with serve(cases, folder) as serving:
        return measure(program, "1", serving, verdicts(cases, program.family), folder)


def test_a_program_that_accepts_all_is_found_out(tmp_path: Path) -> None:
    good, bad = pki().case("good"), pki(leaf_shape=Shape(days=(-9, -1))).case("expired")
    done = naive((good, bad), tmp_path)
    assert [(one.case, one.kind) for one in done.disagreements] == [("expired", Kind.FALSE_REFUSAL)]
    assert (done.run, done.agreement, done.codes) == (2, 0.5, (0, 0))
    text = page([done], ["absent"], 2)
    assert "| Python ≤ 3.12 | naive | 1 | 2 | 0 | 50.00% | – | 0 | 1 |" in text
    assert "| `expired` | refuses: 10, " in text
    assert "Not installed, so not run: absent." in text


def test_the_page_has_no_ports_and_places_of_files() -> None:
    refusal = Comparison("one", ACCEPTED, Outcome(False, 20, "at /tmp/x/bundles/0001.pem | www.example.test:40000"))
    text = page([Measurement("naive", "curl", "1", (refusal,))], [], 1)
    assert "naive: refuses: 20, at the trust file www.example.test |" in text


def test_a_key_without_a_scheme_says_nothing(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric import ec

    done = naive([pki(leaf_shape=Shape(key=ec_key(ec.SECP224R1()))).case("p224")], tmp_path)
    assert [one.kind for one in done.comparisons] == [Kind.NOT_RUN]


def test_no_engine_crashes_on_freshly_mixed_cases() -> None:
    cases = tuple(drawn(60, 3))
    for family in ("gnutls", "go", "java", "rustls"):
        assert [name for name, verdict in verdicts(cases, family).items() if verdict.code == CRASH] == []


def test_a_sample_has_some_of_each_subject() -> None:
    cases = tuple(drawn(30, 1))
    few = tuple(Case(f"few/{number}", one.served, one.key, one.bundle) for number, one in enumerate(cases[:3]))
    chosen = spread((*cases, *few), 10)
    assert len(chosen) == 10
    assert 1 <= sum(one.name.startswith("few/") for one in chosen) <= 3
    assert chosen == spread((*few, *reversed(cases)), 10)
