"""Python's own ssl and urllib: OpenSSL's default store, to which a context may add."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tui_chain.clients.advice import ADDS, Advice, CrlUse, Deployment
from tui_chain.clients.cause_codes import CauseCode as Code
from tui_chain.clients.client import Client, Setting, SettingForm, Takes, variable
from tui_chain.clients.config_file import Switch
from tui_chain.clients.errors import ISSUER_KINDS, TRUST_KINDS, CauseSign, ErrorOutput, HostKind, Layer, spelled
from tui_chain.clients.errors import ErrorKind as Kind
from tui_chain.clients.families import FamilyId
from tui_chain.clients.python_code import TRUST_COMMAND, with_context, with_crl_context
from tui_chain.clients.python_library import PythonLibrary
from tui_chain.clients.readers import OPENSSL
from tui_chain.clients.trust_file import Reads
from tui_chain.core.endpoint import Endpoint
from tui_chain.core.output_kind import OutputKind
from tui_chain.paths.codes import WITHOUT_STRICT

_NAME = "Python ssl, urllib"


def _call(url: str) -> str:
    return f"import urllib.request\nprint(urllib.request.urlopen({url!r}, context=context).status)"


def _advice(at: Deployment) -> Iterator[Advice]:
    yield with_context(at, _NAME, _call(at.url))


def _crl_advice(at: Deployment, use: CrlUse) -> Iterator[Advice]:
    yield with_crl_context(at, use, _NAME, _call(at.url))


def _lenient_advice(endpoint: Endpoint, bundle: Path | None, store: str | None) -> Advice:
    cafile = "certifi.where()" if store is None else repr(store)
    more = "" if bundle is None else f"context.load_verify_locations({str(bundle)!r})\n"
    code = (
        f"import ssl\nimport certifi\ncontext = ssl.create_default_context(cafile={cafile})\n{more}{WITHOUT_STRICT}\n"
        f"{_call(endpoint.url)}"
    )
    note = (
        "For this one context: it still verifies the chain, the dates and the host name, and gives up the checks of "
        "form that RFC 5280 asks for (key identifiers, criticality, keyUsage). requests, httpx and aiohttp take the "
        "context as in their own snippets. The remedy without loss is a certificate issued anew."
    )
    return Advice("Python ≥ 3.13, without strict checks", code, note, None, "python", OutputKind.CLIENT, bundle)


CLIENT = Client(
    "Python ssl",
    place=30,
    families={FamilyId.PYTHON: "ssl, urllib", FamilyId.PYTHON_313: "ssl, urllib"},
    settings=(
        Setting("load_verify_locations", SettingForm.ARGUMENT, ADDS, Takes.EITHER),
        variable("SSL_CERT_FILE", ADDS),
        variable("SSL_CERT_DIR", ADDS, Takes.FOLDER),
    ),
    switches=(Switch("PYTHONHTTPSVERIFY", ("0",)),),
    library=PythonLibrary(
        connect="import urllib.request\nurllib.request.urlopen(url, timeout=5)", variable="SSL_CERT_FILE"
    ),
    reads=(Reads(OPENSSL, "Python ssl"),),
    advice=_advice,
    crl_advice=_crl_advice,
    lenient_advice=_lenient_advice,
    errors=ErrorOutput(
        (
            spelled(
                Kind.BAD_BUNDLE,
                pattern=r"(?:https:|ssl|\btls|\bcerts?\b|certifi|cafile|verify).{0,900}\[errno 21\] is a directory"
                r"|\[errno 21\] is a directory: .{0,300}(?:ssl|certs?\b|cacert)",
            ),
            spelled(Kind.TIMEOUT, pattern=r"connection to .{1,253}? failed: timeout"),
            spelled(Kind.OWN_UNUSABLE, pattern=r"ssl ctx use (?:privatekey|certificate|certificate chain) file:"),
            spelled(Kind.BAD_BUNDLE, "socket ssl wrapping error: [Errno 2] No such file or directory"),
            spelled(Kind.HOST, "does not match certificate", "Certificate subject does not match remote hostname"),
            spelled(Kind.WINDOWS_STORE, pattern=r"load windows store certs.{0,200}(?:windowserror|permissionerror)"),
            spelled(
                Kind.BAD_BUNDLE,
                pattern=r"create (?:ssl|default) context.{0,120}(?:filenotfounderror|\[errno 2\] no such file"
                r"|permissionerror)",
            ),
            spelled(Kind.RUNTIME, "Cannot create a client socket with a PROTOCOL_TLS_SERVER context"),
            spelled(Kind.HOST, pattern=r"certificate .{0,2500}doesn't match any name in \['"),
            spelled(Kind.IP, pattern=r"certificate .{0,2500}doesn't match any name in \['[\d.]{7,15}'"),
            spelled(Kind.OWN_WEAK, "key values mismatch"),
            spelled(
                Kind.RUNTIME,
                "Monkey-patching ssl after ssl has already been imported",
                "module 'ssl' has no attribute 'wrap_socket'",
                "'module' object has no attribute 'SSLContext'",
                "SSL_shutdown:uninitialized",
                pattern=r"import ssl importerror: dll load failed|\bunwrap\b.{0,200}oserror: \[errno 0\] error",
            ),
            spelled(Kind.PROXY_SCHEME, "check_hostname requires server_hostname"),
            spelled(Kind.VERSION, "[SSL] internal error"),
            spelled(Kind.BAD_BUNDLE, "ssl.SSLError: unknown error", pattern=r"cadata=.{0,200}nested asn1 error"),
            spelled(Kind.OWN_UNUSABLE, "[SSL] PEM lib"),
            spelled(Kind.NO_CA_STORE, pattern=r"oserror: .{0,30}'certifi[/\\\\]|\.pyc\b.{0,800}invalid path:"),
            spelled(
                Kind.BAD_BUNDLE,
                pattern=r"(?:sslerror\(|proxyerror\(.{0,40}"
                r"|ssl\.py\\?\", line \d+, in ssl wrap socket) ?"
                r"(?:file ?not ?found ?error|permission ?error|\[errno 2\] no such file)",
            ),
            spelled(
                Kind.ENDED,
                "TLS/SSL connection has been closed (EOF)",
                "connection has been closed (EOF)",
                "[WinError 10054]",
                "ConnectionResetError",
            ),
            spelled(Kind.TIMEOUT, "[WinError 10060]", "[Errno 110]", "TimeoutError"),
            spelled(Kind.REFUSED, "[WinError 10061]", "[Errno 111]", "[Errno 61]"),
            spelled(Kind.NAME, "[Errno 11001]", "socket.gaierror"),
            spelled(
                Kind.NO_SSL_MODULE,
                "ssl module is not available",
                "ssl module in Python is not available",
                "No module named '_ssl'",
                "No module named _ssl",
                "module 'ssl' has no attribute",
                "Could not build the ssl module",
                "DLL load failed while importing _ssl",
                "unknown url type: https",
            ),
            spelled(Kind.NO_SSL_MODULE, pattern=r"importerror: dll load failed.{0,120}\bssl\b"),
            spelled(
                Kind.RUNTIME, pattern=r"maximum recursion depth exceeded.{0,200}ssl|ssl\.py.{0,400}maximum recursion"
            ),
            spelled(Kind.RUNTIME, "PySSLSession", "module 'lib' has no attribute"),
            spelled(
                Kind.WINDOWS_STORE,
                "load_default_certs: not enough data",
                pattern=r"load (?:default|windows store) certs.{0,400}\b(?:not enough data|nested asn1 error"
                r"|header too long"
                r"|bad object header|invalid tag|wrong tag)"
                r"|\[asn1: ?(?:not enough data|nested asn1 error|header too long|bad object header|wrong tag)\]"
                r"|\[asn1\] nested asn1 error",
            ),
            spelled(
                Kind.OWN_WEAK,
                pattern=r"load cert chain.{0,400}(?:too small|too weak)|\[ssl: (?:ee key too small|ca md too weak"
                r"|ca key too small)\]",
            ),
            spelled(
                Kind.OWN_UNUSABLE,
                pattern=r"load cert chain.{0,400}(?:pem lib|no start line|no such file|bad decrypt)",
            ),
            spelled(Kind.OWN_UNUSABLE, "bad password read"),
            spelled(
                Kind.BAD_BUNDLE,
                pattern=r"load verify locations.{0,200}(?:no such file|filenotfound|permission|is a directory"
                r"|notadirectory"
                r"|oserror|ioerror|\[ssl\]|pem lib|no certificate or crl)",
            ),
            spelled(
                Kind.BAD_BUNDLE,
                "no certificate or crl found",
                "[X509] PEM lib",
                "not enough data: cadata does not contain a certificate",
                "no start line: cadata does not contain a certificate",
                "cafile, capath and cadata cannot be all omitted",
            ),
            spelled(Kind.NO_CA_STORE, "Install Certificates.command"),
            spelled(
                Kind.PROXY_REFUSES,
                "Tunnel connection failed: 403 Forbidden",
                "Tunnel connection failed: 502 Bad Gateway",
                "Tunnel connection failed: 503 Service Unavailable",
            ),
            spelled(Kind.PROXY_LOGIN, "Tunnel connection failed: 407"),
            spelled(Kind.PROXY_REFUSES, "Tunnel connection failed"),
            spelled(
                Kind.HOST, "certificate is not valid for", pattern=r"hostname mismatch, certificate is not valid for"
            ),
            spelled(Kind.HOST, "match_hostname requires", pattern=r"doesn't match either of"),
            spelled(Kind.NAME, "getaddrinfo failed"),
            spelled(Kind.REFUSED, "ConnectionRefusedError"),
            spelled(Kind.ENDED, "[SSL: UNEXPECTED_EOF_WHILE_READING] EOF occurred in violation of protocol"),
            spelled(Kind.ENDED, "EOF occurred in violation of protocol"),
            spelled(
                Kind.ENDED_AFTER, pattern=r"(?<!reading\] )eof occurred in violation of protocol \( ssl\.c:2\d{3}\)"
            ),
            spelled(Kind.TIMEOUT, "The handshake operation timed out", "The read operation timed out"),
            spelled(Kind.GENERAL, "CERTIFICATE_VERIFY_FAILED"),
        ),
        signs=r"_ssl\.c:\d+|urlopen error|\bssl\.SSL[A-Z]\w*Error|SSLCertVerificationError|\bSSLCertVerification"
        r"|Traceback \(most|urllib/request\.py|http/client\.py",
        version=r"[Pp]ython[ /]?(\d\.\d{1,2}(?:\.\d+)?)",
        trust_command=TRUST_COMMAND,
        layer=Layer.RUNTIME,
        name="Python",
        server_signs=r"Error on transport creation for incoming connection|in (?:accept|get_request"
        r"|process_request)\n[^\n]*\n(?:[^\n]*\n){0,30}.*(?:alert|ALERT)"
        r"|server_side=True|ENGINE socket\.error|MitmProxy|\bparse_request\(|NotebookApp|Listening on https"
        r"|Error doing job: SSL handshake failed"
        r"|SSL handshake failed\nprotocol:",
        cause_signs=(
            # programs that ask nobody but big public services
            CauseSign(
                ISSUER_KINDS,
                r"\[nltk_data\]|nltk\.download|\[youtube\]|\byt-dlp\b|\byoutube-dl\b|chromedriver_autoinstaller",
                (Code.NO_CA_STORE, Code.INTERCEPTION_LIKELY),
            ),
            CauseSign(
                frozenset({Kind.WINDOWS_STORE}),
                r"load_verify_locations|cadata",
                (Code.CA_FILE, Code.RUNTIME_FAULT),
                absent=r"windows_store|load_default_certs|enum_certificates",
            ),
            CauseSign(
                ISSUER_KINDS,
                r"/Library/Frameworks/Python\.framework/|/Applications/Python 3",
                (Code.NO_CA_STORE,),
                host=HostKind.OTHER,
            ),
            CauseSign(
                TRUST_KINDS | {Kind.BAD_BUNDLE},
                r"_MEI\w{3,}|PyInstaller|[\\/]library\.zip|cx_Freeze|\.app/Contents/Resources",
                (Code.NO_CA_STORE, Code.CA_FILE),
            ),
        ),
    ),
)
