"""Node: roots that are built in, to which NODE_EXTRA_CA_CERTS adds and which ca: replaces."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tui_chain.clients.advice import ADDS, REPLACES, Advice, CrlUse, Deployment
from tui_chain.clients.client import Client, Setting, SettingForm, variable
from tui_chain.clients.config_file import Switch
from tui_chain.clients.errors import ErrorKind as Kind
from tui_chain.clients.errors import ErrorOutput, Layer, spelled
from tui_chain.clients.families import FamilyId
from tui_chain.clients.program import Program, ProgramRun
from tui_chain.clients.readers import NODE
from tui_chain.clients.trust_file import Reads

_IN_CODE = "Node, in code"
_CODE = """const fs = require('node:fs'), https = require('node:https'), tls = require('node:tls');
const ca = [...tls.rootCertificates, fs.readFileSync({file}, 'utf8')];
https.get({url}, {{ ca }}, (answer) => {{ console.log(answer.statusCode); answer.resume(); }});"""
_CRL_CODE = """const fs = require('node:fs'), https = require('node:https');
const ca = fs.readFileSync({file}, 'utf8');
const crl = ca.match(/-----BEGIN X509 CRL-----[^-]+-----END X509 CRL-----/g);
https.get({url}, {{ ca, crl }}, (answer) => {{ console.log(answer.statusCode); answer.resume(); }});"""
_PROGRAM = (
    "require('https').get(process.argv[1], a => { console.log('HTTP ' + a.statusCode); a.resume(); })"
    ".on('error', e => { console.error(e.message); process.exitCode = 1; })"
)


def _advice(at: Deployment) -> Iterator[Advice]:
    note = "It is read when the process starts. A ca: in the code turns it off."
    yield at.export("Node", "NODE_EXTRA_CA_CERTS", note, ADDS)
    note = "ca: replaces Node's roots, so they are given again."
    yield at.command(_IN_CODE, _filled(_CODE, at), note, REPLACES, language="js")


def _crl_advice(at: Deployment, use: CrlUse) -> Iterator[Advice]:
    if use.whole_chain:  # it has no check of the leaf alone
        note = "Node takes one CRL of each text, so they are cut apart; it refuses where one is missing or has ended."
        yield at.command(_IN_CODE, _filled(_CRL_CODE, at), note, REPLACES, language="js")


def _filled(code: str, at: Deployment) -> str:
    return code.format(file=at.script(), url=json.dumps(at.url))


def _program(run: ProgramRun) -> Program | None:
    if run.endpoint.starttls is not None:
        return None
    return Program(
        "node",
        "node",
        ("-e", _PROGRAM, run.endpoint.url),
        (("NODE_EXTRA_CA_CERTS", str(run.bundle)),),
        left_out="takes no proxy from the environment" if run.proxy is not None else run.cannot_check(),
    )


CLIENT = Client(
    "Node",
    place=200,
    families={FamilyId.PYTHON: "Node"},
    settings=(
        Setting("ca:", SettingForm.ARGUMENT, REPLACES, wins_over=("NODE_EXTRA_CA_CERTS",)),
        variable("NODE_EXTRA_CA_CERTS", ADDS),
    ),
    switches=(Switch("NODE_TLS_REJECT_UNAUTHORIZED", ("0",)),),
    reads=(Reads(NODE, "NODE_EXTRA_CA_CERTS"),),
    advice=_advice,
    crl_advice=_crl_advice,
    program=_program,
    errors=ErrorOutput(
        (
            spelled(Kind.BAD_BUNDLE, "EISDIR: illegal operation on a directory", "code: 'EISDIR'"),
            spelled(Kind.TIMEOUT, pattern=r"error: timeout at (?:clientrequest|socket|tlssocket)"),
            spelled(Kind.OWN_WEAK, "ERR_OSSL_X509_KEY_VALUES_MISMATCH"),
            # the name of a verify code is the peer's chain, that of an error of the library the own certificate
            spelled(Kind.WEAK_SIGNATURE, "code: 'CA_MD_TOO_WEAK'"),
            spelled(Kind.WEAK_KEY, "code: 'EE_KEY_TOO_SMALL'", "code: 'CA_KEY_TOO_SMALL'"),
            spelled(Kind.PROXY_LOGIN, "tunneling socket could not be established, statusCode=407"),
            spelled(Kind.PROXY_REFUSES, pattern=r"tunneling socket could not be established, statuscode=(?!407)"),
            spelled(Kind.PROXY_UNREACHABLE, pattern=r"tunneling socket could not be established, cause="),
            spelled(Kind.OWN_WEAK, "Unsupported PKCS12 PFX data"),
            spelled(
                Kind.OWN_WEAK,
                pattern=r"(?:set ?cert|secure context|createsecurecontext|setsecurecontext).{0,300}(?:too small"
                r"|too weak|no start line)"
                r"|(?:too small|too weak|no start line).{0,300}(?:set ?cert|securecontext|secure context)",
            ),
            spelled(Kind.BAD_BUNDLE, "invalid CA file", "HTTPThread: invalid CA file"),
            spelled(Kind.BAD_BUNDLE, pattern=r"invalid ca certificate \(entry \d"),
            spelled(Kind.GENERAL, "UNKNOWN_CERTIFICATE_VERIFICATION_ERROR"),
            spelled(Kind.TIMEOUT, "ERR_SOCKET_CONNECTION_TIMEOUT", "UND_ERR_HEADERS_TIMEOUT"),
            spelled(Kind.ENDED, "UND_ERR_SOCKET", "other side closed"),
            spelled(Kind.BAD_BUNDLE, "Ignoring extra certs from"),
            spelled(Kind.REVOKED, "CERT_REVOKED"),
            spelled(
                Kind.CRL,
                "UNABLE_TO_GET_CRL",
                "UNABLE_TO_GET_CRL_ISSUER",
                "CRL_NOT_YET_VALID",
                "UNABLE_TO_DECRYPT_CRL_SIGNATURE",
            ),
            spelled(Kind.EXPIRED, "CERT_HAS_EXPIRED"),
            spelled(Kind.NOT_YET, "CERT_NOT_YET_VALID"),
            spelled(Kind.NO_SAN, "is not cert's CN", "Cert does not contain a DNS name", "Cert is empty"),
            spelled(Kind.IP, pattern=r"\bip: [0-9a-f.:]+ is not in the cert's list"),
            spelled(Kind.HOST, "ERR_TLS_CERT_ALTNAME_INVALID", "Hostname/IP does not match certificate's altnames"),
            spelled(Kind.HOST, "Hostname/IP doesn't match certificate's altnames"),
            spelled(Kind.ROOT_IN_CHAIN, "SELF_SIGNED_CERT_IN_CHAIN"),
            spelled(Kind.SELF_SIGNED, "DEPTH_ZERO_SELF_SIGNED_CERT"),
            spelled(Kind.HALF_BUNDLE, "UNABLE_TO_GET_ISSUER_CERT"),
            spelled(Kind.PURPOSE, "INVALID_PURPOSE"),
            spelled(Kind.BAD_CA, "INVALID_CA"),
            spelled(Kind.PATH_LENGTH, "PATH_LENGTH_EXCEEDED", "CERT_CHAIN_TOO_LONG"),
            spelled(Kind.BAD_SIGNATURE, "CERT_SIGNATURE_FAILURE", "UNABLE_TO_DECRYPT_CERT_SIGNATURE"),
            spelled(Kind.REJECTED, "CERT_REJECTED"),
            spelled(
                Kind.MALFORMED,
                "ERROR_IN_CERT_NOT_BEFORE_FIELD",
                "ERROR_IN_CERT_NOT_AFTER_FIELD",
            ),
            # Node goes on after the first error and names the last one: with a leaf alone that is another code
            spelled(Kind.ROOT_UNKNOWN, "UNABLE_TO_GET_ISSUER_CERT_LOCALLY"),
            spelled(Kind.UNKNOWN_ISSUER, "CERT_UNTRUSTED"),
            spelled(
                Kind.RUNTIME,
                "ERR_OSSL_EVP_UNSUPPORTED",
                "error:0308010C:digital envelope routines::unsupported",
                "ERR_OSSL_UNSUPPORTED",
            ),
            spelled(
                Kind.OWN_WEAK, "ERR_OSSL_X509_CA_MD_TOO_WEAK", "ERR_SSL_CA_MD_TOO_WEAK", "ERR_SSL_EE_KEY_TOO_SMALL"
            ),
            spelled(
                Kind.OWN_UNUSABLE,
                "ERR_OSSL_PEM_NO_START_LINE",
                "mac verify failure",
            ),
            spelled(Kind.NAME, "getaddrinfo ENOTFOUND", "ENOTFOUND", "EAI_AGAIN"),
            spelled(Kind.REFUSED, "connect ECONNREFUSED", "ECONNREFUSED"),
            spelled(Kind.TIMEOUT, "ETIMEDOUT", "ERR_SOCKET_TIMEOUT", "ESOCKETTIMEDOUT", "UND_ERR_CONNECT_TIMEOUT"),
            spelled(
                Kind.ENDED,
                "ECONNRESET",
                "Client network socket disconnected before secure TLS connection was established",
                "socket hang up",
            ),
            spelled(Kind.ENDED_AFTER, "write ECONNRESET", "write EPIPE"),
        ),
        signs=r"\bnode:(?:internal|events|_|net|tls)|Node\.js v\d|ERR_TLS_|ERR_SSL_|ERR_OSSL_|UNABLE_TO_[A-Z_]+"
        r"|DEPTH_ZERO_SELF|SELF_SIGNED_CERT_IN_CHAIN|CERT_HAS_EXPIRED|\bEPROTO\b|(?<!:)\bE(?:NOTFOUND|CONNREFUSED|CONNRESET"
        r"|AI_AGAIN|TIMEDOUT)\b|fetch failed|TLSSocket|at ClientRequest|\bundici\b|AxiosError|FetchError|\.js:\d+",
        version=r"(?:Node\.js |node(?:js)?[@/ -])v?(\d+\.\d+\.\d+)",
        help_hosts=("nodejs.org",),
        trust_command="node -p process.env.NODE_EXTRA_CA_CERTS; npm config get cafile",
        layer=Layer.RUNTIME,
        server_signs=r"tlsClientError",
    ),
)
