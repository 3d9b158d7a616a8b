"""What goes wrong before a client fails: each situation with its cause, its server and what the client is given."""

from __future__ import annotations

import ssl
from dataclasses import dataclass

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

from tests.explain.making.machine import HOSTS
from tui_chain.lab.authority import DEFAULT_TEMPLATE, Template, days, key_usage, rsa_key, sha1_signature
from tui_chain.lab.hierarchy import Ca, Leaf
from tui_chain.lab.servers import limited_tls
from tui_chain.lab.servers.services import LEAF, Service, Tls
from tui_chain.lab.servers.tls import TlsOptions

OWN_HOSTS = ("localhost", "git.corp.internal", "api.staging.lan")
OPEN_HOSTS = ("www.example.com", "api.example.org")
"""Hosts of a network of one's own, and hosts of the Internet, which a company may have as well."""
EITHER = (OWN_HOSTS[0], OPEN_HOSTS[0], OWN_HOSTS[1])
ADDRESS = ("10.20.0.5",)
NAMES = ("www.example.com", "api.example.org", "github.com", *OWN_HOSTS, *HOSTS, "127.0.0.1")
_ROOT_FILE = "corp-root.pem"


@dataclass(frozen=True)
class Situation:
    """A cause and how it is brought about.

    `causes` are the codes of the true cause, `speaker` who tells it in a text. Without `service` nothing listens.
    `hosts` are asked in turn. `trust` is the name of the client's file in the folder of certificates, a path, or
    empty where the client has its own store. `proxy` is the URL of the proxy. `identity` is the name of the client's
    own certificate and key. `tag` says which clients are asked. `cas` are CAs of its own.
    """

    name: str
    causes: tuple[str, ...]
    service: Service | str | None
    speaker: str = "own"
    hosts: tuple[str, ...] = EITHER
    trust: str = _ROOT_FILE
    proxy: str = ""
    identity: str = ""
    tag: str = "path"
    cas: tuple[Ca, ...] = ()
    wrap: str = ""


WEAK = TlsOptions(weak=True)
_EXT = ExtensionOID


def _leaf(
    template: Template = DEFAULT_TEMPLATE, names: tuple[str, ...] = NAMES, issuer: str | None = "issuing"
) -> Leaf:
    return Leaf(issuer, tuple(dict.fromkeys(names)), template=template)


def _served(leaf: Leaf, *issuers: str, options: TlsOptions | None = None) -> Tls:
    return Tls((LEAF, *issuers), leaf, options or TlsOptions())


def _odd_leaf(name: str, causes: tuple[str, ...], template: Template, **more: object) -> Situation:
    return Situation(name, causes, _served(_leaf(template), "issuing", options=WEAK), **more)  # type: ignore[arg-type]


def _odd_ca(name: str, causes: tuple[str, ...], template: Template, **more: object) -> Situation:
    ca = Ca(f"{name}-ca", "Corp Issuing CA G7", issuer="root", template=template)
    service = _served(_leaf(issuer=ca.label), ca.label, options=WEAK)
    return Situation(name, causes, service, cas=(ca,), **more)  # type: ignore[arg-type]


_INSPECTING = (
    Ca("inspecting-root", "Zscaler Root CA"),
    Ca("inspecting", "Zscaler Intermediate Root CA (zscloud.net)", issuer="inspecting-root"),
)
_INSPECTED = ("www.example.com", "api.example.org", "github.com")
_BAD_CA = Ca("bad-ca", "Corp Issuing CA G5", issuer="root", template=Template(path_length=0))
_BELOW = Ca("below-bad-ca", "Corp Issuing CA G6", issuer="bad-ca")


def _named_only(*domains: str) -> x509.NameConstraints:
    return x509.NameConstraints([x509.DNSName(domain) for domain in domains], None)


def _no_ca() -> Template:
    return Template(extensions=((x509.BasicConstraints(False, None), True), (key_usage("digital_signature"), True)))


