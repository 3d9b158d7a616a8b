"""urllib3: a context of its own, which follows Python's defaults from 2.4 on."""

from __future__ import annotations

from collections.abc import Iterator

from tui_chain.clients.advice import ADDS, Advice, CrlUse, Deployment
from tui_chain.clients.client import Client, Setting, SettingForm
from tui_chain.clients.errors import ErrorKind as Kind
from tui_chain.clients.errors import ErrorOutput, Layer, spelled
from tui_chain.clients.families import FamilyId
from tui_chain.clients.python_code import FROM_3_13, NO_ADDRESS, TRUST_COMMAND, with_context, with_crl_context
from tui_chain.clients.python_library import PythonLibrary


def _call(at: Deployment) -> str:
    return f"import urllib3\nprint(urllib3.PoolManager(ssl_context=context).request('GET', {at.url!r}).status)"


def _advice(at: Deployment) -> Iterator[Advice]:
    address = f"{NO_ADDRESS}: give PoolManager ca_certs= a file instead. " if at.endpoint.is_ip else ""
    note = f"{address}urllib3 has its own context, which follows Python's from urllib3 2.4 on. {FROM_3_13}"
    yield with_context(at, "urllib3", _call(at), note)


def _crl_advice(at: Deployment, use: CrlUse) -> Iterator[Advice]:
    yield with_crl_context(at, use, "urllib3", _call(at))


CLIENT = Client(
    "urllib3",
    place=50,
    families={FamilyId.REQUESTS: "urllib3 ≥ 2", FamilyId.REQUESTS_313: "urllib3 ≥ 2"},
    settings=(Setting("ssl_context=", SettingForm.ARGUMENT, ADDS),),
    library=PythonLibrary(
        ("urllib3",),
        "import urllib3\nurllib3.PoolManager().request('GET', url, retries=False, timeout=5)",
        "SSL_CERT_FILE",
    ),
    advice=_advice,
    crl_advice=_crl_advice,
    errors=ErrorOutput(
        (
            spelled(
                Kind.PROXY_UNREACHABLE,
                pattern=r"connect to proxy.{0,40}nameresolutionerror|proxyerror\(.{0,60}newconnectionerror",
            ),
            # a frame of its own in a traceback
            spelled(Kind.PROXY_SCHEME, pattern=r"prepare proxy.{0,2000}wrong version number"),
            spelled(Kind.PROXY_UNREACHABLE, pattern=r"prepare proxy.{0,2500}(?:connection ?refused|no such host)"),
            spelled(Kind.HOST, "Server presented certificate that does not match host"),
            spelled(
                Kind.PROXY_SCHEME,
                pattern=r"connect tls proxy.{0,1500}(?:eof occurred|wrong version)"
                r"|connect to proxy.{0,20}ssl(?:eof)?error",
            ),
            spelled(Kind.HOST, "Certificate did not match expected hostname", "hostname doesn't match"),
            spelled(Kind.IP, pattern=r"certificate did not match expected hostname: [\d.]{7,15}\."),
            spelled(Kind.PROXY_REFUSES, pattern=r"tunnel connection failed: (?!407)\d{3}"),
            spelled(
                Kind.PROXY_UNREACHABLE, pattern=r"cannot connect to proxy.{0,300}(?:refused|timed out|newconnect)"
            ),
            spelled(
                Kind.PROXY_UNREACHABLE, pattern=r"unable to connect to proxy.{0,200}(?:refused|timed out|newconn)"
            ),
            spelled(
                Kind.PROXY_SCHEME,
                "Your proxy appears to only use HTTP and not HTTPS",
                pattern=r"cannot connect to proxy.{0,200}wrong version number",
            ),
            spelled(Kind.PROXY_REFUSES, "Cannot connect to proxy", "Unable to connect to proxy"),
            spelled(Kind.NO_SAN, pattern=r"has no [`']?subjectaltname"),
            spelled(Kind.NO_SAN, "no appropriate commonName or subjectAltName fields were found"),
            spelled(Kind.HOST, pattern=r"hostname '[^']{1,253}' doesn't match"),
            spelled(Kind.IP, pattern=r"hostname '[\d.]{7,15}' doesn't match"),
            spelled(Kind.PINNED, "Fingerprints did not match"),
            spelled(
                Kind.NO_SSL_MODULE,
                "Can't connect to HTTPS URL because the SSL module is not available",
            ),
            spelled(Kind.NAME, "NameResolutionError", "Failed to resolve"),
            spelled(Kind.REFUSED, "Failed to establish a new connection: [Errno 111]"),
            spelled(Kind.ENDED, "Connection aborted", "Remote end closed connection without response"),
        ),
        signs=r"\burllib3\b",
        version=r"\burllib3[/ ]v?(\d+\.\d+(?:\.\d+)?)",
        trust_command=TRUST_COMMAND,
        help_hosts=("urllib3.readthedocs.io",),
        layer=Layer.BASE_LIBRARY,
    ),
)
