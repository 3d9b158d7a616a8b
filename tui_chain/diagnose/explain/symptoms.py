"""What error texts say: each symptom with its causes, the likeliest first, and the fact that decides between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tui_chain.clients.cause_codes import CauseCode as Code
from tui_chain.clients.errors import ErrorKind as Kind
from tui_chain.clients.errors import Speaker


@dataclass(frozen=True)
class Symptom:
    """What an error text says, whatever the client: its name, one sentence, its causes, the likeliest first.

    `fact` is what a text cannot tell and what decides between the first causes; empty where nothing single does.
    """

    name: str
    message: str
    causes: tuple[Code, ...]
    fact: str = ""
    speaker: Speaker = Speaker.OWN


_SENT = "Whether the server sends its intermediate decides, and whether the root is a public one."
_WHOSE = "The name of the root in the chain decides: a product's, the company's own, or a public one."
_WHICH = "Which certificate has expired decides: the server's own, or one above it."
_SERVED = "The certificates that the server sends decide."
_ANYTHING = (
    Code.MISSING_ISSUER,
    Code.UNTRUSTED_ROOT,
    Code.INTERCEPTION_LIKELY,
    Code.SELF_SIGNED,
    Code.EXPIRED,
    Code.HOST_MISMATCH,
    Code.OTHER_STORE,
)
_STRICT = "A certificate of the path breaks a rule of form on which Python insists from 3.13 on."


def _symptom(
    kind: Kind, message: str, causes: tuple[Code, ...], fact: str = "", *, speaker: Speaker = Speaker.OWN
) -> tuple[Kind, Symptom]:
    return kind, Symptom(kind.value, message, causes, fact, speaker)


SYMPTOMS: Final[Mapping[Kind, Symptom]] = dict(
    (
        _symptom(
            Kind.CONTEXT_AS_VERIFY,
            "requests takes a file name or a boolean for verify=, not an SSLContext.",
            (Code.WRONG_ARGUMENT,),
            speaker=Speaker.FILE,
        ),
        _symptom(
            Kind.NO_SSL_MODULE,
            "This Python has no working ssl module, so that no HTTPS works at all.",
            (Code.RUNTIME_FAULT,),
            speaker=Speaker.FILE,
        ),
        _symptom(
            Kind.RUNTIME,
            "The TLS library of the program fails by itself.",
            (Code.RUNTIME_FAULT,),
            speaker=Speaker.FILE,
        ),
        _symptom(
            Kind.WINDOWS_STORE,
            "Python could not load a certificate of the Windows store; no server has a part in it.",
            (Code.WINDOWS_STORE, Code.RUNTIME_FAULT),
            speaker=Speaker.FILE,
        ),
        _symptom(
            Kind.OWN_WEAK,
            "The client's own certificate was refused by its own TLS library.",
            (Code.OWN_CERTIFICATE_WEAK,),
            speaker=Speaker.FILE,
        ),
        _symptom(
            Kind.OWN_UNUSABLE,
            "The client's own certificate or key could not be used.",
            (Code.CLIENT_CERTIFICATE, Code.OWN_CERTIFICATE_WEAK),
            speaker=Speaker.FILE,
        ),
        _symptom(
            Kind.PROXY_LOGIN,
            "The proxy wants a login; the server was not reached.",
            (Code.PROXY_AUTH, Code.PROXY_REFUSED),
            speaker=Speaker.PROXY,
        ),
        _symptom(
            Kind.PROXY_UNREACHABLE,
            "The proxy of the settings did not answer; the server was not reached.",
            (Code.PROXY_UNREACHABLE, Code.REFUSED),
            "Whether the address is that of a proxy decides: look at the settings.",
            speaker=Speaker.PROXY,
        ),
        _symptom(
            Kind.PROXY_SCHEME,
            "TLS was spoken to a proxy that speaks plain HTTP.",
            (Code.PROXY_SCHEME, Code.NO_TLS),
            "Whether the address of the proxy begins with https:// decides.",
            speaker=Speaker.PROXY,
        ),
        _symptom(
            Kind.PROXY_REFUSES,
            "The proxy did not let the connection through; the server was not reached.",
            (Code.PROXY_REFUSED, Code.PROXY_AUTH, Code.PROXY_UNREACHABLE),
            "The proxy's answer decides: 407 is a login, 403 a rule, 502 and 503 the network behind it.",
            speaker=Speaker.PROXY,
        ),
        _symptom(
            Kind.NO_CA_STORE,
            "The client has no CA certificates at all.",
            (Code.NO_CA_STORE, Code.CA_FILE),
            speaker=Speaker.FILE,
        ),
        _symptom(
            Kind.BAD_BUNDLE,
            "The client could not read its own file of trusted certificates; the server has no part in this.",
            (Code.CA_FILE, Code.NO_CA_STORE),
            "Whether a setting names the file decides; otherwise the package of CA certificates is missing.",
            speaker=Speaker.FILE,
        ),
        _symptom(Kind.NO_AKI, _STRICT, (Code.STRICT_AKI, Code.INTERCEPTION_LIKELY, Code.UNTRUSTED_ROOT)),
        _symptom(Kind.NO_SKI, _STRICT, (Code.STRICT_SKI, Code.INTERCEPTION_LIKELY, Code.UNTRUSTED_ROOT)),
        _symptom(
            Kind.NOT_CRITICAL, _STRICT, (Code.STRICT_CRITICALITY, Code.INTERCEPTION_LIKELY, Code.UNTRUSTED_ROOT)
        ),
        _symptom(Kind.NO_USAGE, _STRICT, (Code.STRICT_KEY_USAGE, Code.INTERCEPTION_LIKELY, Code.UNTRUSTED_ROOT)),
        _symptom(Kind.STRICT_FORM, _STRICT, (Code.STRICT_FORM, Code.INTERCEPTION_LIKELY)),
        _symptom(Kind.REVOKED, "The client found that the certificate is revoked.", (Code.REVOKED,)),
        _symptom(
            Kind.REVOCATION_UNREACHABLE,
            "The client wants to know whether the certificate is revoked and gets no answer.",
            (Code.REVOCATION_UNREACHABLE, Code.INTERCEPTION_LIKELY, Code.STAPLE_MISSING),
        ),
        _symptom(
            Kind.STAPLE,
            "The client wants an OCSP answer from the server itself and gets no good one.",
            (Code.STAPLE_MISSING, Code.REVOCATION_UNREACHABLE),
        ),
        _symptom(
            Kind.CRL,
            "The client looks into CRLs, and has none in force for a certificate of the chain.",
            (Code.REVOCATION_UNREACHABLE, Code.CRL_MISSING),
        ),
        _symptom(Kind.WEAK_DH, "The server's key exchange is weaker than this client allows.", (Code.WEAK_DH,)),
        _symptom(
            Kind.WEAK_KEY,
            "A key of the path is weaker than this client allows.",
            (Code.WEAK_KEY, Code.WEAK_SIGNATURE),
        ),
        _symptom(
            Kind.WEAK_SIGNATURE,
            "A signature of the path is weaker than this client allows.",
            (Code.WEAK_SIGNATURE, Code.WEAK_KEY),
        ),
        _symptom(
            Kind.WEAK,
            "A key or signature of the path is weaker than this client allows.",
            (Code.WEAK_SIGNATURE, Code.WEAK_KEY, Code.INTERCEPTION_LIKELY),
        ),
        _symptom(
            Kind.PATH_LENGTH,
            "There are more CA certificates below one than it allows.",
            (Code.PATH_LENGTH, Code.NOT_A_CA),
        ),
        _symptom(
            Kind.LEAF_AS_ISSUER, "A server's certificate was used as an issuer.", (Code.LEAF_AS_ISSUER, Code.NOT_A_CA)
        ),
        _symptom(
            Kind.BAD_CA,
            "A certificate of the path may not sign others.",
            (Code.NOT_A_CA, Code.LEAF_AS_ISSUER, Code.PATH_LENGTH),
            "What the issuer is decides: a CA without the right extensions, or a server's certificate.",
        ),
        _symptom(Kind.CONSTRAINED, "A CA of the path may not issue for this name.", (Code.NAME_CONSTRAINTS,)),
        _symptom(
            Kind.CRITICAL,
            "A certificate has a critical extension that the client does not know.",
            (Code.CRITICAL_EXTENSION,),
        ),
        _symptom(Kind.PURPOSE, "A certificate of the path is not for TLS servers.", (Code.PURPOSE,)),
        _symptom(
            Kind.EXPIRED,
            "A certificate of the path has expired.",
            (Code.EXPIRED, Code.CA_EXPIRED, Code.OLD_ONE_SERVED, Code.CLOCK_WRONG),
            _WHICH,
        ),
        _symptom(
            Kind.NOT_YET,
            "A certificate of the path is not valid yet.",
            (Code.NOT_YET_VALID, Code.CLOCK_WRONG),
            "The clock of this machine decides.",
        ),
        _symptom(
            Kind.TIME,
            "A certificate has expired or is not valid yet.",
            (Code.EXPIRED, Code.CA_EXPIRED, Code.CLOCK_WRONG, Code.NOT_YET_VALID),
            "The dates of the certificates and the clock of this machine decide.",
        ),
        _symptom(
            Kind.NO_SAN,
            "The certificate has no subjectAltName, and clients do not read the common name.",
            (Code.NO_SAN, Code.HOST_MISMATCH),
        ),
        _symptom(
            Kind.IP, "The certificate does not cover the IP address.", (Code.IP_NOT_COVERED, Code.HOST_MISMATCH)
        ),
        _symptom(
            Kind.HOST,
            "The certificate does not cover the host name that the client asked for.",
            (Code.HOST_MISMATCH, Code.NO_SNI, Code.INTERCEPTION_LIKELY, Code.ONE_OF_MANY, Code.NO_SAN),
            "The names in the certificate decide, and whether the server sends another one with the name (SNI).",
        ),
        _symptom(
            Kind.REJECTED, "The trust store rejects a certificate of the path.", (Code.REJECTED, Code.UNTRUSTED_ROOT)
        ),
        _symptom(
            Kind.ROOT_IN_CHAIN,
            "The server sent its root as well, and the client does not trust that root.",
            (Code.UNTRUSTED_ROOT, Code.INTERCEPTION_LIKELY, Code.OTHER_STORE, Code.OLD_STORE),
            _WHOSE,
        ),
        _symptom(
            Kind.SELF_SIGNED,
            "The server's certificate is signed by itself.",
            (Code.SELF_SIGNED, Code.NO_SNI, Code.INTERCEPTION_LIKELY),
            "Whose certificate it is decides: the server's own, a default one, or one of somebody in between.",
        ),
        _symptom(
            Kind.HALF_BUNDLE,
            "An issuer was found in the trust store, but not the root above it.",
            (Code.INCOMPLETE_BUNDLE, Code.OLD_STORE, Code.MISSING_ISSUER),
            "What the client's own file holds decides.",
        ),
        _symptom(
            Kind.FIRST_UNVERIFIED,
            "The server sent one certificate, and the client has no issuer for it.",
            (Code.MISSING_ISSUER, Code.UNTRUSTED_ROOT, Code.INTERCEPTION_LIKELY, Code.OTHER_STORE),
            _SENT,
        ),
        _symptom(
            Kind.ROOT_UNKNOWN,
            "The server sent its chain, and the client does not trust the root above it.",
            (Code.INTERCEPTION_LIKELY, Code.UNTRUSTED_ROOT, Code.CA_FILE, Code.OTHER_STORE, Code.MISSING_ISSUER),
            _WHOSE,
        ),
        _symptom(
            Kind.UNKNOWN_ISSUER,
            "The client could not build a path from the server's certificate to a root that it trusts.",
            (
                Code.MISSING_ISSUER,
                Code.UNTRUSTED_ROOT,
                Code.INTERCEPTION_LIKELY,
                Code.OTHER_STORE,
                Code.CA_FILE,
                Code.SELF_SIGNED,
            ),
            _SENT,
        ),
        _symptom(
            Kind.BAD_SIGNATURE,
            "A signature of the path does not verify with the key that the client took for the issuer's.",
            (Code.UNTRUSTED_ROOT, Code.NAMESAKE, Code.INTERCEPTION_LIKELY),
            "Whether two CAs have one name decides.",
        ),
        _symptom(
            Kind.MALFORMED,
            "The client could not read a certificate of the chain.",
            (Code.RUNTIME_FAULT, Code.MALFORMED),
        ),
        _symptom(
            Kind.PINNED,
            "The client expects another certificate or key than the server has.",
            (Code.INTERCEPTION_LIKELY, Code.PINNED),
            _WHOSE,
        ),
        _symptom(Kind.TOO_LARGE, "The server sends too many certificates for the client.", (Code.CHAIN_TOO_LARGE,)),
        _symptom(
            Kind.CLIENT_CERTIFICATE,
            "The server wants a certificate of the client, or refused the one it got.",
            (Code.CLIENT_CERTIFICATE, Code.UNTRUSTED_ROOT),
            "Whether this text is from the client, or from a server about one, decides.",
            speaker=Speaker.ALERT,
        ),
        _symptom(
            Kind.ACCESS_DENIED,
            "The peer denied access.",
            (Code.ALERT_ACCESS_DENIED, Code.CLIENT_CERTIFICATE),
            speaker=Speaker.ALERT,
        ),
        _symptom(
            Kind.NAME_ALERT,
            "The server refused the name.",
            (Code.ALERT_UNRECOGNIZED_NAME, Code.ONE_OF_MANY),
            speaker=Speaker.ALERT,
        ),
        _symptom(
            Kind.VERSION,
            "The client and the server have no TLS version in common.",
            (Code.ALERT_PROTOCOL_VERSION, Code.NO_TLS),
            speaker=Speaker.ALERT,
        ),
        _symptom(
            Kind.INTERNAL,
            "The server ended the handshake with an error of its own.",
            (Code.ALERT_INTERNAL_ERROR, Code.ALERT_ACCESS_DENIED, Code.ALERT_UNRECOGNIZED_NAME),
            "The server's own log decides.",
            speaker=Speaker.ALERT,
        ),
        _symptom(
            Kind.HANDSHAKE,
            "The server ended the handshake: it found nothing in common with this client.",
            (
                Code.ALERT_HANDSHAKE_FAILURE,
                Code.CLIENT_CERTIFICATE,
                Code.ALERT_PROTOCOL_VERSION,
                Code.ALERT_UNRECOGNIZED_NAME,
            ),
            "Whether the server asks for a client certificate decides.",
            speaker=Speaker.ALERT,
        ),
        _symptom(
            Kind.NO_ALPN,
            "The server knows none of the protocols that the client offers.",
            (Code.ALERT_NO_ALPN,),
            speaker=Speaker.ALERT,
        ),
        _symptom(
            Kind.OTHER_ALERT,
            "The peer ended the handshake with an alert.",
            (Code.RUNTIME_FAULT, Code.ALERT_HANDSHAKE_FAILURE, Code.ALERT),
            "The alert's own name and the peer's log decide.",
            speaker=Speaker.ALERT,
        ),
        _symptom(
            Kind.LEGACY,
            "The server does not know secure renegotiation, on which OpenSSL insists from 3.0 on.",
            (Code.LEGACY_RENEGOTIATION, Code.INTERCEPTION_LIKELY),
        ),
        _symptom(Kind.PLAIN_HTTP, "Plain HTTP and TLS met on one port.", (Code.NO_TLS, Code.PROXY_SCHEME)),
        _symptom(
            Kind.NOT_TLS,
            "What answered was not TLS.",
            (Code.NO_TLS, Code.STARTTLS_PORT, Code.PROXY_SCHEME),
            "The first bytes of the answer decide: HTTP, a greeting of mail or databases, or a proxy's answer.",
        ),
        _symptom(
            Kind.NAME, "The name could not be looked up.", (Code.NAME, Code.PROXY_UNREACHABLE), speaker=Speaker.NAME
        ),
        _symptom(
            Kind.REFUSED,
            "The connection was refused.",
            (Code.REFUSED, Code.PROXY_UNREACHABLE),
            "Whether the address is that of a proxy decides.",
            speaker=Speaker.CONNECT,
        ),
        _symptom(
            Kind.TIMEOUT,
            "No answer came in time.",
            (Code.TIMEOUT, Code.PROXY_UNREACHABLE, Code.NO_TLS),
            speaker=Speaker.CONNECT,
        ),
        _symptom(
            Kind.ENDED_AFTER,
            "The peer cut the connection after its part of the handshake.",
            (Code.CLIENT_CERTIFICATE, Code.RESET),
            "Whether the server asks for a client certificate decides.",
            speaker=Speaker.CONNECT,
        ),
        _symptom(
            Kind.ENDED,
            "The connection ended in the middle of the handshake.",
            (Code.RESET, Code.NO_TLS, Code.ALERT_UNRECOGNIZED_NAME, Code.CLIENT_CERTIFICATE),
            "Whether the connection is cut from every network decides.",
            speaker=Speaker.CONNECT,
        ),
        _symptom(
            Kind.UNREACHABLE,
            "There is no route to the host.",
            (Code.UNREACHABLE, Code.TIMEOUT),
            speaker=Speaker.CONNECT,
        ),
        _symptom(
            Kind.GENERAL,
            "The client did not accept the server's certificate and does not say why.",
            _ANYTHING,
            _SERVED,
        ),
        _symptom(Kind.VAGUE, "The handshake failed, and the text does not say why.", _ANYTHING, _SERVED),
    )
)
"""Every kind of error with what it means for people."""
