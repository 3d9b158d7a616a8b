"""A handshake for each client family: what it offers, what it checks, and what is said where it fails."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
import warnings
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509

from tests.clients.making import Case, pki
from tests.clients.serving import serve
from tests.support.programs import require_program
from tests.support.servers import Dialogue, fresh_chain, refused_port, saying, server_context
from tui_chain.clients.families import FAMILIES, FamilyId
from tui_chain.clients.judge import Judge
from tui_chain.lab.authority import Template, to_pem
from tui_chain.lab.internet import Lab, open_lab
from tui_chain.lab.servers.stream import Stream
from tui_chain.lab.servers.tls import TlsOptions
from tui_chain.livetest.attempt import Attempt, Times
from tui_chain.livetest.families import FamilyTest, FamilyTester
from tui_chain.livetest.live import LiveTest
from tui_chain.livetest.request import LiveRequest
from tui_chain.livetest.tester import LiveTester, LiveTestResult
from tui_chain.net.target import Target
from tui_chain.probe.handshake import Handshake
from tui_chain.probe.tls import TLSFacts
from tui_chain.trust.store import TrustStore
from tui_chain.x509.certificate import Certificate

OPENSSL = frozenset({FamilyId.REQUESTS, FamilyId.REQUESTS_313, FamilyId.PYTHON, FamilyId.PYTHON_313, FamilyId.CURL})
MODELS = frozenset(FamilyId) - OPENSSL
HANDSHAKE_FAILURE, PROTOCOL_VERSION = (b"\x15\x03\x03\x00\x02\x02" + bytes([code]) for code in (40, 70))
"""Fatal alerts of TLS 1.2 (RFC 5246 section 7.2)."""


def families(target: Target, trust: bytes, *, timeout: float = 10.0) -> dict[FamilyId, FamilyTest]:
    tester = FamilyTester(target, trust, datetime.now(UTC), "127.0.0.1", timeout)
    rows = asyncio.run(tester.run())
    assert [row.id for row in rows] == [family.id for family in FAMILIES]
    return {row.id: row for row in rows}


def refusing(rows: dict[FamilyId, FamilyTest]) -> set[FamilyId]:
    return {row.id for row in rows.values() if row.ok is False}


def served(lab: Lab, options: TlsOptions) -> Target:
    fresh = fresh_chain(lab)
    return Target("localhost", lab.serve(fresh.chain, fresh.leaf.key, options=options))


def _only_tls_1_0(context: ssl.SSLContext) -> None:
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1


def _only_tls_1_2(ciphers: str) -> TlsOptions:
    def configure(context: ssl.SSLContext) -> None:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(ciphers)

    return TlsOptions(configure=configure)


# versions and cipher suites


@pytest.mark.parametrize(
    ("options", "refused", "code", "words"),
    [
        (TlsOptions(), (), None, ""),
        (TlsOptions(maximum=ssl.TLSVersion.TLSv1_2), (), None, ""),
        (
            TlsOptions(configure=_only_tls_1_0),
            frozenset(FamilyId) - {FamilyId.GNUTLS},
            "protocol-version",
            "the server has only TLS 1.0, and ",
        ),
        (
            _only_tls_1_2("ECDHE-ECDSA-AES256-SHA384"),
            {FamilyId.GNUTLS, FamilyId.GO, FamilyId.RUSTLS},
            "no-shared-cipher",
            "no cipher suite in common: the server uses ECDHE-ECDSA-AES256-SHA384",
        ),
        (
            _only_tls_1_2("ECDHE-ECDSA-AES128-SHA"),
            {*OPENSSL - {FamilyId.CURL}, FamilyId.RUSTLS},
            "no-shared-cipher",
            "no cipher suite in common: the server uses ECDHE-ECDSA-AES128-SHA",
        ),
    ],
    ids=["usual", "TLS 1.2", "TLS 1.0", "CBC with SHA-384", "CBC with SHA-1"],
)
def test_each_family_has_its_own_versions_and_ciphers(
    lab: Lab, options: TlsOptions, refused: Collection[FamilyId], code: str | None, words: str
) -> None:
    rows = families(served(lab, options), lab.trust_pem)
    assert refusing(rows) == set(refused)
    for row in rows.values():
        assert row.emulated
        assert row.code == (code if row.id in refused else None), row
        assert (f"refused: {words}" in row.text) == (row.id in refused), row
        assert (row.cipher is None) == (row.id in refused)


@pytest.mark.parametrize("maximum", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_client_certificate_that_is_required_is_missing(lab: Lab, maximum: ssl.TLSVersion) -> None:
    """In TLS 1.3 the client hears of it after its handshake (RFC 8446 section 4.4.2.4)."""
    rows = families(served(lab, TlsOptions(maximum=maximum, client_ca=lab.trust_pem)), lab.trust_pem)
    said = {(row.ok, row.text, row.code) for row in rows.values()}
    assert said == {(False, "refused: the server requires a client certificate", "client-certificate")}


def test_a_client_certificate_that_is_only_asked_for_is_not_missed(lab: Lab) -> None:
    def optional(context: ssl.SSLContext) -> None:
        context.verify_mode = ssl.CERT_OPTIONAL

    rows = families(served(lab, TlsOptions(client_ca=lab.trust_pem, configure=optional)), lab.trust_pem)
    assert refusing(rows) == set()


def test_a_server_is_asked_once_what_it_takes(lab: Lab) -> None:
    fresh, connections = fresh_chain(lab), []
    context = server_context(lab, fresh)
    _only_tls_1_0(context)

    async def handle(stream: Stream) -> None:
        connections.append(stream)
        await stream.start_tls(context)
        await stream.finish()

    families(Target("localhost", lab.listen(handle)), lab.trust_pem)
    assert len(connections) == len(FAMILIES) + 1


# what Python cannot stand for


def test_a_family_whose_suites_python_lacks_is_not_emulated(lab: Lab) -> None:
    """Go offers triple DES, which OpenSSL is built without; a server that refuses the rest may take it."""
    rows = families(Target("localhost", lab.listen(saying(HANDSHAKE_FAILURE))), lab.trust_pem)
    go = rows.pop(FamilyId.GO)
    assert (go.ok, go.emulated) == (None, False)
    assert go.text.startswith("not emulated: ECDHE-RSA-DES-CBC3-SHA, DES-CBC3-SHA cannot be offered")
    assert refusing(rows) == set(rows)
    said = {(row.text, row.code) for row in rows.values()}
    assert said == {("TLS failed: sslv3 alert handshake failure", "handshake-failure")}


@pytest.mark.parametrize("has_it", [True, False])
def test_a_version_that_python_lacks_is_not_emulated(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, *, has_it: bool
) -> None:
    monkeypatch.setattr(ssl, "HAS_TLSv1", has_it)
    rows = families(Target("localhost", lab.listen(saying(PROTOCOL_VERSION))), lab.trust_pem)
    assert {row.id for row in rows.values() if not row.emulated} == (set() if has_it else {FamilyId.CURL})
    assert ("not emulated: TLS 1.0 cannot be offered" in rows[FamilyId.CURL].text) is not has_it
    assert refusing(rows) >= set(FamilyId) - {FamilyId.CURL}


def test_a_certificate_that_openssl_cannot_read_says_nothing_of_other_libraries(tmp_path: Path) -> None:
    """rustls passes over what it cannot read after the leaf; no handshake of Python's brings it the chain."""
    usual = pki().case("unreadable")
    odd = Case("unreadable", (*usual.served, b"no certificate"), usual.key, usual.bundle, usual.host)
    with serve((odd,), tmp_path) as serving:
        rows = families(Target(odd.host, serving.cases[0].port), odd.bundle)
    assert {row.id for row in rows.values() if not row.emulated} == MODELS
    assert refusing(rows) == set(OPENSSL)
    for family in MODELS:
        assert rows[family].text == "not emulated: OpenSSL cannot read a certificate that the server sent"
        assert rows[family].ok is None


