"""curl and libcurl with OpenSSL: the system's store, to which a file adds on Debian."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator

from tui_chain.clients.advice import ADDS, Advice, CrlUse, Deployment
from tui_chain.clients.client import Client, Setting, SettingForm, speaks_https, variable
from tui_chain.clients.config_file import ConfigFile, Switch, Syntax
from tui_chain.clients.errors import ErrorKind as Kind
from tui_chain.clients.errors import ErrorOutput, spelled
from tui_chain.clients.families import FamilyId
from tui_chain.clients.program import Program, ProgramRun
from tui_chain.clients.readers import OPENSSL
from tui_chain.clients.trust_file import Reads
from tui_chain.core.endpoint import Endpoint, bracketed

_FILE = "cacert of .curlrc"
_MAIL = {"smtp": "NOOP", "imap": "CAPABILITY", "pop3": "CAPA"}
"""Protocols with STARTTLS that it speaks without a login, and a command that each of their servers answers."""


def _reached(endpoint: Endpoint) -> bool:
    return speaks_https(endpoint) or endpoint.starttls in _MAIL


def _mail_words(endpoint: Endpoint) -> tuple[str, ...]:
    """What asks a mail server: never without TLS, which curl would go on without."""
    protocol = endpoint.starttls or ""
    return ("--ssl-reqd", "-X", _MAIL[protocol], f"{protocol}://{bracketed(endpoint.host)}:{endpoint.port}/")


def _advice(at: Deployment) -> Iterator[Advice]:
    note = (
        "--cacert wins over CURL_CA_BUNDLE, and that over SSL_CERT_FILE; Debian's curl reads its folder of roots too."
    )
    if at.endpoint.starttls is None:
        yield at.command("curl", f"curl --cacert {at.shell()} {at.shell_url}", note, ADDS)
    else:
        words = shlex.join(_mail_words(at.endpoint))
        yield at.command("curl", f"curl --cacert {at.shell()} {words}", note, ADDS)


def _crl_advice(at: Deployment, use: CrlUse) -> Iterator[Advice]:
    if use.whole_chain and at.endpoint.starttls is None:  # it has no check of the leaf alone
        note = "curl takes the CRLs out of the same file, and refuses where one is missing or has ended."
        yield at.command("curl", f"curl --cacert {at.shell()} --crlfile {at.shell()} {at.shell_url}", note)


def _program(run: ProgramRun) -> Program | None:
    is_mail = run.endpoint.starttls in _MAIL
    if run.endpoint.starttls is not None and (not is_mail or run.proxy is not None):
        return None
    asked = _mail_words(run.endpoint) if is_mail else (run.endpoint.url,)
    file = str(run.bundle)
    crls = ("--crlfile", file) if run.crl is not None else ()
    own = ("--capath", str(run.empty), "--cacert", file)
    return Program(
        "curl",
        "curl",
        ("-q", *crls, "-sS", *own, "-o", os.devnull, *asked),
        run.proxy_variables,
        left_out=run.cannot_check(chain=True),
    )


CLIENT = Client(
    "curl",
    place=100,
    families={FamilyId.CURL: "curl"},
    settings=(
        Setting("--cacert", SettingForm.OPTION, ADDS, wins_over=(_FILE, "CURL_CA_BUNDLE", "SSL_CERT_FILE")),
        Setting(_FILE, SettingForm.CONFIG, ADDS, wins_over=("CURL_CA_BUNDLE", "SSL_CERT_FILE")),
        variable("CURL_CA_BUNDLE", ADDS, wins_over=("SSL_CERT_FILE",)),
        variable("SSL_CERT_FILE", ADDS),
    ),
    files=(
        ConfigFile(
            ("{CURL_HOME}/.curlrc", "{XDG_CONFIG_HOME}/curlrc", "~/.curlrc", "~/.config/curlrc", "{APPDATA}/_curlrc"),
            Syntax.WORDS,
            {"cacert": _FILE, "insecure": "insecure", "k": "insecure"},
        ),
    ),
    switches=(Switch("insecure", variable=False),),
    reads=(Reads(OPENSSL, "curl"),),
    advice=_advice,
    crl_advice=_crl_advice,
    program=_program,
    reaches=_reached,
    errors=ErrorOutput(
        (
            # what curl -v shows of an alert that it sends itself
            spelled(Kind.EXPIRED, pattern=r"\(out\), tls alert, certificate expired"),
            spelled(Kind.UNKNOWN_ISSUER, pattern=r"\(out\), tls alert, unknown ca"),
            spelled(Kind.GENERAL, pattern=r"\(out\), tls alert, (?:bad certificate|certificate unknown)"),
            spelled(Kind.RUNTIME, "CRYPTO_internal:block type is not 01"),
            # the proxy's address stands where the host's would
            spelled(
                Kind.PROXY_UNREACHABLE,
                pattern=r"failed to connect to .{0,99}?proxy.{0,99}? port"
                r"|failed to connect to .{1,253}? port (?:3128|3129|8080"
                r"|8888) "
                r"|https?://(?P<h>[\w.]++).{0,900}failed to connect to (?!(?P=h)\b)[\w. ]{1,253} port",
            ),
            spelled(Kind.OWN_WEAK, "error reading X.509 key or certificate file"),
            spelled(Kind.REFUSED, "Could not connect to server"),
            spelled(Kind.ENDED, "Server aborted the SSL handshake"),
            spelled(Kind.GENERAL, pattern=r"libcurl errors\.html for error code: 60"),
            spelled(Kind.BAD_BUNDLE, pattern=r"curl: \(77\)(?! schannel)"),
            spelled(Kind.PROXY_LOGIN, pattern=r"http code 407 from proxy"),
            spelled(Kind.RUNTIME, "TLS 1.3 is not yet supported"),
            spelled(Kind.ENDED, "Unknown SSL protocol error in connection"),
            spelled(Kind.BAD_BUNDLE, pattern=r"invalid ca certificate #\d"),
            spelled(Kind.OWN_UNUSABLE, "Unable to load client key", "Unable to load client cert"),
            spelled(Kind.TIMEOUT, pattern=r"curl error 28|failed to connect to .{1,253}? port \d+: timed out"),
            spelled(Kind.REFUSED, pattern=r"curl error 7:"),
            spelled(Kind.PROXY_LOGIN, pattern=r"(?:connect tunnel failed, response|received http code) 407"),
            spelled(
                Kind.PROXY_REFUSES,
                "CONNECT tunnel failed",
                "Proxy CONNECT aborted",
                pattern=r"received http code (?!407)\d+ from proxy|http code (?!407)\d+ from proxy after connect",
            ),
            spelled(Kind.PROXY_UNREACHABLE, "Could not resolve proxy", "Couldn't resolve proxy"),
            spelled(
                Kind.PROXY_UNREACHABLE, pattern=r"curl: \(7\) failed to connect to (?:127\.|10\.|\[?::1)[\d.\]]* port"
            ),
            spelled(Kind.PROXY_UNREACHABLE, "curl: (97)", "curl: (5)"),
            spelled(
                Kind.BAD_BUNDLE,
                "error setting certificate verify locations",
                "error setting certificate file",
                "error setting certificate path",
                "error adding trust anchors",
                "Problem with the SSL CA cert (path? access rights?)",
                "Problem with the SSL CA cert",
                "error reading ca cert file",
                "failed to load CA certificates",
                "cURL error 77",
            ),
            spelled(
                Kind.OWN_UNUSABLE,
                "could not load PEM client certificate",
                "unable to use client certificate",
                "unable to set private key file",
                "could not load PEM client private key",
                "Problem with the local SSL certificate",
            ),
            spelled(Kind.OWN_WEAK, pattern=r"could not load pem client certificate.{0,120}(?:too small|too weak)"),
            spelled(Kind.STAPLE, "No OCSP response received"),
            spelled(Kind.PINNED, "SSL: public key does not match pinned public key"),
            spelled(Kind.CRL, "failed to load CRL file"),
            spelled(Kind.UNKNOWN_ISSUER, "SSL certificate issuer check failed"),
            spelled(Kind.NO_SAN, "no alternative names"),
            spelled(Kind.IP, pattern=r"does not match target ipv[46] address"),
            spelled(
                Kind.IP, pattern=r"target (?:host|ip) name '[\d.]{7,15}'|target host name '[\da-f]{0,4}:[\da-f:.]+'"
            ),
            spelled(
                Kind.HOST,
                "no alternative certificate subject name matches target host name",
                "no alternative certificate subject name matches",
                "no certificate subject alternative name matches",
                "does not match target host name",
                "subject name does not match",
                "requested domain name does not match the server's certificate",
            ),
            spelled(Kind.NAME, "Could not resolve host", "Couldn't resolve host"),
            spelled(Kind.REFUSED, "Couldn't connect to server", pattern=r"failed to connect to .{1,253}? port \d+"),
            spelled(
                Kind.TIMEOUT,
                pattern=r"failed to connect to .{1,253}? port \d+ after \d+ ms: timeout"
                r"|curl: \(28\)",
            ),
            spelled(Kind.ENDED, "SSL_ERROR_SYSCALL", "SSL_connect: SSL_ERROR_ZERO_RETURN", "Recv failure"),
            spelled(Kind.ENDED_AFTER, "Send failure: Broken pipe"),
            spelled(Kind.GENERAL, "SSL certificate problem", "peer certificate cannot be authenticated"),
            spelled(
                Kind.GENERAL,
                "SSL peer certificate or SSH remote key was not OK",
                "curl: (60)",
                "curl: (51)",
                "cURL error 60",
            ),
        ),
        signs=r"curl: \(\d+\)|\blibcurl\b|\bcurl\b[ /]\S|curl\.se/|curl\.haxx\.se",
        version=r"\b(?:lib)?curl[ /](\d+\.\d+\.\d+)",
        help_hosts=("curl.se", "curl.haxx.se"),
        trust_command="env | grep -E 'CURL_CA_BUNDLE|SSL_CERT'; cat ~/.curlrc",
    ),
)
