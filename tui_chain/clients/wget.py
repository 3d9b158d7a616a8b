"""wget with GnuTLS, as on Debian: the system's store, to which a file adds."""

from __future__ import annotations

import os
from collections.abc import Iterator

from tui_chain.clients.advice import ADDS, Advice, CrlUse, Deployment
from tui_chain.clients.client import Client, Setting, SettingForm
from tui_chain.clients.errors import ErrorKind, ErrorOutput, ErrorText
from tui_chain.clients.families import FamilyId
from tui_chain.clients.program import Program, ProgramRun
from tui_chain.clients.readers import GNUTLS
from tui_chain.clients.trust_file import Reads

# a server that refuses a client would be tried again for minutes;
# a redirect leads to another server, whose certificate is not the question, and perhaps inside the network
_BOUNDED = ("--no-config", "-q", "--tries=1", "--max-redirect=0", "-O", os.devnull)


def _advice(at: Deployment) -> Iterator[Advice]:
    yield at.command("wget", f"wget --ca-certificate={at.shell()} -O - {at.shell_url}", "", ADDS)


def _crl_advice(at: Deployment, _: CrlUse) -> Iterator[Advice]:
    note = (
        "With GnuTLS, as on Debian: it refuses what a CRL lists, but asks for none that is missing, and takes one "
        "that has ended."
    )
    code = f"wget --ca-certificate={at.shell()} --crl-file={at.shell()} -O - {at.shell_url}"
    yield at.command("wget", code, note)


def _program(run: ProgramRun) -> Program | None:
    if run.endpoint.starttls is not None:
        return None
    crls = (f"--crl-file={run.bundle}",) if run.crl is not None else ()
    own = (f"--ca-certificate={run.bundle}", f"--ca-directory={run.empty}")
    return Program("wget", "wget", (*crls, *_BOUNDED, *own, run.endpoint.url), run.proxy_variables, codes=(0, 8))


CLIENT = Client(
    "wget",
    place=110,
    families={FamilyId.GNUTLS: "Debian's wget"},
    settings=(
        Setting("--ca-certificate", SettingForm.OPTION, ADDS, wins_over=("ca_certificate",)),
        Setting("ca_certificate", SettingForm.CONFIG, ADDS),
    ),
    reads=(Reads(GNUTLS, "Debian's wget"),),
    advice=_advice,
    crl_advice=_crl_advice,
    program=_program,
    errors=ErrorOutput(
        (
            ErrorText(ErrorKind.EXPIRED, r"certificate.{0,80}has expired"),
            ErrorText(ErrorKind.NOT_YET, r"not (?:yet )?activated"),
            ErrorText(ErrorKind.HOST, r"certificate's owner does not match"),
            ErrorText(ErrorKind.ROOT_IN_CHAIN, r"Self-signed certificate encountered"),
            ErrorText(ErrorKind.CRITICAL, r"unknown critical ext"),
            ErrorText(ErrorKind.BAD_CA, r"signer of .{0,80} was not a CA"),
            ErrorText(ErrorKind.UNKNOWN_ISSUER, r"Unable to locally verify the issuer|doesn't have a known issuer"),
            ErrorText(ErrorKind.NAME, r"unable to resolve host"),
            ErrorText(ErrorKind.ENDED, r"Unable to establish SSL"),
            ErrorText(ErrorKind.GENERAL, r"certificate of .{1,80} is not trusted"),
        ),
        signs=r"^ERROR: (?:The|cannot verify)|\bwget\b|^Unable to establish SSL|^The certificate's owner",
        trust_command="cat ~/.wgetrc /etc/wgetrc | grep -i ca_",
    ),
)