def test_a_handshake_that_pyopenssl_breaks_off_says_nothing_of_a_model(lab: Lab) -> None:
    """Its OpenSSL is newer than Python's, and stricter in what it reads."""
    tester = FamilyTester(Target("a.test"), lab.trust_pem, datetime.now(UTC))
    tester._answer = Handshake(fresh_chain(lab).chain, TLSFacts("TLSv1.3", "TLS_AES_128_GCM_SHA256", "x25519"))
    broken = ssl.SSLError(1, "too long")
    broken.reason = "TOO_LONG"
    rows = {one.id: asyncio.run(tester._failed(one, broken, Times())) for one in FAMILIES}
    assert {row.id for row in rows.values() if not row.emulated} == MODELS
    assert rows[FamilyId.GO].text.startswith("not emulated: pyOpenSSL broke the handshake off (TLS failed: ")
    assert rows[FamilyId.PYTHON].ok is False


def test_what_is_not_emulated_does_not_count() -> None:
    worked = LiveTest("GET", "https://a.test/", Attempt("x", ok=True, text="200 OK"), None)
    unsaid = FamilyTest(FamilyId.GO, "Go", None, "not emulated: …", emulated=False)
    assert LiveTestResult(worked, (unsaid,)).ok
    refused = FamilyTest(FamilyId.JAVA, "Java", False, "refused: …")
    assert not LiveTestResult(worked, (unsaid, refused)).ok
    assert LiveTestResult(worked, (unsaid, refused)).refusing == ("Java",)


