"""What clients print of each symptom, with places for the host and port: whole lines as they come."""

from __future__ import annotations

from collections.abc import Mapping

from tui_chain.clients.errors import ErrorKind as Kind

TRUST_FILE = "*  CAfile: {file}\n*  CApath: none\n"
"""What curl -v prints of its trust file before the error."""


_POOL = "HTTPSConnectionPool(host='{host}', port={port}): Max retries exceeded with url: / (Caused by "


def _requests(error: str, cause: str) -> str:
    """What requests prints, without the lines of the traceback above it."""
    return f"requests.exceptions.{error}: {_POOL}{cause})"


def _verify(reason: str) -> str:
    """What requests prints where OpenSSL refuses a certificate."""
    verdict = f"[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: {reason} (_ssl.c:1006)"
    return _requests("SSLError", f"SSLError(SSLCertVerificationError(1, {verdict!r}))")


def _handshake(reason: str) -> str:
    """What requests prints where OpenSSL cannot shake hands."""
    text = f"[SSL: {reason}] {reason.lower().replace('_', ' ')} (_ssl.c:1006)"
    return _requests("SSLError", f"SSLError(SSLError(1, {text!r}))")


def _go(reason: str) -> str:
    return f'Get "https://{{host}}:{{port}}/": {reason}'


def _curl(number: int, reason: str) -> str:
    return f"* Connected to {{host}} (127.0.0.1) port {{port}} (#0)\ncurl: ({number}) {reason}"


