"""Node: roots that are built in, to which NODE_EXTRA_CA_CERTS adds and which ca: replaces."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tui_chain.clients.advice import ADDS, REPLACES, Advice, CrlUse, Deployment
from tui_chain.clients.client import Client, Setting, SettingForm, variable
from tui_chain.clients.errors import ErrorKind, ErrorOutput, ErrorText, Layer
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
    reads=(Reads(NODE, "NODE_EXTRA_CA_CERTS"),),
    advice=_advice,
    crl_advice=_crl_advice,
    program=_program,
    errors=ErrorOutput(
        (
            ErrorText(ErrorKind.BAD_BUNDLE, r"Ignoring extra certs from"),
            ErrorText(ErrorKind.REVOKED, r"CERT_REVOKED"),
            ErrorText(ErrorKind.CRL, r"UNABLE_TO_GET_CRL|CRL_HAS_EXPIRED|CRL_NOT_YET_VALID|CRL_SIGNATURE_FAILURE"),
            ErrorText(ErrorKind.EXPIRED, r"CERT_HAS_EXPIRED"),
            ErrorText(ErrorKind.NOT_YET, r"CERT_NOT_YET_VALID"),
            ErrorText(ErrorKind.NO_SAN, r"is not cert's CN"),
            ErrorText(ErrorKind.IP, r"IP: [0-9a-f.:]+ is not in the cert"),
            ErrorText(ErrorKind.HOST, r"ERR_TLS_CERT_ALTNAME_INVALID|altnames"),
            ErrorText(ErrorKind.ROOT_IN_CHAIN, r"SELF_SIGNED_CERT_IN_CHAIN"),
            ErrorText(ErrorKind.SELF_SIGNED, r"DEPTH_ZERO_SELF_SIGNED_CERT"),
            ErrorText(ErrorKind.HALF_BUNDLE, r"UNABLE_TO_GET_ISSUER_CERT\b(?!_LOCALLY)"),
            ErrorText(ErrorKind.PURPOSE, r"INVALID_PURPOSE"),
            ErrorText(ErrorKind.BAD_CA, r"INVALID_CA|PATH_LENGTH_EXCEEDED"),
            ErrorText(
                ErrorKind.UNKNOWN_ISSUER,
                r"UNABLE_TO_GET_ISSUER_CERT_LOCALLY|UNABLE_TO_VERIFY_LEAF_SIGNATURE|CERT_UNTRUSTED",
            ),
            ErrorText(ErrorKind.NAME, r"ENOTFOUND|EAI_AGAIN"),
            ErrorText(ErrorKind.REFUSED, r"ECONNREFUSED"),
            ErrorText(ErrorKind.TIMEOUT, r"ETIMEDOUT|ERR_SOCKET_TIMEOUT"),
            ErrorText(ErrorKind.ENDED, r"ECONNRESET|socket disconnected before secure TLS|socket hang up"),
        ),
        signs=r"node:|\bnpm\b|ERR_TLS_|ERR_SSL_|UNABLE_TO_[A-Z_]+|DEPTH_ZERO_SELF|SELF_SIGNED_CERT_IN_CHAIN"
        r"|CERT_HAS_EXPIRED|EPROTO|ENOTFOUND|ECONNREFUSED|ECONNRESET|fetch failed",
        help_hosts=("nodejs.org",),
        trust_command="node -p process.env.NODE_EXTRA_CA_CERTS; npm config get cafile",
        layer=Layer.RUNTIME,
    ),
)
