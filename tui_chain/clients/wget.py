"""wget with GnuTLS, as on Debian: the system's store, to which a file adds."""

from __future__ import annotations

import os
from collections.abc import Iterator

from tui_chain.clients.advice import ADDS, Advice, CrlUse, Deployment
from tui_chain.clients.cause_codes import CauseCode as Code
from tui_chain.clients.client import Client, Setting, SettingForm
from tui_chain.clients.config_file import ConfigFile, Switch, Syntax
from tui_chain.clients.errors import ISSUER_KINDS, CauseSign, ErrorOutput, HostKind, spelled
from tui_chain.clients.errors import ErrorKind as Kind
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
    files=(
        ConfigFile(
            ("{WGETRC:~/.wgetrc}", "{SYSTEM_WGETRC:/etc/wgetrc}"),
            Syntax.LINES,
            {"ca[_-]certificate": "ca_certificate", "check[_-]certificate": "check_certificate"},
        ),
    ),
    switches=(Switch("check_certificate", ("off", "no", "0"), variable=False),),
    reads=(Reads(GNUTLS, "Debian's wget"),),
    advice=_advice,
    crl_advice=_crl_advice,
    program=_program,
    errors=ErrorOutput(
        (
            spelled(Kind.UNKNOWN_ISSUER, pattern=r"konnte lokal nicht geprüft werden|lokal nicht geprüft werden"),
            spelled(Kind.RUNTIME, "built without TLS support", "HTTPS support not compiled in"),
            spelled(
                Kind.PROXY_UNREACHABLE,
                pattern=r"connecting to [\w. ]{0,200}?proxy[\w. ]{0,200} \(.{0,80}failed: (?:connection|no route)"
                r"|connecting to .{0,80}:(?:3128|8080"
                r"|8888)\.\.\. failed",
            ),
            spelled(Kind.BAD_BUNDLE, "Failed to open cert", "Failed to open CA", "cannot load CA"),
            spelled(Kind.EXPIRED, "The certificate has expired", pattern=r"certificate of '[^']{1,253}' has expired"),
            spelled(
                Kind.NOT_YET,
                "The certificate has not yet been activated",
                pattern=r"certificate of '[^']{1,253}' is not yet activated",
            ),
            spelled(Kind.EXPIRED, "Issued certificate has expired"),
            spelled(Kind.NOT_YET, "Issued certificate not yet valid"),
            spelled(
                Kind.HOST, "certificate's owner does not match hostname", "no certificate subject alternative name"
            ),
            spelled(Kind.HOST, pattern=r"certificate common name '[^']{1,253}' doesn't match requested host name"),
            spelled(Kind.IP, pattern=r"certificate's owner does not match hostname '[\d.]{7,15}'"),
            spelled(Kind.ROOT_IN_CHAIN, "Self-signed certificate encountered"),
            spelled(
                Kind.CRITICAL, pattern=r"certificate of '[^']{1,253}' (?:contains|has) (?:an )?unknown critical ext"
            ),
            spelled(Kind.BAD_CA, pattern=r"(?:signer|issuer) of '?[^']{1,80}'? (?:was|is) not a ca"),
            spelled(Kind.BAD_CA, "The certificate's issuer is not a CA", "certificate issuer is not a CA"),
            spelled(
                Kind.WEAK_SIGNATURE, pattern=r"certificate of '[^']{1,253}' was signed using an insecure algorithm"
            ),
            spelled(Kind.REVOKED, pattern=r"certificate of '[^']{1,253}' has been revoked"),
            spelled(
                Kind.UNKNOWN_ISSUER,
                "Unable to locally verify the issuer's authority",
                pattern=r"certificate of '[^']{1,253}' (?:doesn't|hasn't got) (?:have )?a known issuer",
            ),
            spelled(
                Kind.PROXY_UNREACHABLE,
                pattern=r"^(?!.*resolving ).{0,60}https://[a-z].{0,400}connecting to [\d.]{7,15}:\d+\.\.\. failed",
            ),
            spelled(Kind.NAME, "unable to resolve host address", "unable to resolve host"),
            spelled(Kind.PROXY_REFUSES, pattern=r"proxy tunneling failed: (?!proxy auth)"),
            spelled(Kind.PROXY_LOGIN, "Proxy tunneling failed: Proxy Authentication Required"),
            spelled(Kind.PROXY_LOGIN, pattern=r"proxy tunneling failed: .{0,40}(?:407|auth)"),
            spelled(Kind.TIMEOUT, pattern=r"connected\. unable to establish ssl connection"),
            spelled(Kind.ENDED, "Unable to establish SSL connection"),
            spelled(Kind.GENERAL, pattern=r"certificate of '[^']{1,253}' is not trusted"),
            spelled(Kind.VAGUE, "To connect insecurely, use"),
        ),
        signs=r"^--\d{4}-\d\d-\d\d \d\d:\d\d:\d\d--|\bERROR: (?:The certificate|cannot verify)|\bwget2?\b"
        r"|^Unable to establish SSL|^The certificate's owner|Unable to locally verify the issuer"
        r"|no-check-certificate",
        version=r"\b[Ww]get2?[/ ](\d+\.\d+(?:\.\d+)?)",
        trust_command="cat ~/.wgetrc /etc/wgetrc | grep -i ca_",
        cause_signs=(
            # it names what it knows: what is left are rules of the path
            CauseSign(
                frozenset({Kind.GENERAL}),
                r"ERROR: The certificate of .{1,300} is not trusted",
                (Code.PATH_LENGTH, Code.NAME_CONSTRAINTS, Code.CRITICAL_EXTENSION, Code.NOT_A_CA),
                host=HostKind.PRIVATE,
            ),
            # one sentence for a leaf alone and for an unknown root; which file it read tells them apart
            CauseSign(
                ISSUER_KINDS,
                r"^ERROR: The certificate of",
                (Code.UNTRUSTED_ROOT, Code.INTERCEPTION_LIKELY),
                absent=r"Loaded CA certificate",
                host=HostKind.PRIVATE,
            ),
        ),
    ),
)
