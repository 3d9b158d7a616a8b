"""Java, and its keytool: the file cacerts, which -Djavax.net.ssl.trustStore replaces."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from tui_chain.clients.advice import REPLACES, Advice, CrlUse, Deployment
from tui_chain.clients.client import Client, Setting, SettingForm
from tui_chain.clients.errors import ErrorKind, ErrorOutput, ErrorText, Layer
from tui_chain.clients.families import FamilyId
from tui_chain.clients.program import Program, ProgramProxy, ProgramRun
from tui_chain.clients.readers import JAVA, KEYTOOL
from tui_chain.clients.trust_file import Reads
from tui_chain.core.output_kind import OutputKind

_SOURCE = """import java.net.*;
public class Get { public static void main(String[] a) throws Exception {
  try {
    HttpURLConnection connection = (HttpURLConnection) new URI(a[0]).toURL().openConnection();
    connection.setInstanceFollowRedirects(false);
    System.out.println("HTTP " + connection.getResponseCode()); }
  catch (javax.net.ssl.SSLException e) { System.err.println(e.getMessage()); System.exit(1); } } }
"""


def _advice(at: Deployment) -> Iterator[Advice]:
    note = (
        "Java has cacerts by itself; the file has the roots and each missing certificate under an alias of its own. "
        "It needs no password. keytool -importcert would take the first certificate of a file only."
    )
    yield _options(at, note)
    code = f"keytool -list -keystore {at.shell(OutputKind.JAVA)} -storepass changeit"
    yield at.command("keytool", code, "Shows what is in the file.", kind=OutputKind.JAVA)


def _crl_advice(at: Deployment, _: CrlUse) -> Iterator[Advice]:
    note = (
        "Java reads no CRLs out of a file: with these switches it fetches those that the certificates name, each "
        "time it starts. A CA of the trust store is an anchor, and is not looked up."
    )
    yield _options(at, note, "-Dcom.sun.net.ssl.checkRevocation=true", "-Dcom.sun.security.enableCRLDP=true")


def _options(at: Deployment, note: str, *more: str) -> Advice:
    code = f"export JAVA_TOOL_OPTIONS={shlex.quote(' '.join((at.jvm_option, *more)))}"
    return at.command("Java", code, note, REPLACES, kind=OutputKind.JAVA, undo="unset JAVA_TOOL_OPTIONS")


def _program(run: ProgramRun) -> Program | None:
    if run.endpoint.starttls is not None or run.store is None:
        return None
    proxy = () if run.proxy is None else _by_proxy(run.proxy)
    left_out = run.cannot_check() if proxy is not None else "goes through no proxy of this kind, or with this login"
    return Program(
        "java",
        "java",
        (*(proxy or ()), f"-Djavax.net.ssl.trustStore={run.store}", str(run.scratch / "Get.java"), run.endpoint.url),
        sources=(("Get.java", _SOURCE),),
        left_out=left_out,
    )


def _by_proxy(proxy: ProgramProxy) -> tuple[str, ...] | None:
    """The properties that name a proxy without a login, or None; else nonProxyHosts would leave loopback out."""
    if not proxy.host or proxy.user is not None:
        return None
    return (f"-Dhttps.proxyHost={proxy.host}", f"-Dhttps.proxyPort={proxy.port}", "-Dhttp.nonProxyHosts=")


CLIENT = Client(
    "Java",
    place=220,
    families={FamilyId.JAVA: "Java, Maven, Gradle, Kafka clients"},
    settings=(Setting("-Djavax.net.ssl.trustStore", SettingForm.OPTION, REPLACES),),
    reads=(
        Reads(JAVA, "CertificateFactory; PKCS#12 as -Djavax.net.ssl.trustStore"),
        Reads(KEYTOOL, "keytool -importcert"),
    ),
    advice=_advice,
    crl_advice=_crl_advice,
    program=_program,
    errors=ErrorOutput(
        (
            ErrorText(ErrorKind.TUNNEL, r"Unable to tunnel through proxy"),
            ErrorText(ErrorKind.BAD_BUNDLE, r"trustAnchors parameter must be non-empty|Keystore was tampered"),
            ErrorText(ErrorKind.REVOKED, r"CertificateRevokedException"),
            ErrorText(ErrorKind.TIME, r"validity check failed"),
            ErrorText(ErrorKind.EXPIRED, r"CertificateExpiredException|NotAfter:"),
            ErrorText(ErrorKind.NOT_YET, r"CertificateNotYetValidException|NotBefore:"),
            ErrorText(
                ErrorKind.IP,
                r"No subject alternative names? matching IP|No subject alternative names present",
            ),
            ErrorText(ErrorKind.HOST, r"No subject alternative DNS name matching|No name matching"),
            ErrorText(ErrorKind.WEAK, r"algorithm constraints check failed|Algorithm constraints"),
            ErrorText(ErrorKind.PURPOSE, r"Extended key usage does not permit"),
            ErrorText(ErrorKind.CONSTRAINED, r"name constraints check failed"),
            ErrorText(ErrorKind.CRITICAL, r"unrecognized critical extension"),
            ErrorText(ErrorKind.BAD_CA, r"basic constraints check failed|pathLenConstraint"),
            ErrorText(ErrorKind.UNKNOWN_ISSUER, r"unable to find valid certification path|PKIX path building failed"),
            ErrorText(ErrorKind.VERSION, r"No appropriate protocol|protocol_version"),
            ErrorText(ErrorKind.NOT_TLS, r"Unsupported or unrecognized SSL message"),
            ErrorText(ErrorKind.NAME, r"UnknownHostException"),
            ErrorText(ErrorKind.TIMEOUT, r"SocketTimeoutException"),
            ErrorText(ErrorKind.ENDED, r"Remote host terminated the handshake"),
            ErrorText(ErrorKind.GENERAL, r"SSLHandshakeException|certificate_unknown"),
        ),
        signs=r"javax\.net\.ssl|sun\.security|java\.(?:net|security|io)\.|PKIX path",
        trust_command="keytool -list -cacerts | head; env | grep JAVA_TOOL_OPTIONS",
        layer=Layer.RUNTIME,
    ),
)