# what each family checks


SCENARIOS = (
    "complete",
    "leaf-only",
    "expired-leaf",
    "wrong-host-name",
    "wrong-order",
    "unknown-root-served",
    "no-san",
    "strict-aki",
    "family-refuses",
    "expired-cross-sign",
)


def test_a_family_says_of_a_host_what_its_engine_says() -> None:
    with open_lab(SCENARIOS) as lab:
        for host in lab.hosts:
            rows = families(Target("localhost", host.port), lab.trust_pem)
            verdicts = Judge(lab.trust_pem).verdicts(host.served_der, host="localhost", at=datetime.now(UTC))
            said = {str(family): (row.ok, row.code) for family, row in rows.items()}
            assert said == {str(family): (one.ok, one.code) for family, one in verdicts.items()}, host.name


def leaf_for(lab: Lab, *names: str, without: Collection[x509.ObjectIdentifier] = ()) -> int:
    issuing = lab.hierarchy["issuing"]
    leaf = issuing.issue_leaf(names, Template(without=frozenset(without)))
    return lab.serve((leaf.der, issuing.der), leaf.key)


def test_a_common_name_counts_where_the_client_takes_it(lab: Lab) -> None:
    port = leaf_for(lab, "common.test", without=(x509.SubjectAlternativeName.oid,))
    rows = families(Target("common.test", port), lab.trust_pem)
    assert refusing(rows) == {FamilyId.REQUESTS, FamilyId.REQUESTS_313, FamilyId.GO, FamilyId.RUSTLS}
    assert {rows[family].code for family in (FamilyId.REQUESTS, FamilyId.REQUESTS_313)} == {62}


def test_a_trailing_dot_is_dropped_where_the_client_drops_it(lab: Lab) -> None:
    rows = families(Target("dotted.test.", leaf_for(lab, "dotted.test")), lab.trust_pem)
    assert refusing(rows) == {FamilyId.PYTHON, FamilyId.PYTHON_313, FamilyId.GNUTLS}
    assert rows[FamilyId.PYTHON].code == 62


def test_curl_compares_names_by_itself(lab: Lab) -> None:
    port = leaf_for(lab, "*.under_score.test")
    rows = families(Target("a.under_score.test", port), lab.trust_pem)
    assert (rows[FamilyId.CURL].ok, rows[FamilyId.PYTHON].ok) == (True, False)
    other = families(Target("b.other.test", port), lab.trust_pem)[FamilyId.CURL]
    assert (other.ok, other.code) == (False, 62)
    assert other.text == "refused: the certificate does not name the host"


def test_an_address_has_to_be_named(lab: Lab) -> None:
    good = families(Target("127.0.0.1", leaf_for(lab, "127.0.0.1")), lab.trust_pem)
    assert refusing(good) == set()
    wrong = families(Target("127.0.0.1", leaf_for(lab, "192.0.2.1")), lab.trust_pem)
    assert refusing(wrong) == set(FamilyId)
    assert {wrong[family].code for family in OPENSSL} == {64}


