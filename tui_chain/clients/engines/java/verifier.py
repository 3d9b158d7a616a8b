"""Model of Java 17: the default PKIX trust manager of OpenJDK, with the host check of HttpsURLConnection.

Read in OpenJDK 17.0.21 (sun.security.validator, sun.security.provider.certpath, sun.security.x509), measured with
17.0.15 and 17.0.21. Those differ in name constraints, where the model refuses what one of them does. Where Java's own
answer changes from run to run, by the identity hashes of its objects, the model refuses and says so. Codes, each the
name of the exception or the first words of the message that Java prints:

| code | meaning |
|---|---|
| `trust store` | the trust file cannot be read, or has no certificate |
| `CertificateParsingException` | a served certificate cannot be read |
| `SSLProtocolException` | more certificates, or more bytes of them, than Java takes |
| `PKIX path building failed` | no path to an anchor holds |
| `PKIX path validation failed` | the path in the served order does not hold |
| `CertificateExpiredException`, `CertificateNotYetValidException` | the time is outside of a validity |
| `TrustAnchor is not a CA certificate` | the path ends at a certificate that may not be an anchor |
| `Extended key usage`, `KeyUsage`, `Netscape cert type` | the leaf may not be a TLS server's |
| `HostnameMismatch` | the leaf does not stand for the host |
| `SSLHandshakeException` | the leaf's key is of no use to Java |
| `RuntimeException` | Java's own check breaks off |

Not modelled: what depends on the JDK's own cacerts file (SHA-1 below its roots, wildcards of public suffixes).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property

from tui_chain.clients.engines.java import extensions as ext
from tui_chain.clients.engines.java.certificate import JavaCertificate, read_certificate
from tui_chain.clients.engines.java.constraints import AddedNames
from tui_chain.clients.engines.java.hostnames import check_host
from tui_chain.clients.engines.java.keys import proves_itself
from tui_chain.clients.engines.java.paths import check_path
from tui_chain.clients.engines.java.refusal import JavaUnreadable, Refusal
from tui_chain.clients.engines.java.trust_file import JavaAnchors, read_store
from tui_chain.clients.engines.raw_certificate import raw_certificate
from tui_chain.clients.verdict import ACCEPTED, Verdict, refused
from tui_chain.x509.faults import Fault, attempt

_MAX_CERTIFICATES, _MAX_MESSAGE = 10, 32768
"""jdk.tls.maxCertificateChainLength, and jdk.tls.maxHandshakeMessageSize in octets."""
_SERVER_USAGES = frozenset({"1.3.6.1.5.5.7.3.1", "2.5.29.37.0", "1.3.6.1.4.1.311.10.3.3", "2.16.840.1.113730.4.1"})
"""serverAuth, anyExtendedKeyUsage, and the Server Gated Cryptography of Microsoft and Netscape."""
_DIGITAL_SIGNATURE, _NETSCAPE_SERVER = 0, 1


class JavaVerifier:
    """Judges served chains as a Java 17 client with this trust file does."""

    def __init__(self, trust: bytes) -> None:
        self._trust = trust

    @cached_property
    def _anchors(self) -> JavaAnchors | str:
        try:
            return read_store(self._trust)
        except JavaUnreadable as error:
            return str(error)

    def verify(self, served: Sequence[bytes], host: str, at: datetime) -> Verdict:
        """Return the verdict on `served` (DER, leaf first, in the order sent) for `host` at the aware time `at`."""
        found = attempt("chain", lambda: self._verdict(served, host, at))
        return refused("RuntimeException", found.reason) if isinstance(found, Fault) else found

    def _verdict(self, served: Sequence[bytes], host: str, at: datetime) -> Verdict:
        anchors = self._anchors
        if isinstance(anchors, str):
            return refused("trust store", f"the trust file cannot be read: {anchors}")
        if not anchors:
            return refused("trust store", "the trust file has no certificate")
        try:
            _judge(served, anchors, host, at)
        except Refusal as error:
            return refused(error.code, error.error, error.certificate)
        return ACCEPTED


def _judge(served: Sequence[bytes], anchors: JavaAnchors, host: str, at: datetime) -> None:
    _check_sizes(served)
    chain = tuple(map(_served_certificate, served))
    leaf = chain[0]
    added: AddedNames = {}
    if leaf not in anchors:
        check_path(chain, anchors, at, added)
        _check_server(leaf)
    check_host(host, leaf, added.get(leaf, ()))
    if not proves_itself(leaf.fields):
        raise Refusal("SSLHandshakeException", "Java can use no key of its kind in a handshake", leaf.sha256)


def _check_sizes(served: Sequence[bytes]) -> None:
    if not served:
        raise Refusal("SSLProtocolException", "the server sends no certificate")
    if len(served) > _MAX_CERTIFICATES:
        raise Refusal("SSLProtocolException", f"the server sends more than {_MAX_CERTIFICATES} certificates")
    if sum(len(der) + 5 for der in served) + 4 > _MAX_MESSAGE:
        raise Refusal("SSLProtocolException", f"the server sends more than {_MAX_MESSAGE} bytes of certificates")


def _served_certificate(der: bytes) -> JavaCertificate:
    try:
        return read_certificate(der)
    except JavaUnreadable as error:
        text = f"Java cannot read it: {error}"
        raise Refusal("CertificateParsingException", text, raw_certificate(der).sha256) from error


def _check_server(leaf: JavaCertificate) -> None:
    """EndEntityChecker.checkTLSServer, for a handshake in which the leaf's key signs."""
    if leaf.key_usage is not None and not leaf.key_usage[_DIGITAL_SIGNATURE]:
        raise Refusal("KeyUsage", "its keyUsage does not allow digital signatures", leaf.sha256)
    if leaf.usages is not None and not leaf.usages & _SERVER_USAGES:
        raise Refusal("Extended key usage", "its extended key usage does not allow TLS servers", leaf.sha256)
    netscape = leaf.values.get(ext.NETSCAPE_TYPE)
    if isinstance(netscape, tuple) and not netscape[_NETSCAPE_SERVER]:
        raise Refusal("Netscape cert type", "its Netscape certificate type does not allow TLS servers", leaf.sha256)
