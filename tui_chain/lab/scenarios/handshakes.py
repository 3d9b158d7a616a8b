"""Servers whose chain is whole and whose handshake some client families, or all, cannot do."""

from __future__ import annotations

import ssl
from dataclasses import dataclass

from tui_chain.clients.families import FamilyId
from tui_chain.clients.handshake import HandshakeCode
from tui_chain.core.finding_codes import FindingCode
from tui_chain.core.status import Blame, Status
from tui_chain.lab.hierarchy import DEFAULT_LEAF
from tui_chain.lab.scenarios.refusals import ALL, GNUTLS, GO, OPENSSL, PYTHON, RUSTLS, Refusals, cannot_shake_hands
from tui_chain.lab.scenarios.scenario import Expected, Scenario, ScenarioGroup, ScenarioGroups, complete, expect
from tui_chain.lab.servers import limited_tls
from tui_chain.lab.servers.listener import Handler
from tui_chain.lab.servers.services import LOCALHOST, LabResources, Served
from tui_chain.lab.servers.stream import Stream
from tui_chain.lab.servers.tls import Credentials, TlsOptions, make_context

VERSION = ssl.TLSVersion
ACCESS_DENIED = bytes.fromhex("15030300020231")
"""A record with the fatal alert access_denied, in the clear."""
_CODE = HandshakeCode


@dataclass(frozen=True)
class BrokenOff:
    """A server of TLS 1.2 that shows its chain and then ends the handshake with an alert, whatever it is sent."""

    def open(self, lab: LabResources, scenario: str, /) -> Served:
        """Issue the leaf and serve its chain."""
        leaf = lab.hierarchy.issue_leaf(DEFAULT_LEAF, scenario)
        chain = (leaf.der, lab.hierarchy["issuing"].der)
        context = make_context(lab.folder, Credentials(chain, leaf.key), TlsOptions(maximum=VERSION.TLSv1_2))
        return lab.listen(_breaking_off(context), addresses=LOCALHOST), chain


def _breaking_off(context: ssl.SSLContext) -> Handler:
    async def handle(stream: Stream) -> None:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        server = context.wrap_bio(incoming, outgoing, server_side=True)
        incoming.write(await stream.receive())
        try:
            server.do_handshake()
        except ssl.SSLWantReadError:
            await stream.send(outgoing.read())
            await stream.receive()
            await stream.send(ACCESS_DENIED)
        await stream.finish()

    return handle


def _all_but(*families: FamilyId) -> tuple[FamilyId, ...]:
    """All families but these."""
    return tuple(one for one in ALL if one not in families)


def _refused(*findings: FindingCode, blame: Blame, code: HandshakeCode) -> Expected:
    return expect(Status.REFUSED, blame, *findings, refused=cannot_shake_hands(code))


def _some(finding: FindingCode, refused: Refusals, blame: Blame = Blame.SERVER) -> Expected:
    return expect(Status.PARTIAL, blame, finding, refused=refused)


def _required(name: str, version: ssl.TLSVersion) -> Scenario:
    expected = _refused(FindingCode.CLIENT_CERTIFICATE_REQUIRED, blame=Blame.CLIENT, code=_CODE.CLIENT_CERTIFICATE)
    service = limited_tls.client_certificate(version, required=True)
    return Scenario(
        f"client-certificate-required-{name}", f"requires a client certificate, by TLS {name}", service, expected
    )


def _requested(name: str, version: ssl.TLSVersion) -> Scenario:
    expected = complete(FindingCode.CLIENT_CERTIFICATE_REQUESTED)
    service = limited_tls.client_certificate(version, required=False)
    return Scenario(
        f"client-certificate-requested-{name}", f"asks for a client certificate, by TLS {name}", service, expected
    )


_OLD = cannot_shake_hands(_CODE.PROTOCOL_VERSION, _all_but(GNUTLS))
"""All but GnuTLS, which still takes TLS 1.0: OpenSSL at level 2 takes no signature with SHA-1."""
_SMALL_DH = {
    **cannot_shake_hands(_CODE.WEAK_DH_KEY, OPENSSL),
    **cannot_shake_hands(_CODE.NO_SHARED_CIPHER, (GO, RUSTLS)),
}
"""Go and rustls have no finite-field exchange; GnuTLS NORMAL and Java take 1024 bits."""

HANDSHAKES = (
    Scenario("tls-1.0-only", "knows TLS 1.0 alone", limited_tls.TLS_1_0, _some(FindingCode.OLD_TLS, _OLD)),
    Scenario("tls-1.1-only", "knows TLS 1.1 alone", limited_tls.TLS_1_1, _some(FindingCode.OLD_TLS, _OLD)),
    Scenario(
        "rsa-key-exchange-only",
        "has no forward secrecy: RSA key exchange alone",
        limited_tls.RSA_KEY_EXCHANGE,
        _some(FindingCode.OLD_CIPHER, cannot_shake_hands(_CODE.NO_SHARED_CIPHER, (*PYTHON, RUSTLS))),
    ),
    Scenario(
        "cbc-sha1-only",
        "has one cipher suite, ECDHE-RSA-AES128-SHA",
        limited_tls.LimitedTls(VERSION.TLSv1_2, "ECDHE-RSA-AES128-SHA", rsa=True),
        _some(FindingCode.OLD_CIPHER, cannot_shake_hands(_CODE.NO_SHARED_CIPHER, (*PYTHON, RUSTLS))),
    ),
    Scenario("small-dh", "has a DH key of 1024 bits", limited_tls.SMALL_DH, _some(FindingCode.OLD_CIPHER, _SMALL_DH)),
    Scenario(
        "no-secure-renegotiation",
        "does not know RFC 5746",
        limited_tls.NoSecureRenegotiation(),
        _some(FindingCode.NO_SECURE_RENEGOTIATION, cannot_shake_hands(_CODE.LEGACY_RENEGOTIATION, OPENSSL)),
    ),
    _requested("1.2", VERSION.TLSv1_2),
    _requested("1.3", VERSION.TLSv1_3),
    _required("1.2", VERSION.TLSv1_2),
    _required("1.3", VERSION.TLSv1_3),
    Scenario(
        "client-certificate",
        "shows its chain, then denies access",
        BrokenOff(),
        _refused(FindingCode.CLIENT_CERTIFICATE, blame=Blame.SERVER, code=_CODE.HANDSHAKE_FAILURE),
    ),
)
"""What every OpenSSL can serve."""

_NO_ML_DSA = cannot_shake_hands(_CODE.UNSUPPORTED_ALGORITHM, _all_but(RUSTLS))

NEWER_HANDSHAKES = (
    Scenario(
        "mlkem-only",
        "takes the group X25519MLKEM768 alone",
        limited_tls.only_group("X25519MLKEM768"),
        _some(
            FindingCode.UNSUPPORTED_GROUP, cannot_shake_hands(_CODE.NO_SHARED_GROUP, _all_but(RUSTLS)), Blame.CLIENT
        ),
    ),
    Scenario(
        "mldsa-leaf",
        "has a key of ML-DSA-65",
        limited_tls.ML_DSA_LEAF,
        _some(FindingCode.UNSUPPORTED_ALGORITHM, _NO_ML_DSA, Blame.CLIENT),
    ),
)
"""What needs the OpenSSL of a newer pyOpenSSL; served when they are named alone."""

SCENARIOS: ScenarioGroups = {ScenarioGroup.ODD: HANDSHAKES, ScenarioGroup.POST_QUANTUM: NEWER_HANDSHAKES}
