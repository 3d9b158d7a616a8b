"""Causes that several symptoms share, each with the command that decides."""

from __future__ import annotations

from tui_chain.diagnose.explain.explanation import Cause

CHECK, FIX = "tlschain check {host}", "tlschain fix {host}"

FORGOTTEN = Cause("missing-issuer", "The server does not send its intermediate certificate.", FIX)
FORGOTTEN_HIGHER = Cause("issuer-unknown", "A certificate above the served ones is missing.", FIX)
PRIVATE_ROOT = Cause(
    "untrusted-root", "The server's root is a private one that this client's trust store lacks.", CHECK
)
OTHER_STORE = Cause(
    "root-only-in-system",
    "This client reads another trust store than the programs that accept the server.",
    "tlschain check --trust system {host}",
)
SETTINGS = Cause(
    "", "A setting or environment variable gives this client another trust store than you think.", "{store}"
)
PROXY = Cause(
    "interception-likely",
    "A company proxy or virus scanner reads the traffic and shows a certificate of its own.",
    CHECK,
)
OLD_STORE = Cause(
    "root-only-in-certifi",
    "This client's trust store is out of date and lacks the root.",
    "python -m pip install --upgrade certifi",
)
ONE_OF_MANY = Cause(
    "backend-broken",
    "Only one of several servers behind the name is broken, or only one key type.",
    "tlschain check --all-addresses --key-types {host}",
)
SELF_SIGNED = Cause("self-signed", "The server has a self-signed certificate: a device, a test, a default.", CHECK)
NO_ROOT_IN_BUNDLE = Cause("issuer-unknown", "The CA bundle holds the intermediate but not its root.", FIX)
EXPIRED_LEAF = Cause("expired", "The server's certificate has expired and was not renewed.", CHECK)
EXPIRED_ABOVE = Cause(
    "expired", "An intermediate, the root, or an old cross-sign in the client's store or bundle has expired.", CHECK
)
CLOCK = Cause("not-yet-valid", "The clock of this machine is wrong.", "date -u")
STARTS_LATER = Cause("not-yet-valid", "The certificate is new and its validity has not begun.", CHECK)
RELOAD = Cause(
    "servers-differ",
    "The certificate was renewed, but the server, or one of them, still serves the old one.",
    "tlschain check --all-addresses {host}",
)
OTHER_NAME = Cause("host-mismatch", "The certificate is for other names than the one that was asked for.", CHECK)
NO_SNI = Cause(
    "sni-needed",
    "The client sends no name (SNI), and the server answers with its default certificate.",
    "tlschain check --no-sni {host}",
)
REDIRECTED = Cause(
    "host-mismatch", "A redirect led to another host than the one you named.", "curl -sIL https://{host}/"
)
COMMON_NAME = Cause("no-san", "The certificate has its name in the common name only.", CHECK)
IP_NAME = Cause("ip-as-dns-name", "The host was named by its IP address, which the certificate does not list.", CHECK)
PLAIN = Cause("no-tls", "The server speaks plain HTTP, or another protocol, on that port.", CHECK)
STARTTLS = Cause(
    "no-tls", "The port begins in clear text and switches by STARTTLS.", "tlschain check smtp+starttls://{host}"
)
PROXY_SCHEME = Cause("", "The proxy is configured as https:// where it speaks plain HTTP.", "env | grep -i _proxy")
VERSIONS = Cause("alert-protocol-version", "The server and this client have no TLS version in common.", CHECK)
CIPHERS = Cause(
    "alert-handshake-failure",
    "The server and this client have no cipher or key type in common.",
    "tlschain check --key-types {host}",
)
WANTS_CLIENT = Cause("client-certificate", "The server demands a client certificate.", CHECK)
WRONG_SNI = Cause("alert-unrecognized-name", "The server has no certificate for this name.", CHECK)
CUT = Cause("reset", "A firewall, a load balancer or the server itself cut the connection.", CHECK)
NO_SUCH_NAME = Cause("name", "The name is misspelt, or only a VPN's resolver knows it.", "getent hosts {host}")
RESOLVER = Cause("name", "The resolver itself does not answer.", "cat /etc/resolv.conf")
NOT_LISTENING = Cause("refused", "Nothing listens on that port.", CHECK)
DROPPED = Cause("timeout", "A firewall drops it, or the host is down.", "tlschain check --timeout 15 {host}")
REVOKED = Cause("revoked", "The certificate was revoked by its issuer.", "tlschain check --revocation {host}")
RESPONDER = Cause(
    "revocation-unreachable", "The revocation server could not be reached.", "tlschain check --revocation {host}"
)
