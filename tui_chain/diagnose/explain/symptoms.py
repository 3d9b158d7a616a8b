"""What error texts say, and why: each symptom with its causes, the likeliest first."""

from __future__ import annotations

from tui_chain.core.finding_codes import FindingCode
from tui_chain.diagnose.explain import causes as why
from tui_chain.diagnose.explain.explanation import Cause, Symptom

UNKNOWN_ISSUER = Symptom(
    "unknown-issuer",
    "The client could not build a path from the server's certificate to a root that it trusts.",
    (why.FORGOTTEN, why.PRIVATE_ROOT, why.PROXY, why.SETTINGS, why.OTHER_STORE, why.ONE_OF_MANY, why.OLD_STORE),
)
ROOT_IN_CHAIN = Symptom(
    "untrusted-root-in-chain",
    "The server sent its root as well, and the client does not trust that root.",
    (why.PROXY, why.PRIVATE_ROOT, why.SETTINGS, why.OLD_STORE),
)
SELF_SIGNED = Symptom(
    "self-signed",
    "The server's certificate is signed by itself.",
    (why.SELF_SIGNED, why.NO_SNI, why.PROXY),
)
HALF_BUNDLE = Symptom(
    "root-missing-in-bundle",
    "An issuer was found in the trust store, but not the root above it.",
    (why.NO_ROOT_IN_BUNDLE, why.FORGOTTEN_HIGHER, why.SETTINGS),
)
EXPIRED = Symptom(
    "expired", "A certificate of the path has expired.", (why.EXPIRED_LEAF, why.EXPIRED_ABOVE, why.RELOAD, why.CLOCK)
)
NOT_YET = Symptom("not-yet-valid", "A certificate of the path is not valid yet.", (why.CLOCK, why.STARTS_LATER))
TIME = Symptom(
    "wrong-time",
    "A certificate has expired or is not valid yet.",
    (why.EXPIRED_LEAF, why.EXPIRED_ABOVE, why.CLOCK, why.RELOAD),
)
HOST = Symptom(
    "host-mismatch",
    "The certificate does not cover the host name that the client asked for.",
    (why.OTHER_NAME, why.NO_SNI, why.REDIRECTED, why.COMMON_NAME, why.ONE_OF_MANY),
)
IP = Symptom("ip-mismatch", "The certificate does not cover the IP address.", (why.IP_NAME, why.OTHER_NAME))
NO_SAN = Symptom(
    "no-san", "The certificate has no subjectAltName, and clients no longer read the common name.", (why.COMMON_NAME,)
)
NOT_TLS = Symptom("no-tls", "What answered was not TLS.", (why.PLAIN, why.PROXY_SCHEME, why.STARTTLS))
NAME_ALERT = Symptom("alert-unrecognized-name", "The server refused the name.", (why.WRONG_SNI, why.ONE_OF_MANY))
VERSION = Symptom(
    "protocol-version", "The client and the server have no TLS version in common.", (why.VERSIONS, why.PLAIN)
)
HANDSHAKE = Symptom(
    "handshake-failure", "The server ended the handshake.", (why.CIPHERS, why.WANTS_CLIENT, why.WRONG_SNI)
)
CLIENT_CERTIFICATE = Symptom("client-certificate", "The server wants a client certificate.", (why.WANTS_CLIENT,))
ENDED = Symptom(
    "connection-cut",
    "The connection ended in the middle of the handshake.",
    (why.CUT, why.PLAIN, why.WRONG_SNI, why.WANTS_CLIENT),
)
LEGACY = Symptom(
    "legacy-renegotiation",
    "The server does not know secure renegotiation, which OpenSSL 3 insists on.",
    (Cause(FindingCode.TLS, "The server, or a proxy in between, is very old.", why.CHECK), why.PROXY),
)
WEAK = Symptom(
    "weak-crypto",
    "A key or signature of the server is weaker than this client's OpenSSL allows.",
    (
        Cause(FindingCode.WEAK_KEY, "A key of the path is too small.", why.CHECK),
        Cause(FindingCode.WEAK_SIGNATURE, "A certificate of the path is signed with SHA-1 or MD5.", why.CHECK),
        Cause(
            FindingCode.TLS,
            "The server's key exchange (Diffie-Hellman) is too small.",
            "openssl s_client -connect {host}:443",
        ),
    ),
)


def _strict(code: FindingCode, words: str) -> Symptom:
    causes = (Cause(code, words, why.CHECK), why.PROXY, why.PRIVATE_ROOT)
    return Symptom(code, "Python from 3.13 on insists on a form that a certificate of the path breaks.", causes)


