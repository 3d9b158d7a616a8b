"""OpenSSL's own client, `openssl s_client`, and the error texts of its library, which many clients repeat."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import replace

from tui_chain.clients.advice import REPLACES, Advice, CrlUse, Deployment
from tui_chain.clients.cause_codes import CauseCode as Code
from tui_chain.clients.client import Client, Setting, SettingForm, any_endpoint
from tui_chain.clients.errors import ISSUER_KINDS, CauseSign, ErrorOutput, Layer, spelled
from tui_chain.clients.errors import ErrorKind as Kind
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
            spelled(
                Kind.HANDSHAKE,
                "missing export tmp rsa key",
                "Cannot make SSL connection",
            ),
            spelled(Kind.HANDSHAKE, pattern=r"no peer certificate available.{0,200}handshake has read 7 bytes"),
            spelled(Kind.ENDED, pattern=r"no peer certificate available.{0,200}handshake has read 0 bytes"),
            spelled(
                Kind.BAD_BUNDLE,
                "no start line",
                "Error Loading extra certificate",
                "failed to load certificates",
                pattern=r"x509 load cert(?: crl)? file(?: ex)?:(?:system lib|pem lib|no certificate)",
            ),
            # only for certificates of the program's own: those of a peer are verified, and say so (ssl/ssl_cert.c)
            spelled(Kind.OWN_WEAK, "ee key too small", "ca key too small", "ca md too weak", "key values mismatch"),
            spelled(Kind.VERSION, "legacy sigalg disallowed or unsupported"),
            spelled(Kind.HOST, "commonName does not match hostname"),
            spelled(Kind.IP, pattern=r"commonname does not match hostname \"[\d.]{7,15}\""),
            spelled(Kind.RUNTIME, "no ciphers available", "inappropriate use of private key"),
            spelled(
                Kind.WEAK_SIGNATURE,
                "md too weak",
                "unknown message digest algorithm",
                "wrong signature type",
            ),
            spelled(Kind.WEAK_DH, "dh key too small", "bad dh p value", "bad dh value", "modulus too small"),
            spelled(Kind.TOO_LARGE, "excessive message size"),
            spelled(
                Kind.LEGACY,
                "unsafe legacy renegotiation disabled",
                "Secure Renegotiation is not supported by the peer",
            ),
            spelled(
                Kind.VERSION,
                "unsupported protocol",
                "wrong ssl version",
                "no protocols available",
                "no protocols in common",
                "version too low",
                "unknown ssl version",
                "unsupported ssl version",
                "no suitable protocol",
            ),
            spelled(
                Kind.NOT_TLS,
                "wrong version number",
                "packet length too long",
                "record layer failure",
                "unknown protocol",
                "bad packet length",
                "data between ccs and finished",
            ),
            spelled(
                Kind.PLAIN_HTTP,
                "[SSL: HTTP_REQUEST] http request",
                "https proxy request",
                pattern=r"routines:[^:]{0,60}:http request",
            ),
            spelled(
                Kind.HANDSHAKE,
                "no shared cipher",
                "no suitable signature algorithm",
                "no cipher match",
                "no shared signature algorithms",
                "no suitable key share",
                "no shared groups",
                "wrong curve",
                "internal error: no suitable",
                "unable to find parameters",
                "handshake failure",
                "sslv3 alert handshake failure",
            ),
            spelled(Kind.CLIENT_CERTIFICATE, "peer did not return a certificate", "certificate required"),
            spelled(
                Kind.OWN_UNUSABLE,
                "bad decrypt",
                "x509 certificate routines:X509_check_private_key",
            ),
            spelled(Kind.VERSION, "inappropriate fallback"),
            spelled(
                Kind.ENDED,
                "unexpected eof while reading",
                "unexpected eof",
                "write:errno=104",
                "write:errno=0",
                "ssl handshake failure",
            ),
            spelled(
                Kind.GENERAL,
                "certificate verify failed",
                "peer certificate verification failed",
            ),
            spelled(Kind.BAD_SIGNATURE, "bad signature", "block type is not 01", "padding check failed"),
            spelled(Kind.RUNTIME, "library has no ciphers", "unsupported (digital envelope)", "fips mode"),
            spelled(
                Kind.RUNTIME,
                pattern=r"lib(?:ssl|crypto)\.so\.[\d.]+: cannot open shared object"
                r"|symbol lookup error.{0,80}ssl|undefined symbol: (?:ssl|evp|openssl) ",
            ),
            spelled(Kind.MALFORMED, "asn1 encoding routines", "nested asn1 error"),
        ),
        signs=r"verify error:num=|\bsocat\[\d+\]|Verify return code|\bs_client\b|^depth=\d|^CONNECTED\(\d+\)"
        r"|no peer certificate available",
        version=r"\bOpenSSL[ /](\d+\.\d+\.\d+[a-z]?)",
        trust_command="openssl version -d; env | grep SSL_CERT",
        layer=Layer.BASE_LIBRARY,
        cause_signs=(
            # s_client prints the chain: a leaf that is its own issuer, and the depth at which an error was met
            CauseSign(ISSUER_KINDS, r"^ 0 s:(?P<name>.{1,300})\n   i:(?P=name)$", (Code.SELF_SIGNED,)),
            CauseSign(
                frozenset({Kind.EXPIRED}),
                r"^depth=[1-9].*\n(?:.*\n)?verify error:num=10|error 10 at [1-9]\d? depth"
                r"|depth[ =][1-9]\d?(?:: |, error=)certificate has expired",
                (Code.CA_EXPIRED,),
            ),
        ),
    ),
)