PATHS = (
    Situation("missing-intermediate", ("missing-issuer",), _served(_leaf())),
    Situation("missing-intermediate-own-store", ("missing-issuer",), _served(_leaf()), trust="", hosts=OPEN_HOSTS),
    Situation(
        "private-root",
        ("untrusted-root",),
        _served(_leaf(issuer="private-issuing"), "private-issuing"),
        trust="",
        hosts=OWN_HOSTS,
    ),
    Situation(
        "private-root-other-file",
        ("untrusted-root",),
        _served(_leaf(issuer="private-issuing"), "private-issuing"),
        hosts=OWN_HOSTS,
    ),
    Situation(
        "private-root-sent",
        ("untrusted-root",),
        _served(_leaf(issuer="private-issuing"), "private-issuing", "private-root"),
        trust="",
        hosts=OWN_HOSTS,
    ),
    Situation(
        "interception",
        ("interception-likely",),
        _served(_leaf(names=(*_INSPECTED, *NAMES[3:]), issuer="inspecting"), "inspecting"),
        trust="",
        hosts=_INSPECTED,
        cas=_INSPECTING,
    ),
    Situation(
        "interception-root-sent",
        ("interception-likely",),
        _served(_leaf(names=(*_INSPECTED, *NAMES[3:]), issuer="inspecting"), "inspecting", "inspecting-root"),
        trust="",
        hosts=_INSPECTED,
        cas=_INSPECTING,
    ),
    Situation("self-signed", ("self-signed",), _served(_leaf(issuer=None)), hosts=OWN_HOSTS),
    _odd_leaf("expired", ("expired",), Template(validity=days(-40, -2))),
    _odd_ca("ca-expired", ("ca-expired",), Template(validity=days(-90, -1)), tag="more"),
    _odd_leaf("not-yet-valid", ("not-yet-valid", "clock-wrong"), Template(validity=days(3, 60))),
    Situation(
        "wrong-host", ("host-mismatch",), _served(_leaf(names=("shop.other.example", "*.other.example")), "issuing")
    ),
    Situation(
        "address-not-covered",
        ("ip-not-covered", "host-mismatch"),
        _served(_leaf(names=("git.corp.internal",)), "issuing"),
        hosts=ADDRESS,
    ),
    Situation(
        "no-san",
        ("no-san", "host-mismatch"),
        _served(
            _leaf(Template(without=frozenset({_EXT.SUBJECT_ALTERNATIVE_NAME})), ("git.corp.internal",)), "issuing"
        ),
        hosts=("git.corp.internal",),
    ),
)
"""Chains and names as they fail every day."""

