"""Whose error text it is, which host it names, and how that client shows where it takes its trust from."""

from __future__ import annotations

import re
from typing import NamedTuple

from tui_chain.net.target import Target, parse_target


class Client(NamedTuple):
    """A client: its name, what gives its texts away, and the command that shows its trust settings."""

    name: str
    pattern: re.Pattern[str]
    store: str


def _client(name: str, pattern: str, store: str) -> Client:
    return Client(name, re.compile(pattern, re.IGNORECASE | re.MULTILINE), store)


_PYTHON = "python -c 'import ssl; print(ssl.get_default_verify_paths())'; env | grep -E 'SSL_CERT_(FILE|DIR)'"

CLIENTS: tuple[Client, ...] = (
    _client("pip", r"\bpip\b|Could not fetch URL|Retrying \(Retry\(total|confirming the ssl certificate",
            "python -m pip config list; env | grep -E 'PIP_CERT|REQUESTS_CA_BUNDLE|SSL_CERT'"),
    _client("git", r"^fatal: unable to access|gnutls_handshake\(\)|git (?:clone|fetch|push|ls-remote)",
            "git config --show-origin --get-regexp 'http.*ssl'; env | grep GIT_SSL"),
    _client("curl", r"curl: \(\d+\)|\bcurl\b|libcurl", "env | grep -E 'CURL_CA_BUNDLE|SSL_CERT'; cat ~/.curlrc"),
    _client("wget", r"^ERROR: (?:The|cannot verify)|\bwget\b|^Unable to establish SSL|^The certificate's owner",
            "cat ~/.wgetrc /etc/wgetrc | grep -i ca_"),
    _client("openssl", r"verify error:num=|Verify return code|s_client|^depth=\d",
            "openssl version -d; env | grep SSL_CERT"),
    _client("Java", r"javax\.net\.ssl|sun\.security|java\.(?:net|security|io)\.|PKIX path",
            "keytool -list -cacerts | head; env | grep JAVA_TOOL_OPTIONS"),
    _client("Go", r"\bx509: |\btls: |dial tcp|net/http: |^Get \"https", "env | grep -E 'SSL_CERT_(FILE|DIR)'"),
    _client("Node", r"node:|\bnpm\b|ERR_TLS_|ERR_SSL_|UNABLE_TO_[A-Z_]+|DEPTH_ZERO_SELF|SELF_SIGNED_CERT_IN_CHAIN"
                    r"|CERT_HAS_EXPIRED|EPROTO|ENOTFOUND|ECONNREFUSED|ECONNRESET|fetch failed",
            "node -p process.env.NODE_EXTRA_CA_CERTS; npm config get cafile"),
    _client("httpx", r"\bhttpx\b|\bhttpcore\b", _PYTHON),
    _client("requests", r"HTTPSConnectionPool|requests[./](?:exceptions|adapters)|\burllib3\b|TLS CA certificate",
            "env | grep -E 'REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE'; python -m certifi"),
    _client("aiohttp", r"\baiohttp\b|Cannot connect to host", _PYTHON),
    _client("Python", r"_ssl\.c:\d+|urlopen error|\bssl\.SSL|SSLCertVerificationError|Traceback \(most", _PYTHON),
    _client("rustls (cargo, uv)", r"invalid peer certificate|rustls|\bcargo\b|\buv\b",
            "env | grep -E 'SSL_CERT|CARGO_HTTP_CAINFO'"),
    _client("Windows", r"SEC_E_|CRYPT_E_|schannel|0x8009", "certutil -store root"),
)  # fmt: skip
"""Tried in this order: a program comes before the library that it is made of."""

DEFAULT_STORE = "env | grep -iE 'SSL_CERT|CA_BUNDLE|CAINFO|EXTRA_CA'"
"""Shows trust settings where the client is not known."""

_HOSTS = tuple(
    re.compile(pattern)
    for pattern in (
        r"host='(?P<host>[^'\s]{1,253})', port='?(?P<port>\d{1,5})",
        r"https://(?P<host>[A-Za-z0-9_.-]{1,253}|\[[0-9a-fA-F:.]{2,45}\])(?::(?P<port>\d{1,5}))?",
        r"connection to (?P<host>[A-Za-z0-9_.-]{1,253}):(?P<port>\d{1,5})",
        r"connect to (?:host )?(?P<host>[A-Za-z0-9_.-]{1,253})(?: port |:)(?P<port>\d{1,5})",
        r"(?:not valid for|host name|hostname|certificate of) ['‘\"](?P<host>[A-Za-z0-9_.-]{1,253})['’\"]",
        r"(?:resolve host:?|ENOTFOUND|EAI_AGAIN|lookup|UnknownHostException:)"
        r" ['‘\"]?(?P<host>[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63}){0,20})",
        r"(?:name matching|Host:) (?P<host>[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63}){0,20})\.? (?:found|is not)",
        r"is valid for .{1,400}, not (?P<host>[A-Za-z0-9_.-]{1,253})",
    )
)  # fmt: skip


_HELP_PAGES = frozenset({"curl.se", "curl.haxx.se", "nodejs.org", "pip.pypa.io", "urllib3.readthedocs.io"})
"""Hosts that clients name in their own advice."""


def client_of(text: str) -> Client | None:
    """The client that wrote a text, or None."""
    return next((client for client in CLIENTS if client.pattern.search(text)), None)


def host_of(text: str) -> Target | None:
    """The host that a text names, or None; what is no host name in form is none."""
    for pattern in _HOSTS:
        for found in pattern.finditer(text):
            groups = found.groupdict()
            host, port = groups["host"].rstrip("."), groups.get("port")
            target = parse_target(f"{host}:{port}" if port else host)
            if isinstance(target, Target) and target.host not in _HELP_PAGES:
                return target
    return None
