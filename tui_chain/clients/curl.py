"""curl and libcurl with OpenSSL: the system's store, to which a file adds on Debian."""

from __future__ import annotations

import os
from collections.abc import Iterator

from tui_chain.clients.advice import ADDS, Advice, CrlUse, Deployment
from tui_chain.clients.client import Client, Setting, SettingForm, variable
from tui_chain.clients.errors import ErrorKind, ErrorOutput, ErrorText
from tui_chain.clients.families import FamilyId
from tui_chain.clients.program import Program, ProgramRun
from tui_chain.clients.readers import OPENSSL
from tui_chain.clients.trust_file import Reads


def _advice(at: Deployment) -> Iterator[Advice]:
    note = (
        "--cacert wins over CURL_CA_BUNDLE, and that over SSL_CERT_FILE; Debian's curl reads its folder of roots too."
    )
    yield at.command("curl", f"curl --cacert {at.shell()} {at.shell_url}", note, ADDS)


def _crl_advice(at: Deployment, use: CrlUse) -> Iterator[Advice]:
    if use.whole_chain:  # it has no check of the leaf alone
        note = "curl takes the CRLs out of the same file, and refuses where one is missing or has ended."
        yield at.command("curl", f"curl --cacert {at.shell()} --crlfile {at.shell()} {at.shell_url}", note)


def _program(run: ProgramRun) -> Program | None:
    if run.endpoint.starttls is not None:
        return None
    file = str(run.bundle)
    crls = ("--crlfile", file) if run.crl is not None else ()
    own = ("--capath", str(run.empty), "--cacert", file)
    return Program(
        "curl",
        "curl",
        ("-q", *crls, "-sS", *own, "-o", os.devnull, run.endpoint.url),
        run.proxy_variables,
        left_out=run.cannot_check(chain=True),
    )


CLIENT = Client(
    "curl",
    place=100,
    families={FamilyId.CURL: "curl"},
    settings=(
        Setting("--cacert", SettingForm.OPTION, ADDS, wins_over=("CURL_CA_BUNDLE", "SSL_CERT_FILE")),
        variable("CURL_CA_BUNDLE", ADDS, wins_over=("SSL_CERT_FILE",)),
        variable("SSL_CERT_FILE", ADDS),
    ),
    reads=(Reads(OPENSSL, "curl"),),
    advice=_advice,
    crl_advice=_crl_advice,
    program=_program,
    errors=ErrorOutput(
        (
            ErrorText(
                ErrorKind.TUNNEL, r"CONNECT tunnel failed|Received HTTP code \d+ from proxy|proxy CONNECT aborted"
            ),
            ErrorText(
                ErrorKind.BAD_BUNDLE,
                r"error setting certificate (?:verify|file)|error adding trust anchors|CAfile: .*No such file",
            ),
            ErrorText(ErrorKind.STAPLE, r"No OCSP response received|OCSP response has expired"),
            ErrorText(ErrorKind.NO_SAN, r"no alternative names"),
            ErrorText(ErrorKind.IP, r"does not match target ipv[46] address"),
            ErrorText(
                ErrorKind.HOST,
                r"does not match|no alternative certificate subject name matches"
                r"|no certificate subject alternative name matches",
            ),
            ErrorText(ErrorKind.NAME, r"Could not resolve host"),
            ErrorText(ErrorKind.REFUSED, r"Couldn't connect to server"),
            ErrorText(ErrorKind.ENDED, r"SSL_ERROR_SYSCALL"),
            ErrorText(ErrorKind.GENERAL, r"SSL certificate problem|peer certificate cannot be authenticated"),
        ),
        signs=r"curl: \(\d+\)|\bcurl\b|libcurl",
        help_hosts=("curl.se", "curl.haxx.se"),
        trust_command="env | grep -E 'CURL_CA_BUNDLE|SSL_CERT'; cat ~/.curlrc",
    ),
)
