"""From an error text, as a user has it, to its likely causes and the command that decides."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, replace

from tui_chain.core.failure import Failure
from tui_chain.core.finding_codes import FindingCode
from tui_chain.core.text import safe_text
from tui_chain.diagnose.explain import symptoms as symptom
from tui_chain.diagnose.explain.clients import DEFAULT_STORE, client_of, host_of
from tui_chain.diagnose.explain.symptoms import Cause, Symptom
from tui_chain.diagnose.findings.finding import FindingKind
from tui_chain.net.target import Target
from tui_chain.paths.codes import MEANINGS

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


@dataclass(frozen=True)
class Explanation:
    """The answer to a text: the line that told it, who wrote it (or None), of which host (or None), and why.

    The commands of `causes` are ready to run; where the text names no host they say HOST. All is safe text.
    """

    line: str
    client: str | None
    host: str | None
    symptom: Symptom
    causes: tuple[Cause, ...]


MAX_TEXT = 64 * 1024
"""Characters of a text that are read; a traceback's end, where its error stands, comes first."""
MAX_LINE = 2000
"""Characters of one line that are looked at."""
MAX_SHOWN = 400
"""Characters of the line that told it."""


def explain_code(text: str) -> FindingKind | None:
    """The kind of finding with this code, or None."""
    wanted = text.strip().lower()
    code = next((code for code in FindingCode if code == wanted), None)
    if code is None:
        return None
    from tui_chain.diagnose.findings.catalogue import CATALOGUE  # the rules come along, which an error text needs not

    return CATALOGUE[code]


def explain(text: str) -> Explanation | Failure:
    """Say what an error text of any client means and why it may have come; never raises.

    A bare number is OpenSSL's verify code. A text that is not known gives a failure that says what to do.
    """
    given = _with_code(text.strip())
    lines = [line[:MAX_LINE] for line in given[-MAX_TEXT:].splitlines() if line.strip()]
    whole = "\n".join(lines)
    for kind, pattern in PATTERNS:
        found = pattern.search(whole)
        if found is not None:
            line = whole[whole.rfind("\n", 0, found.start()) + 1 :].partition("\n")[0]
            return _explanation(whole, line, kind)
    return Failure(
        "unknown-text",
        "That is no error text of TLS that is known here." if lines else "There is no text to explain.",
        "Give the line with the error itself, or look at the host with `tlschain check HOST`.",
    )


def _with_code(text: str) -> str:
    if not text.isascii() or not text.isdigit() or len(text) > 3:
        return text
    meaning = MEANINGS.get(int(text))
    return f"verify error:num={text}:{meaning.error}" if meaning is not None else text


def _explanation(text: str, line: str, symptom: Symptom) -> Explanation:
    client, host = client_of(text), host_of(text)
    causes = tuple(_ready(symptom.causes, client.store if client else DEFAULT_STORE, host))
    name = client.name if client is not None else None
    told, named = safe_text(line.strip(), MAX_SHOWN), None if host is None else _shown(host)
    return Explanation(told, name, named, symptom, causes)


def _ready(causes: tuple[Cause, ...], store: str, host: Target | None) -> Iterator[Cause]:
    """The causes with their commands filled in; a host's form was checked, so that no shell reads more into it."""
    named = "HOST" if host is None else shlex.quote(_shown(host))
    for cause in causes:
        yield replace(cause, command=cause.command.replace("{store}", store).replace("{host}", named))


def _shown(host: Target) -> str:
    return str(host).removesuffix(":443")