NO_AKI = _strict(FindingCode.STRICT_AKI, "A certificate lacks the authority key identifier.")
NO_SKI = _strict(FindingCode.STRICT_SKI, "A CA certificate lacks the subject key identifier.")
NOT_CRITICAL = _strict(FindingCode.STRICT_CRITICALITY, "The basic constraints of a CA are not marked critical.")
NO_USAGE = _strict(FindingCode.STRICT_KEY_USAGE, "A CA certificate says nothing of its key usage.")

PURPOSE = Symptom(
    "purpose",
    "A certificate of the path is not for TLS servers.",
    (Cause(FindingCode.PURPOSE, "A client or e-mail certificate is installed at the server.", why.CHECK),),
)
BAD_CA = Symptom(
    "invalid-ca",
    "A certificate of the path may not sign others.",
    (
        Cause(FindingCode.NOT_A_CA, "An issuer is no CA, or does not say so.", why.CHECK),
        Cause(FindingCode.LEAF_AS_ISSUER, "A server's certificate was used to sign another.", why.CHECK),
        Cause(FindingCode.PATH_LENGTH, "There are more CAs below one than it allows.", why.CHECK),
    ),
)
CONSTRAINED = Symptom(
    "name-constraints",
    "A CA of the path may not issue for this name.",
    (Cause(FindingCode.NAME_CONSTRAINTS, "The CA is limited to other domains.", why.CHECK),),
)
CRITICAL = Symptom(
    "critical-extension",
    "A certificate has a critical extension that the client does not know.",
    (
        Cause(
            FindingCode.CRITICAL_EXTENSION, "The authority put a rare extension in and marked it critical.", why.CHECK
        ),
    ),
)
REVOKED = Symptom("revoked", "The client was told that the certificate is revoked.", (why.REVOKED,))
STAPLE = Symptom(
    "revocation-unknown",
    "The client wants to know whether the certificate is revoked and gets no good answer.",
    (
        Cause(
            FindingCode.MUST_STAPLE_MISSING,
            "The server does not staple, or staples an old answer.",
            "tlschain check --revocation {host}",
        ),
        why.RESPONDER,
    ),
)
CRL = Symptom(
    "crl",
    "The client looks into CRLs, and has none in force for a certificate of the chain.",
    (
        Cause(None, "A CRL of its file has ended, or the file has none for this host.", "tlschain audit FILE"),
        Cause(None, "Newer CRLs are to be had.", "tlschain refresh --write FILE"),
        Cause(None, "Python 3.13 checks no chain as long as PARTIAL_CHAIN is set.", "tlschain advise --bundle FILE"),
    ),
)
BAD_BUNDLE = Symptom(
    "bundle-unusable",
    "The client could not read its own file of trusted certificates; the server has no part in this.",
    (
        Cause(None, "The path in a setting or environment variable is wrong, or the file is gone.", "{store}"),
        Cause(None, "The file is not PEM, or a block in it is broken.", "openssl storeutl -noout -certs FILE"),
        Cause(None, "The package of CA certificates is not installed.", "ls -l /etc/ssl/certs/ca-certificates.crt"),
    ),
)
NAME = Symptom("name", "The name could not be looked up.", (why.NO_SUCH_NAME, why.RESOLVER))
REFUSED = Symptom("refused", "The connection was refused.", (why.NOT_LISTENING, why.PROXY_SCHEME))
TIMEOUT = Symptom("timeout", "No answer came in time.", (why.DROPPED, why.PLAIN))
TUNNEL = Symptom(
    "proxy-refuses",
    "The proxy did not let the connection through; the server was not reached.",
    (Cause(None, "The proxy asks for a login, or forbids the host.", "env | grep -i _proxy"),),
)
CONTEXT_AS_VERIFY = Symptom(
    "context-as-verify",
    "requests takes a file name or a boolean for verify=, not an SSLContext.",
    (
        Cause(
            None,
            "Mount an HTTPAdapter that passes ssl_context to its pool manager.",
            "tlschain fix {host} -o bundle.pem",
        ),
    ),
)
NO_SSL_MODULE = Symptom(
    "no-ssl-module",
    "This Python was built without its ssl module, so that no HTTPS works at all.",
    (
        Cause(
            None,
            "OpenSSL's headers were missing when Python was built.",
            "python -c 'import ssl; print(ssl.OPENSSL_VERSION)'",
        ),
    ),
)
TOO_LARGE = Symptom(
    "chain-too-large",
    "The server sends more certificates than the client takes.",
    (Cause(FindingCode.CHAIN_TOO_LARGE, "A whole CA bundle is installed as the server's chain.", why.CHECK),),
)
GENERAL = Symptom(
    "verify-failed",
    "The client did not accept the server's certificate and does not say why.",
    (why.FORGOTTEN, why.PROXY, why.PRIVATE_ROOT, why.OTHER_NAME, why.EXPIRED_LEAF, why.SETTINGS),
)