def test_a_verdict_of_a_model_says_so(lab: Lab) -> None:
    rows = families(served(lab, TlsOptions()), lab.trust_pem)
    stranger = families(served(lab, TlsOptions()), to_pem([lab.hierarchy["stranger"].der]))
    for family in MODELS:
        assert "(model of " in rows[family].text
        assert "(model of " in stranger[family].text
        assert isinstance(stranger[family].code, str)
    for family in OPENSSL:
        assert rows[family].text == "handshake verified"
        assert "model" not in stranger[family].text


def test_a_handshake_after_starttls_is_tested_too(lab: Lab) -> None:
    context = server_context(lab, fresh_chain(lab))
    port = lab.listen(Dialogue(b"+OK ready\r\n", [(b"STLS", b"+OK\r\n")], context, []))
    assert refusing(families(Target("localhost", port, "pop3"), lab.trust_pem)) == set()


# the trust file as its owner has it


def rejected(certificate: bytes, folder: Path) -> bytes:
    """A certificate that its owner trusts for nothing that a TLS server is."""
    plain, marked = folder / "plain.pem", folder / "marked.pem"
    plain.write_bytes(to_pem([certificate]))
    command = (require_program("openssl"), "x509", "-in", plain, "-addreject", "serverAuth", "-trustout")
    subprocess.run((*map(str, command), "-out", str(marked)), check=True, timeout=20)
    return marked.read_bytes()


def test_trust_settings_count(lab: Lab, tmp_path: Path) -> None:
    root = lab.hierarchy["root"].der
    target = served(lab, TlsOptions())
    for trust in (rejected(root, tmp_path), rejected(root, tmp_path) + to_pem([root])):
        rows = families(target, trust)
        assert {rows[family].code for family in OPENSSL} == {28}
        tested = full(TrustStore("marked", (Certificate(root),), pem=trust), target, None)
        assert (tested.live.before.ok, tested.live.before.code) == (False, 28)
        assert {(row.ok, row.code) for row in tested.clients if row.id in OPENSSL} == {(False, 28)}


def full(store: TrustStore, target: Target, bundle: bytes | None) -> LiveTestResult:
    tester = LiveTester(store, datetime.now(UTC), {})
    tested = asyncio.run(tester.test(LiveRequest(target), bundle, with_programs=False))
    assert isinstance(tested, LiveTestResult)
    return tested


def test_a_trust_file_that_openssl_cannot_read_is_said(lab: Lab) -> None:
    """OpenSSL loses the file over a private key that it cannot decode; Go passes over it."""
    key = b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"
    store = TrustStore("odd", (Certificate(lab.hierarchy["root"].der),), pem=key + lab.trust_pem)
    target = served(lab, TlsOptions())
    tested = full(store, target, None)
    assert (tested.live.before.ok, tested.live.before.tls_error) == (False, False)
    assert tested.live.before.text.startswith("OpenSSL cannot read the trust store (")
    rows = {row.id: row for row in tested.clients}
    assert {rows[family].code for family in OPENSSL} == {"ca-file"}
    assert rows[FamilyId.GO].ok
    repaired = full(store, target, lab.trust_pem)
    assert repaired.live.after is not None
    assert (repaired.live.after.ok, repaired.ok) == (True, True)


# servers that are not reached


def test_a_server_that_says_nothing_is_not_waited_for_nine_times(lab: Lab) -> None:
    open_, most = [0], [0]

    async def silent(stream: Stream) -> None:
        open_[0] += 1
        most[0] = max(most[0], open_[0])
        while await stream.receive():
            pass
        open_[0] -= 1

    rows = families(Target("localhost", lab.listen(silent)), lab.trust_pem, timeout=2.0)
    assert {(row.ok, row.text) for row in rows.values()} == {(False, "no answer within 2 s")}
    assert most[0] == len(FAMILIES) - 1, "after the first the others wait together"


def test_a_server_that_is_not_there_is_said(lab: Lab) -> None:
    with refused_port() as port:
        rows = families(Target("localhost", port), lab.trust_pem)
    assert {(row.ok, row.text, row.code) for row in rows.values()} == {(False, "connection refused", None)}


def test_a_tester_shows_neither_a_proxy_s_password_nor_a_file(lab: Lab) -> None:
    tester = FamilyTester(Target("a.test"), lab.trust_pem, datetime.now(UTC), proxy="http://joe:s3cret@p:1")
    assert "s3cret" not in repr(tester)
    assert "CERTIFICATE" not in repr(tester)
