"""git with GnuTLS, as on Debian: the system's store, to which a file adds."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from tui_chain.clients.advice import ADDS, Advice, Deployment
from tui_chain.clients.client import Client, Setting, SettingForm, variable
from tui_chain.clients.errors import ErrorKind, ErrorOutput, ErrorText
from tui_chain.clients.families import FamilyId
from tui_chain.clients.program import Program, ProgramRun
from tui_chain.clients.readers import GNUTLS
from tui_chain.clients.trust_file import Reads


def _advice(at: Deployment) -> Iterator[Advice]:
    name = shlex.quote(f"http.{at.url}.sslCAInfo")
    note = "For this server alone. GIT_SSL_CAINFO wins over it."
    undo = f"git config --global --unset {name}"
    yield at.command("git", f"git config --global {name} {at.shell()}", note, ADDS, undo=undo)


def _program(run: ProgramRun) -> Program | None:
    if run.endpoint.starttls is not None:
        return None
    own = ("-c", f"http.sslCAInfo={run.bundle}", "-c", f"http.sslCAPath={run.empty}")
    return Program(
        "git",
        "git",
        (*own, "-c", "http.followRedirects=false", "ls-remote", run.endpoint.url),
        run.proxy_variables,
        refused=r"unable to access(?!.*returned error)",
        quiet=True,
        left_out=run.cannot_check(),
    )


CLIENT = Client(
    "git",
    place=120,
    families={FamilyId.GNUTLS: "Debian's git"},
    settings=(
        variable("GIT_SSL_CAINFO", ADDS, wins_over=("http.<url>.sslCAInfo",)),
        Setting("http.<url>.sslCAInfo", SettingForm.CONFIG, ADDS),
    ),
    reads=(Reads(GNUTLS, "Debian's git"),),
    advice=_advice,
    program=_program,
    errors=ErrorOutput(
        (
            ErrorText(ErrorKind.EXPIRED, r"expired certificate"),
            ErrorText(ErrorKind.NOT_YET, r"not yet valid"),
            ErrorText(ErrorKind.WEAK, r"insecure algorithm SHA1|small.{0,10}key"),
            ErrorText(ErrorKind.CONSTRAINED, r"name constraint"),
            ErrorText(ErrorKind.BAD_CA, r"issuer is not a CA"),
            ErrorText(ErrorKind.UNKNOWN_ISSUER, r"issuer is unknown"),
            ErrorText(ErrorKind.NAME_ALERT, r"server name sent was not recognized"),
            ErrorText(ErrorKind.VERSION, r"Error in protocol version"),
            ErrorText(ErrorKind.NOT_TLS, r"unexpected TLS packet"),
            ErrorText(ErrorKind.HANDSHAKE, r"Handshake failed"),
            ErrorText(ErrorKind.ENDED, r"connection was non-properly terminated"),
            ErrorText(ErrorKind.GENERAL, r"server certificate verification failed"),
        ),
        signs=r"^fatal: unable to access|gnutls_handshake\(\)|git (?:clone|fetch|push|ls-remote)",
        trust_command="git config --show-origin --get-regexp 'http.*ssl'; env | grep GIT_SSL",
    ),
)
