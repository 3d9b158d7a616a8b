"""OpenSSL's own client, `openssl s_client`, and the error texts of its library, which many clients repeat."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import replace

from tui_chain.clients.advice import REPLACES, Advice, CrlUse, Deployment
from tui_chain.clients.client import Client, Setting, SettingForm, any_endpoint
from tui_chain.clients.errors import ErrorKind, ErrorOutput, ErrorText
from tui_chain.clients.families import FamilyId
from tui_chain.clients.program import Program, ProgramProxy, ProgramRun
from tui_chain.clients.readers import OPENSSL
from tui_chain.clients.trust_file import Reads
from tui_chain.core.endpoint import Endpoint, bracketed

_PASSWORD = "TLSCHAIN_PROXY_PASSWORD"  # noqa: S105 - the name of a variable


def _advice(at: Deployment) -> Iterator[Advice]:
    endpoint = at.endpoint
    arguments = map(shlex.quote, ("openssl", "s_client", *_connect(endpoint), *_name(endpoint)))
    own = f"-CAfile {at.shell()} -no-CApath -no-CAstore -verify_return_error < /dev/null"
    yield at.command("openssl", f"{' '.join(arguments)} {own}", "", REPLACES)


def _crl_advice(at: Deployment, use: CrlUse) -> Iterator[Advice]:
    switch = "-crl_check_all" if use.whole_chain else "-crl_check"
    for plain in _advice(at):
        code = plain.code.replace(" -CAfile ", f" {switch} -CAfile ", 1)
        yield replace(plain, code=code, note="It finds the CRLs in the file of -CAfile.")


def _connect(endpoint: Endpoint) -> tuple[str, ...]:
    switch = ("-starttls", endpoint.starttls) if endpoint.starttls is not None else ()
    return ("-connect", f"{bracketed(endpoint.host)}:{endpoint.port}", *switch)


def _name(endpoint: Endpoint) -> tuple[str, ...]:
    if endpoint.is_ip:
        return ("-verify_ip", endpoint.host)
    return ("-servername", endpoint.host, "-verify_hostname", endpoint.host)


def _program(run: ProgramRun) -> Program:
    own = ("-CAfile", str(run.bundle), "-no-CApath", "-no-CAstore", "-verify_return_error", "-brief")
    proxy, variables = ((), ()) if run.proxy is None else _by_proxy(run.proxy)
    unreached = run.proxy is not None and not run.proxy.host
    return Program(
        "openssl",
        "openssl",
        ("s_client", *_checks(run), *_connect(run.endpoint), *_name(run.endpoint), *own, *proxy),
        variables,
        quiet=True,
        harmless="Peer certificate: ",
        left_out="goes through no proxy of this kind" if unreached else "",
    )


def _checks(run: ProgramRun) -> tuple[str, ...]:
    """The switches for CRLs of the CA file: -CRL takes one list."""
    return {"leaf": ("-crl_check",), "chain": ("-crl_check", "-crl_check_all")}.get(run.crl or "", ())


def _by_proxy(proxy: ProgramProxy) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """The arguments and variables that lead through a proxy, whose password stands in no command line."""
    place = ("-proxy", f"{bracketed(proxy.host)}:{proxy.port}")
    if proxy.user is None:
        return place, ()
    return (*place, "-proxy_user", proxy.user, "-proxy_pass", f"env:{_PASSWORD}"), ((_PASSWORD, proxy.password),)


CLIENT = Client(
    "openssl",
    place=300,
    families={FamilyId.PYTHON: "openssl"},
    settings=(Setting("-CAfile", SettingForm.OPTION, REPLACES),),
    reads=(Reads(OPENSSL, "openssl"),),
    advice=_advice,
    crl_advice=_crl_advice,
    program=_program,
    reaches=any_endpoint,
    errors=ErrorOutput(
        (
            ErrorText(
                ErrorKind.BAD_BUNDLE,
                r"NO_CERTIFICATE_OR_CRL_FOUND|no certificate or crl found|\[X509\] PEM lib|NO_START_LINE"
                r"|no start line",
            ),
            ErrorText(ErrorKind.NO_AKI, r"Missing Authority Key Identifier"),
            ErrorText(ErrorKind.NO_SKI, r"Missing Subject Key Identifier"),
            ErrorText(ErrorKind.NOT_CRITICAL, r"Basic Constraints of CA cert not marked critical"),
            ErrorText(ErrorKind.NO_USAGE, r"CA cert does not include key usage extension"),
            ErrorText(ErrorKind.REVOKED, r"certificate (?:is |has been |was )?revoked"),
            ErrorText(
                ErrorKind.CRL,
                r"unable to get certificate CRL|CRL has expired|CRL is not yet valid|CRL signature failure"
                r"|different CRL scope|unhandled critical CRL extension|unable to get CRL issuer certificate",
            ),
            ErrorText(ErrorKind.EXPIRED, r"certificate has expired|certificate expired"),
            ErrorText(ErrorKind.NOT_YET, r"is not yet valid"),
            ErrorText(ErrorKind.IP, r"IP address mismatch"),
            ErrorText(ErrorKind.HOST, r"hostname mismatch"),
            ErrorText(ErrorKind.ROOT_IN_CHAIN, r"self.signed certificate in certificate chain|num=19\b"),
            ErrorText(ErrorKind.SELF_SIGNED, r"self.signed certificate|num=18\b|self signed"),
            ErrorText(ErrorKind.HALF_BUNDLE, r"unable to get issuer certificate|num=2\b"),
            ErrorText(
                ErrorKind.WEAK,
                r"ee key too small|ca key too small|ca md too weak|EE_KEY_TOO_SMALL|CA_MD_TOO_WEAK|key too weak"
                r"|digest algorithm too weak|dh key too small|DH_KEY_TOO_SMALL",
            ),
            ErrorText(ErrorKind.PURPOSE, r"unsuitable certificate purpose|unsupported certificate purpose"),
            ErrorText(ErrorKind.CONSTRAINED, r"permitted subtree violation|excluded subtree violation"),
            ErrorText(ErrorKind.CRITICAL, r"unhandled critical extension"),
            ErrorText(ErrorKind.BAD_CA, r"invalid CA certificate|path length constraint exceeded"),
            ErrorText(
                ErrorKind.UNKNOWN_ISSUER,
                r"unable to get local issuer certificate|unable to verify the first certificate"
                r"|unable to verify leaf signature|unknown ca\b|tlsv1 alert unknown ca|num=20\b|num=21\b",
            ),
            ErrorText(ErrorKind.TOO_LARGE, r"excessive message size"),
            ErrorText(ErrorKind.LEGACY, r"unsafe legacy renegotiation"),
            ErrorText(
                ErrorKind.CLIENT_CERTIFICATE,
                r"certificate required|alert bad certificate|bad_certificate|CERTIFICATE_REQUIRED",
            ),
            ErrorText(ErrorKind.NAME_ALERT, r"unrecognized.name"),
            ErrorText(
                ErrorKind.VERSION,
                r"alert protocol version|unsupported protocol|UNSUPPORTED_PROTOCOL|wrong ssl version"
                r"|no protocols? (?:in common|available)|NO_PROTOCOLS_AVAILABLE|VERSION_TOO_LOW",
            ),
            ErrorText(
                ErrorKind.NOT_TLS,
                r"wrong version number|WRONG_VERSION_NUMBER|packet length too long|PACKET_LENGTH_TOO_LONG"
                r"|http request\b|unknown protocol|RECORD_LAYER_FAILURE|record layer failure",
            ),
            ErrorText(
                ErrorKind.HANDSHAKE,
                r"handshake.failure|no shared cipher|NO_SHARED_CIPHER|handshake failed:? alert|no cipher",
            ),
            ErrorText(ErrorKind.ENDED, r"unexpected eof|write:errno=104"),
            ErrorText(ErrorKind.GENERAL, r"certificate verify failed|verify error"),
        ),
        signs=r"verify error:num=|Verify return code|s_client|^depth=\d",
        trust_command="openssl version -d; env | grep SSL_CERT",
    ),
)
