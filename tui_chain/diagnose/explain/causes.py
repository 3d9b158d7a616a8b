"""Causes that several symptoms share, each with the command that decides."""

from __future__ import annotations

from tui_chain.core.finding_codes import FindingCode
from tui_chain.diagnose.explain.explanation import Cause

CHECK, FIX = "tlschain check {host}", "tlschain fix {host}"

FORGOTTEN = Cause(FindingCode.MISSING_ISSUER, "The server does not send its intermediate certificate.", FIX)
FORGOTTEN_HIGHER = Cause(FindingCode.ISSUER_UNKNOWN, "A certificate above the served ones is missing.", FIX)
PRIVATE_ROOT = Cause(
    FindingCode.UNTRUSTED_ROOT, "The server's root is a private one that this client's trust store lacks.", CHECK
)
OTHER_STORE = Cause(
    FindingCode.ROOT_ONLY_IN_SYSTEM,
    "This client reads another trust store than the programs that accept the server.",
    "tlschain check --trust system {host}",
)
SETTINGS = Cause(
    None, "A setting or environment variable gives this client another trust store than you think.", "{store}"
)
PROXY = Cause(
    FindingCode.INTERCEPTION_LIKELY,
    "A company proxy or virus scanner reads the traffic and shows a certificate of its own.",
    CHECK,
)
OLD_STORE = Cause(
    FindingCode.ROOT_ONLY_IN_CERTIFI,
    "This client's trust store is out of date and lacks the root.",
    "python -m pip install --upgrade certifi",
)
ONE_OF_MANY = Cause(
    FindingCode.BACKEND_BROKEN,
    "Only one of several servers behind the name is broken, or only one key type.",
    "tlschain check --all-addresses --key-types {host}",
)
SELF_SIGNED = Cause(
    FindingCode.SELF_SIGNED, "The server has a self-signed certificate: a device, a test, a default.", CHECK
)
NO_ROOT_IN_BUNDLE = Cause(FindingCode.ISSUER_UNKNOWN, "The CA bundle holds the intermediate but not its root.", FIX)
EXPIRED_LEAF = Cause(FindingCode.EXPIRED, "The server's certificate has expired and was not renewed.", CHECK)
EXPIRED_ABOVE = Cause(
    FindingCode.EXPIRED,
    "An intermediate, the root, or an old cross-sign in the client's store or bundle has expired.",
    CHECK,
)
CLOCK = Cause(FindingCode.NOT_YET_VALID, "The clock of this machine is wrong.", "date -u")
STARTS_LATER = Cause(FindingCode.NOT_YET_VALID, "The certificate is new and its validity has not begun.", CHECK)
RELOAD = Cause(
    FindingCode.SERVERS_DIFFER,
    "The certificate was renewed, but the server, or one of them, still serves the old one.",
    "tlschain check --all-addresses {host}",
)
OTHER_NAME = Cause(
    FindingCode.HOST_MISMATCH, "The certificate is for other names than the one that was asked for.", CHECK
)
NO_SNI = Cause(
    FindingCode.SNI_NEEDED,
    "The client sends no name (SNI), and the server answers with its default certificate.",
    "tlschain check --no-sni {host}",
)
REDIRECTED = Cause(
    FindingCode.HOST_MISMATCH, "A redirect led to another host than the one you named.", "curl -sIL https://{host}/"
)
COMMON_NAME = Cause(FindingCode.NO_SAN, "The certificate has its name in the common name only.", CHECK)
IP_NAME = Cause(
    FindingCode.IP_AS_DNS_NAME, "The host was named by its IP address, which the certificate does not list.", CHECK
)
PLAIN = Cause(FindingCode.NO_TLS, "The server speaks plain HTTP, or another protocol, on that port.", CHECK)
STARTTLS = Cause(
    FindingCode.NO_TLS,
    "The port begins in clear text and switches by STARTTLS.",
    "tlschain check smtp+starttls://{host}",
)
PROXY_SCHEME = Cause(None, "The proxy is configured as https:// where it speaks plain HTTP.", "env | grep -i _proxy")
VERSIONS = Cause(
    FindingCode.ALERT_PROTOCOL_VERSION, "The server and this client have no TLS version in common.", CHECK
)
CIPHERS = Cause(
    FindingCode.ALERT_HANDSHAKE_FAILURE,
    "The server and this client have no cipher or key type in common.",
    "tlschain check --key-types {host}",
)
WANTS_CLIENT = Cause(FindingCode.CLIENT_CERTIFICATE, "The server demands a client certificate.", CHECK)
WRONG_SNI = Cause(FindingCode.ALERT_UNRECOGNIZED_NAME, "The server has no certificate for this name.", CHECK)
CUT = Cause(FindingCode.RESET, "A firewall, a load balancer or the server itself cut the connection.", CHECK)
NO_SUCH_NAME = Cause(
    FindingCode.NAME, "The name is misspelt, or only a VPN's resolver knows it.", "getent hosts {host}"
)
RESOLVER = Cause(FindingCode.NAME, "The resolver itself does not answer.", "cat /etc/resolv.conf")
NOT_LISTENING = Cause(FindingCode.REFUSED, "Nothing listens on that port.", CHECK)
DROPPED = Cause(
    FindingCode.TIMEOUT, "A firewall drops it, or the host is down.", "tlschain check --timeout 15 {host}"
)
REVOKED = Cause(
    FindingCode.REVOKED, "The certificate was revoked by its issuer.", "tlschain check --revocation {host}"
)
RESPONDER = Cause(
    FindingCode.REVOCATION_UNREACHABLE,
    "The revocation server could not be reached.",
    "tlschain check --revocation {host}",
)