ODDITIES = (
    _odd_leaf("sha1-leaf", ("weak-signature",), Template(edit=sha1_signature), tag="more"),
    _odd_ca("sha1-ca", ("weak-signature",), Template(edit=sha1_signature), tag="more"),
    _odd_leaf("rsa-1024", ("weak-key",), Template(new_key=lambda: rsa_key(1024)), tag="more"),
    _odd_ca("rsa-1024-ca", ("weak-key",), Template(new_key=lambda: rsa_key(1024)), tag="rare"),
    Situation(
        "path-length",
        ("path-length",),
        _served(_leaf(issuer=_BELOW.label), _BELOW.label, _BAD_CA.label),
        cas=(_BAD_CA, _BELOW),
        tag="more",
    ),
    _odd_ca("no-ca", ("not-a-ca", "leaf-as-issuer"), _no_ca(), tag="more"),
    _odd_ca(
        "no-cert-sign",
        ("not-a-ca", "leaf-as-issuer"),
        Template(extensions=((key_usage("crl_sign"), True),)),
        tag="rare",
    ),
    _odd_leaf(
        "client-purpose",
        ("purpose",),
        Template(extensions=((x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), False),)),
        tag="more",
    ),
    _odd_ca(
        "name-constraints",
        ("name-constraints",),
        Template(extensions=((_named_only("other.example"), True),)),
        tag="more",
    ),
    _odd_leaf(
        "critical-extension",
        ("critical-extension",),
        Template(
            extensions=((x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\5\0"), True),)
        ),
        tag="more",
    ),
    _odd_leaf("no-aki", ("strict-aki",), Template(without=frozenset({_EXT.AUTHORITY_KEY_IDENTIFIER})), tag="strict"),
    _odd_ca(
        "uncritical-constraints",
        ("strict-criticality",),
        Template(extensions=((x509.BasicConstraints(True, None), False),)),
        tag="strict",
    ),
    _odd_ca("no-key-usage", ("strict-key-usage",), Template(without=frozenset({_EXT.KEY_USAGE})), tag="strict"),
)
"""Certificates that a client refuses for what one of them says."""

_WHOLE = _served(_leaf(), "issuing")
_FILES = (
    ("missing-file", "/opt/conda/ssl/cacert.pem"),
    ("folder-as-file", "/srv/app/empty-folder"),
    ("empty-file", "empty.pem"),
    ("garbage-file", "garbage.pem"),
    ("broken-block", "broken.pem"),
    ("half-block", "half.pem"),
)
FILES = (
    *(Situation(name, ("ca-file",), _WHOLE, "file", trust=file, tag="file") for name, file in _FILES),
    Situation("incomplete-bundle", ("incomplete-bundle",), _WHOLE, trust="intermediate-only.pem", tag="more"),
    Situation(
        "no-ca-store",
        ("no-ca-store",),
        _WHOLE,
        trust="",
        tag="store",
        hosts=("www.example.com", "github.com"),
        wrap="no-store",
    ),
)
"""Files and folders of the client's trust, and a machine that has none."""

VERSION = ssl.TLSVersion


def _alert(code: int, name: str, *causes: str, tag: str = "alert") -> Situation:
    return Situation(f"alert-{name}", causes, f"15030300020{2:x}{code:02x}", "alert", tag=tag)


ALERTS = (
    _alert(70, "protocol_version", "alert-protocol-version"),
    _alert(40, "handshake_failure", "alert-handshake-failure", "client-certificate"),
    _alert(112, "unrecognized_name", "alert-unrecognized-name"),
    _alert(80, "internal_error", "alert-internal-error"),
    _alert(49, "access_denied", "alert-access-denied"),
    _alert(42, "bad_certificate", "client-certificate"),
    _alert(43, "unsupported_certificate", "client-certificate", tag="rare-alert"),
    _alert(44, "certificate_revoked", "client-certificate", tag="rare-alert"),
    _alert(45, "certificate_expired", "client-certificate"),
    _alert(46, "certificate_unknown", "client-certificate"),
    _alert(48, "unknown_ca", "client-certificate"),
    _alert(116, "certificate_required", "client-certificate"),
    _alert(71, "insufficient_security", "alert-handshake-failure", tag="rare-alert"),
    _alert(86, "inappropriate_fallback", "alert-protocol-version", tag="rare-alert"),
    Situation("alert-close_notify", ("reset",), "15030300020100", "connect", tag="rare-alert"),
)
"""Fatal alerts (RFC 8446 section 6.2) of a server that answers nothing else."""

HANDSHAKES = (
    Situation(
        "client-certificate-1.2",
        ("client-certificate", "alert-handshake-failure"),
        limited_tls.client_certificate(VERSION.TLSv1_2, required=True),
        "alert",
        hosts=("localhost",),
        tag="own",
    ),
    Situation(
        "client-certificate-1.3",
        ("client-certificate",),
        limited_tls.client_certificate(VERSION.TLSv1_3, required=True),
        "alert",
        hosts=("localhost",),
        tag="own",
    ),
    Situation(
        "client-certificate-refused",
        ("client-certificate",),
        _served(_leaf(), "issuing", options=TlsOptions(client_ca=b"")),
        "alert",
        tag="own",
        identity="stranger",
    ),
    Situation("own-certificate-weak", ("own-certificate-weak",), _WHOLE, "file", identity="weak", tag="identity"),
    Situation("own-certificate-sha1", ("own-certificate-weak",), _WHOLE, "file", identity="sha1", tag="identity"),
    Situation("own-key-mismatch", ("own-certificate-weak",), _WHOLE, "file", identity="mismatch", tag="identity"),
    Situation(
        "tls-1.1-only", ("alert-protocol-version",), limited_tls.TLS_1_1, "alert", hosts=("localhost",), tag="more"
    ),
    Situation(
        "no-common-cipher",
        ("alert-handshake-failure", "client-certificate"),
        limited_tls.LimitedTls(VERSION.TLSv1_2, "AES256-SHA", rsa=True),
        "alert",
        hosts=("localhost",),
        tag="more",
    ),
    Situation("small-dh", ("weak-dh",), limited_tls.SMALL_DH, hosts=("localhost",), tag="more"),
    Situation(
        "no-secure-renegotiation",
        ("legacy-renegotiation",),
        limited_tls.NoSecureRenegotiation(),
        hosts=("localhost",),
        tag="more",
    ),
)
"""Handshakes that end for something else than the server's certificate."""

CONNECTIONS = (
    Situation("plain-http", ("no-tls",), "plain-http", "connect", tag="connect"),
    Situation("smtp-banner", ("starttls-port", "no-tls"), "smtp-banner", "connect", tag="connect"),
    Situation("cut", ("reset",), "cut", "connect", tag="connect"),
    Situation("reset", ("reset",), "reset", "connect", tag="connect"),
    Situation("silent", ("timeout",), "silent", "connect", tag="slow"),
    Situation("unanswered", ("timeout",), "unanswered", "connect", tag="slow"),
    Situation("nothing-listens", ("refused",), None, "connect", tag="connect"),
    Situation(
        "no-such-name", ("name",), None, "name", hosts=("git.typo.example", "www.no-such.example"), tag="connect"
    ),
    Situation("resolver-fails", ("name",), None, "name", hosts=("git.branch.lan",), tag="connect"),
)
"""Connections that never come to TLS."""

_THROUGH = ("www.example.com", "github.com")
_PROXY = "http://proxy.corp.internal"


def _proxied(name: str, causes: tuple[str, ...], port: int, *, scheme: str = "http") -> Situation:
    url = f"{scheme}://proxy.corp.internal:{port}"
    return Situation(name, causes, None, "proxy", hosts=_THROUGH, trust="", proxy=url, tag="proxy")


PROXY_ANSWERS = {
    3128: b'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="corp"\r\n'
    b"Content-Length: 0\r\n\r\n",
    3129: b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n",
    3130: b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n",
    3131: b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n",
}
"""What the proxy answers to CONNECT, by its port."""
PROXIES = (
    _proxied("proxy-login", ("proxy-auth",), 3128),
    _proxied("proxy-forbids", ("proxy-refused",), 3129),
    _proxied("proxy-bad-gateway", ("proxy-refused",), 3130),
    _proxied("proxy-unavailable", ("proxy-refused",), 3131),
    _proxied("proxy-not-listening", ("proxy-unreachable",), 8080),
    _proxied("proxy-scheme", ("proxy-scheme",), 3128, scheme="https"),
    Situation(
        "proxy-no-such-name",
        ("proxy-unreachable", "name"),
        None,
        "proxy",
        hosts=_THROUGH,
        trust="",
        proxy="http://proxy.old.example:3128",
        tag="proxy",
    ),
)

SITUATIONS = (*PATHS, *ODDITIES, *FILES, *ALERTS, *HANDSHAKES, *CONNECTIONS, *PROXIES)
