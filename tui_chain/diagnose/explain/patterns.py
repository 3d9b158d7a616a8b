"""How the clients word their errors: patterns in the order in which they are tried, the most telling first."""

from __future__ import annotations

import re

from tui_chain.diagnose.explain import symptoms as symptom
from tui_chain.diagnose.explain.explanation import Symptom

_TABLE: tuple[tuple[Symptom, str], ...] = (
    (symptom.CONTEXT_AS_VERIFY, r"path should be string, bytes, os\.PathLike or integer, not SSLContext"),
    (symptom.NO_SSL_MODULE, r"ssl module (?:in Python )?is not available|No module named '_ssl'"),
    (
        symptom.TUNNEL,
        r"Tunnel connection failed|CONNECT tunnel failed|Received HTTP code \d+ from proxy|407 Proxy"
        r"|proxy CONNECT aborted|Unable to tunnel through proxy|ProxyError\(",
    ),
    (
        symptom.BAD_BUNDLE,
        r"Could not find a suitable TLS CA certificate bundle|error setting certificate (?:verify|file)"
        r"|error adding trust anchors|trustAnchors parameter must be non-empty|NO_CERTIFICATE_OR_CRL_FOUND"
        r"|no certificate or crl found|\[X509\] PEM lib|NO_START_LINE|no start line|load_verify_locations"
        r"|Ignoring extra certs from|Keystore was tampered|no valid (?:PEM )?certificates? found in|invalid path: "
        r"|CAfile: .*No such file",
    ),
    (symptom.NO_AKI, r"Missing Authority Key Identifier"),
    (symptom.NO_SKI, r"Missing Subject Key Identifier"),
    (symptom.NOT_CRITICAL, r"Basic Constraints of CA cert not marked critical"),
    (symptom.NO_USAGE, r"CA cert does not include key usage extension"),
    (
        symptom.REVOKED,
        r"certificate (?:is |has been |was )?revoked|CERT_REVOKED|CertificateRevokedException|CRYPT_E_REVOKED"
        r"|ERR_CERT_REVOKED",
    ),
    (
        symptom.STAPLE,
        r"CRYPT_E_NO_REVOCATION_CHECK|CRYPT_E_REVOCATION_OFFLINE|0x80092012|0x80092013"
        r"|No OCSP response received|REQUIRED_TLS_FEATURE_MISSING|OCSP response has expired",
    ),
    (
        symptom.CRL,
        r"unable to get certificate CRL|UNABLE_TO_GET_CRL|CRL has expired|CRL_HAS_EXPIRED|CRL is not yet valid"
        r"|CRL_NOT_YET_VALID|CRL signature failure|CRL_SIGNATURE_FAILURE|different CRL scope"
        r"|unhandled critical CRL extension|unable to get CRL issuer certificate",
    ),
    (symptom.EXPIRED, r"current time \S+ is after"),
    (symptom.NOT_YET, r"current time \S+ is before"),
    (symptom.TIME, r"certificate has expired or is not yet valid|SEC_E_CERT_EXPIRED|validity check failed"),
    (
        symptom.EXPIRED,
        r"certificate has expired|certificate expired|CERT_HAS_EXPIRED|CertificateExpiredException|NotAfter:"
        r"|Expired\b.*certificate|certificate.{0,80}has expired|peer certificate: Expired|expired certificate"
        r"|ERR_CERT_DATE_INVALID",
    ),
    (
        symptom.NOT_YET,
        r"not (?:yet )?activated|is not yet valid|CERT_NOT_YET_VALID|CertificateNotYetValidException|NotBefore:"
        r"|NotValidYet|not yet valid",
    ),
    (
        symptom.NO_SAN,
        r"legacy Common Name field|Common Name.{0,40}subjectAltName|no alternative names|NoSubjectAltName"
        r"|certificate is not valid for any names|is not cert's CN",
    ),
    (
        symptom.IP,
        r"IP address mismatch|doesn't contain any IP SANs|No subject alternative names? matching IP"
        r"|does not match target ipv[46] address|No subject alternative names present"
        r"|IP: [0-9a-f.:]+ is not in the cert",
    ),
    (
        symptom.HOST,
        r"hostname mismatch|doesn't match|does not match|ERR_TLS_CERT_ALTNAME_INVALID|altnames"
        r"|No subject alternative DNS name matching|No name matching"
        r"|no alternative certificate subject name matches|is valid for .*, not |not valid for name"
        r"|no certificate subject alternative name matches|ERR_CERT_COMMON_NAME_INVALID|SEC_E_WRONG_PRINCIPAL"
        r"|NotValidForName|certificate's owner does not match",
    ),
    (
        symptom.ROOT_IN_CHAIN,
        r"self.signed certificate in certificate chain|SELF_SIGNED_CERT_IN_CHAIN|num=19\b|SEC_E_UNTRUSTED_ROOT"
        r"|Self-signed certificate encountered",
    ),
    (symptom.SELF_SIGNED, r"self.signed certificate|DEPTH_ZERO_SELF_SIGNED_CERT|num=18\b|self signed"),
    (
        symptom.HALF_BUNDLE,
        r"unable to get issuer certificate|UNABLE_TO_GET_ISSUER_CERT\b(?!_LOCALLY)|num=2\b",
    ),
    (
        symptom.WEAK,
        r"ee key too small|ca key too small|ca md too weak|EE_KEY_TOO_SMALL|CA_MD_TOO_WEAK|key too weak"
        r"|digest algorithm too weak|dh key too small|DH_KEY_TOO_SMALL|insecure algorithm SHA1"
        r"|algorithm constraints check failed|insecure signature algorithm"
        r"|signature algorithm.{0,40}(?:insecure|SHA-?1)|small.{0,10}key|Algorithm constraints"
        r"|internal error.*weak",
    ),
    (
        symptom.PURPOSE,
        r"unsuitable certificate purpose|INVALID_PURPOSE|unsupported certificate purpose|incompatible key usage"
        r"|Extended key usage does not permit|InvalidPurpose|InvalidExtendedKeyUsage",
    ),
    (
        symptom.CONSTRAINED,
        r"permitted subtree violation|excluded subtree violation|is not permitted by any constraint"
        r"|name constraint|name constraints check failed|NameConstraint",
    ),
    (
        symptom.CRITICAL,
        r"unhandled critical extension|unknown critical ext|unrecognized critical extension"
        r"|UnsupportedCriticalExtension",
    ),
    (
        symptom.BAD_CA,
        r"invalid CA certificate|not a CA\b|INVALID_CA|path length constraint exceeded|not authorized to sign"
        r"|PATH_LENGTH_EXCEEDED|signer of .{0,80} was not a CA|basic constraints check failed"
        r"|too many intermediates|issuer is not a CA|CaUsedAsEndEntity|pathLenConstraint",
    ),
    (
        symptom.UNKNOWN_ISSUER,
        r"unable to get local issuer certificate|UNABLE_TO_GET_ISSUER_CERT_LOCALLY|UNABLE_TO_VERIFY_LEAF_SIGNATURE"
        r"|unable to verify the first certificate|unable to verify leaf signature"
        r"|unable to find valid certification path|PKIX path building failed|signed by unknown authority"
        r"|Unable to locally verify the issuer|doesn't have a known issuer|UnknownIssuer|unknown ca\b"
        r"|tlsv1 alert unknown ca|CERT_UNTRUSTED|ERR_CERT_AUTHORITY_INVALID|num=20\b|num=21\b|x509: unhandled"
        r"|CERT_E_UNTRUSTEDROOT|issuer is unknown",
    ),
    (symptom.TOO_LARGE, r"excessive message size"),
    (symptom.LEGACY, r"unsafe legacy renegotiation"),
    (
        symptom.CLIENT_CERTIFICATE,
        r"certificate required|alert bad certificate|bad_certificate|CERTIFICATE_REQUIRED"
        r"|No required SSL certificate was sent",
    ),
    (symptom.NAME_ALERT, r"unrecognized.name|server name sent was not recognized"),
    (
        symptom.VERSION,
        r"alert protocol version|unsupported protocol|UNSUPPORTED_PROTOCOL|No appropriate protocol"
        r"|protocol_version|protocol version not supported|no protocols? (?:in common|available)|wrong ssl version"
        r"|NO_PROTOCOLS_AVAILABLE|VERSION_TOO_LOW|unsupported versions|Error in protocol version",
    ),
    (
        symptom.NOT_TLS,
        r"wrong version number|WRONG_VERSION_NUMBER|first record does not look like a TLS handshake"
        r"|server gave HTTP response to HTTPS client|Unsupported or unrecognized SSL message|unexpected TLS packet"
        r"|packet length too long|PACKET_LENGTH_TOO_LONG|http request\b|unknown protocol|InvalidContentType"
        r"|RECORD_LAYER_FAILURE|record layer failure",
    ),
    (
        symptom.HANDSHAKE,
        r"handshake.failure|Handshake failed|no shared cipher|NO_SHARED_CIPHER|handshake failed:? alert|no cipher",
    ),
    (
        symptom.NAME,
        r"Name or service not known|ENOTFOUND|EAI_AGAIN|no such host|Could not resolve host|nodename nor servname"
        r"|Temporary failure in name resolution|UnknownHostException|getaddrinfo failed|unable to resolve host"
        r"|NameResolutionError|No address associated with hostname",
    ),
    (
        symptom.REFUSED,
        r"Connection refused|ECONNREFUSED|actively refused|ConnectionRefusedError|Couldn't connect to server",
    ),
    (
        symptom.TIMEOUT,
        r"timed out|ETIMEDOUT|i/o timeout|ConnectTimeout|SocketTimeoutException|deadline exceeded"
        r"|ERR_SOCKET_TIMEOUT",
    ),
    (
        symptom.ENDED,
        r"UNEXPECTED_EOF_WHILE_READING|unexpected eof|SSL_ERROR_SYSCALL|Connection reset|ECONNRESET"
        r"|EOF occurred in violation|Remote host terminated the handshake|socket disconnected before secure TLS"
        r"|connection was non-properly terminated|: EOF$|peer closed connection|Connection aborted|socket hang up"
        r"|write:errno=104|Unable to establish SSL",
    ),
    (
        symptom.GENERAL,
        r"CERTIFICATE_VERIFY_FAILED|certificate verify failed|SSL certificate problem|SSLHandshakeException"
        r"|tls: failed to verify certificate|verify error|peer certificate cannot be authenticated"
        r"|certificate_unknown|server certificate verification failed|certificate of .{1,80} is not trusted",
    ),
)

PATTERNS: tuple[tuple[Symptom, re.Pattern[str]], ...] = tuple(
    (found, re.compile(pattern, re.IGNORECASE | re.MULTILINE)) for found, pattern in _TABLE
)
"""Every symptom with what gives it away; 0.1 ms are enough for a text of some lines."""