TEXTS: Mapping[Kind, str] = {
    Kind.PROXY_LOGIN: _go("Proxy Authentication Required"),
    Kind.PROXY_UNREACHABLE: _requests(
        "ProxyError",
        "ProxyError('Unable to connect to proxy', NewConnectionError('Failed to establish a new connection: "
        "[Errno 111] Connection refused'))",
    ),
    Kind.PROXY_SCHEME: _go("proxyconnect tcp: tls: first record does not look like a TLS handshake"),
    Kind.PROXY_REFUSES: _requests(
        "ProxyError",
        "ProxyError('Unable to connect to proxy', OSError('Tunnel connection failed: 403 Forbidden'))",
    ),
    Kind.NO_CA_STORE: (
        "W: Failed to fetch https://{host}:{port}/debian/dists/bookworm/InRelease  No system certificates available. "
        "Try installing ca-certificates."
    ),
    Kind.BAD_BUNDLE: "fatal: unable to access 'https://{host}:{port}/x.git/': error setting certificate file: {file}",
    Kind.NO_AKI: _verify("Missing Authority Key Identifier"),
    Kind.NO_SKI: _verify("Missing Subject Key Identifier"),
    Kind.NOT_CRITICAL: _verify("Basic Constraints of CA cert not marked critical"),
    Kind.NO_USAGE: _verify("CA cert does not include key usage extension"),
    Kind.STRICT_FORM: _verify("Subject name empty"),
    Kind.REVOKED: _verify("certificate revoked"),
    Kind.REVOCATION_UNREACHABLE: _curl(
        35,
        "schannel: next InitializeSecurityContext failed: CRYPT_E_REVOCATION_OFFLINE (0x80092013) - The revocation "
        "function was unable to check revocation because the revocation server was offline.",
    ),
    Kind.STAPLE: _curl(91, "No OCSP response received"),
    Kind.CRL: _verify("unable to get certificate CRL"),
    Kind.WEAK_DH: _handshake("DH_KEY_TOO_SMALL"),
    Kind.WEAK_KEY: _verify("EE certificate key too weak"),
    Kind.WEAK_SIGNATURE: _verify("CA signature digest algorithm too weak"),
    Kind.WEAK: (
        "https://{host}:{port}/: javax.net.ssl.SSLHandshakeException: java.security.cert.CertificateException: "
        "Certificates do not conform to algorithm constraints"
    ),
    Kind.PATH_LENGTH: _verify("path length constraint exceeded"),
    Kind.LEAF_AS_ISSUER: (
        "error sending request for url (https://{host}:{port}/): invalid peer certificate: "
        "Other(OtherError(EndEntityUsedAsCa))"
    ),
    Kind.BAD_CA: _verify("invalid CA certificate"),
    Kind.CONSTRAINED: _verify("permitted subtree violation"),
    Kind.CRITICAL: _verify("unhandled critical extension"),
    Kind.PURPOSE: _verify("unsuitable certificate purpose"),
    Kind.EXPIRED: _verify("certificate has expired"),
    Kind.NOT_YET: _verify("certificate is not yet valid"),
    Kind.TIME: "GET https://{host}:{port}/ net::ERR_CERT_DATE_INVALID",
    Kind.NO_SAN: _go("x509: certificate relies on legacy Common Name field, use SANs instead"),
    Kind.IP: _verify("IP address mismatch, certificate is not valid for '{host}'."),
    Kind.HOST: _verify("Hostname mismatch, certificate is not valid for '{host}'."),
    Kind.REJECTED: _verify("certificate rejected"),
    Kind.ROOT_IN_CHAIN: _verify("self-signed certificate in certificate chain"),
    Kind.SELF_SIGNED: _verify("self-signed certificate"),
    Kind.HALF_BUNDLE: _verify("unable to get issuer certificate"),
    Kind.FIRST_UNVERIFIED: (
        "$ openssl s_client -connect {host}:{port}\nverify error:num=21:unable to verify the first certificate"
    ),
    Kind.ROOT_UNKNOWN: (
        "npm error code UNABLE_TO_GET_ISSUER_CERT_LOCALLY\nnpm error errno UNABLE_TO_GET_ISSUER_CERT_LOCALLY\n"
        "npm error request to https://{host}:{port}/left-pad failed, reason: unable to get local issuer certificate"
    ),
    Kind.UNKNOWN_ISSUER: _verify("unable to get local issuer certificate"),
    Kind.BAD_SIGNATURE: _verify("certificate signature failure"),
    Kind.MALFORMED: _go("tls: failed to parse certificate from server: x509: negative serial number"),
    Kind.PINNED: _curl(90, "SSL: public key does not match pinned public key"),
    Kind.TOO_LARGE: _handshake("EXCESSIVE_MESSAGE_SIZE"),
    Kind.CLIENT_CERTIFICATE: _handshake("TLSV13_ALERT_CERTIFICATE_REQUIRED"),
    Kind.ACCESS_DENIED: _handshake("TLSV1_ALERT_ACCESS_DENIED"),
    Kind.NAME_ALERT: _handshake("TLSV1_UNRECOGNIZED_NAME"),
    Kind.VERSION: _handshake("TLSV1_ALERT_PROTOCOL_VERSION"),
    Kind.INTERNAL: _handshake("TLSV1_ALERT_INTERNAL_ERROR"),
    Kind.HANDSHAKE: _handshake("SSLV3_ALERT_HANDSHAKE_FAILURE"),
    Kind.NO_ALPN: _go("remote error: tls: no application protocol"),
    Kind.OTHER_ALERT: _handshake("TLSV1_ALERT_DECRYPT_ERROR"),
    Kind.LEGACY: _handshake("UNSAFE_LEGACY_RENEGOTIATION_DISABLED"),
    Kind.PLAIN_HTTP: _go("http: server gave HTTP response to HTTPS client"),
    Kind.NOT_TLS: _handshake("WRONG_VERSION_NUMBER"),
    Kind.NAME: _requests(
        "ConnectionError",
        "NameResolutionError(\"Failed to resolve '{host}' ([Errno -2] Name or service not known)\")",
    ),
    Kind.REFUSED: _requests(
        "ConnectionError",
        "NewConnectionError('Failed to establish a new connection: [Errno 111] Connection refused')",
    ),
    Kind.TIMEOUT: _go("net/http: TLS handshake timeout"),
    Kind.ENDED_AFTER: _curl(55, "Send failure: Broken pipe"),
    Kind.ENDED: _go("EOF"),
    Kind.VAGUE: "botocore.exceptions.SSLError: SSL validation failed for https://{host}:{port}/",
    Kind.GENERAL: (
        "fatal: unable to access 'https://{host}:{port}/x.git/': server certificate verification failed. "
        "CAfile: none CRLfile: none"
    ),
}
"""One text of each symptom that names a host."""
