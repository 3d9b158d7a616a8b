"""git with GnuTLS, as on Debian: the system's store, to which a file adds."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from tui_chain.clients.advice import ADDS, Advice, Deployment
from tui_chain.clients.cause_codes import CauseCode as Code
from tui_chain.clients.client import Client, Setting, SettingForm, variable
from tui_chain.clients.config_file import ConfigFile, Switch, Syntax
from tui_chain.clients.errors import TRUST_KINDS, CauseSign, ErrorOutput, HostKind, spelled
from tui_chain.clients.errors import ErrorKind as Kind
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
    files=(
        ConfigFile(
            (
                "^/.git/config",
                *("{GIT_CONFIG_GLOBAL}", "~/.gitconfig", "{XDG_CONFIG_HOME:~/.config}/git/config"),
                *("{GIT_CONFIG_SYSTEM:/etc/gitconfig}", "/usr/local/etc/gitconfig"),
            ),
            Syntax.GIT,
            {
                "http.sslcainfo": "http.<url>.sslCAInfo",
                "http.*.sslcainfo": "http.<url>.sslCAInfo",
                "http.sslverify": "http.sslVerify",
                "http.*.sslverify": "http.sslVerify",
                "http.sslbackend": "http.sslBackend",
            },
        ),
    ),
    switches=(
        Switch("GIT_SSL_NO_VERIFY"),
        Switch("http.sslVerify", ("false", "0", "no", "off"), variable=False),
    ),
    reads=(Reads(GNUTLS, "Debian's git"),),
    advice=_advice,
    program=_program,
    errors=ErrorOutput(
        (
            spelled(Kind.GENERAL, "The SSL certificate is invalid"),
            spelled(Kind.GENERAL, "server certificate verification failed"),
        ),
        signs=r"fatal: unable to access 'https?:|\bgit(?:\.exe)? (?:clone|fetch|push|pull|ls-remote|lfs"
        r"|submodule)\b"
        r"|^fatal: .{0,80}(?:repository|remote)|server certificate verification failed\. CAfile|Cloning into '",
        version=r"\bgit(?: version |/)(\d+\.\d+\.\d+)",
        trust_command="git config --show-origin --get-regexp 'http.*ssl'; env | grep GIT_SSL",
        cause_signs=(
            # libcurl with GnuTLS names the file of its settings, and none where it reads the system's folder
            CauseSign(
                TRUST_KINDS,
                r"CAfile: none",
                (Code.UNTRUSTED_ROOT, Code.INTERCEPTION_LIKELY, Code.NO_CA_STORE),
                host=HostKind.PRIVATE,
            ),
            CauseSign(TRUST_KINDS, r"CAfile: none", (Code.NO_CA_STORE, Code.INTERCEPTION_LIKELY)),
        ),
    ),
)
