"""Java, and its keytool: the file cacerts, which -Djavax.net.ssl.trustStore replaces."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from tui_chain.clients.advice import REPLACES, Advice, CrlUse, Deployment
from tui_chain.clients.client import Client, Setting, SettingForm
from tui_chain.clients.config_file import ConfigFile, Syntax
from tui_chain.clients.errors import ErrorKind as Kind
from tui_chain.clients.errors import ErrorOutput, Layer, spelled
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
    files=(
        ConfigFile(
            ("$JDK_JAVA_OPTIONS", "$JAVA_TOOL_OPTIONS", "$_JAVA_OPTIONS"),
            Syntax.OPTIONS,
            {"javax.net.ssl.truststore": "-Djavax.net.ssl.trustStore"},
        ),
    ),
    reads=(
        Reads(JAVA, "CertificateFactory; PKCS#12 as -Djavax.net.ssl.trustStore"),
        Reads(KEYTOOL, "keytool -importcert"),
    ),
    advice=_advice,
    crl_advice=_crl_advice,
    program=_program,
    errors=ErrorOutput(
        (
            spelled(Kind.PROXY_REFUSES, pattern=r"tunnel failed, got: (?!407)\d"),
            spelled(Kind.ENDED, "Received close_notify during handshake"),
            spelled(Kind.IP, pattern=r"hostname [\d.]{7,15} not verified"),
            spelled(
                Kind.WEAK_KEY, pattern=r"algorithm constraints check failed on disabled algorithm: (?:secp|ec |x9)"
            ),
            spelled(Kind.GENERAL, "client did not trust this server's certificate"),
            spelled(Kind.REFUSED, pattern=r"java\.net\.connectexception(?! connection timed out)"),
            spelled(
                Kind.BAD_BUNDLE,
                pattern=r"error constructing implementation \(algorithm: default, provider: sunjsse.{0,90}",
            ),
            spelled(Kind.PURPOSE, "Extended key usage does not permit use for TLS client authentication"),
            spelled(Kind.OWN_UNUSABLE, "SSLEngine created with the provided settings can't connect"),
            spelled(Kind.PROXY_LOGIN, "Server returned HTTP response code: 407"),
            spelled(Kind.TIME, "timestamp check failed"),
            spelled(Kind.BAD_BUNDLE, "Could not open SSL root certificate file"),
            spelled(Kind.EXPIRED, pattern=r"message=>\"notafter: |validity check failed: notafter"),
            spelled(Kind.NOT_YET, pattern=r"validity check failed: notbefore"),
            spelled(
                Kind.PROXY_REFUSES,
                "Unable to tunnel through proxy",
                pattern=r"unable to tunnel through proxy.{0,60}\b(?:403|50\d)",
            ),
            spelled(
                Kind.PROXY_LOGIN,
                'Unable to tunnel through proxy. Proxy returns "HTTP/1.1 407',
                'Proxy returns "HTTP/1.0 407',
                pattern=r"unable to tunnel through proxy.{0,60}\b407|tunnel failed, got: 407",
            ),
            spelled(
                Kind.BAD_BUNDLE,
                "the trustAnchors parameter must be non-empty",
                "trustAnchors parameter must be non-empty",
                "Keystore was tampered with, or password was incorrect",
                "keystore password was incorrect",
                "Invalid keystore format",
                "DerInputStream.getLength(): lengthTag",
                "toDerInputStream rejects tag type",
                "Unrecognized keystore format",
                "No X509TrustManager implementation available",
            ),
            spelled(
                Kind.RUNTIME,
                "java.security.NoSuchAlgorithmException: SSLContext not available",
                "Could not generate DH keypair",
                "SunTlsRsaPremasterSecret KeyGenerator not available",
            ),
            spelled(Kind.REVOKED, "CertificateRevokedException"),
            spelled(
                Kind.REVOCATION_UNREACHABLE,
                "Could not determine revocation status",
                "Unable to determine revocation status",
            ),
            spelled(Kind.TIME, "validity check failed"),
            spelled(Kind.EXPIRED, "CertificateExpiredException", "CertificateExpiredException: NotAfter"),
            spelled(Kind.NOT_YET, "CertificateNotYetValidException", "CertificateNotYetValidException: NotBefore"),
            spelled(
                Kind.IP,
                "No subject alternative names matching IP address",
                "No subject alternative names present",
                pattern=r"hostname/ip address '?[\d.]{7,15}'? doesn't match"
                r"|certificate for <[\d.]{7,15}> doesn't match",
            ),
            spelled(
                Kind.HOST,
                "No subject alternative DNS name matching",
                "No name matching",
                "HTTPS hostname wrong",
                "hostname in certificate didn't match",
                pattern=r"certificate for <[^>]{1,253}> doesn't match|hostname .{1,253}? not verified"
                r"|java\.security\.cert\.certificateexception: illegal given domain name",
            ),
            spelled(
                Kind.WEAK,
                "algorithm constraints check failed",
                "Certificates do not conform to algorithm constraints",
                "Certificates does not conform to algorithm constraints",
            ),
            spelled(
                Kind.WEAK_SIGNATURE,
                pattern=r"algorithm constraints check failed on (?:disabled )?(?:signature )?algorithm: "
                r"?(?:sha1|md5|md2)"
                r"|algorithm constraints check failed:? \w*(?:sha1|md5)with",
            ),
            spelled(
                Kind.WEAK_KEY,
                pattern=r"algorithm constraints check failed on keysize limits|keysize limits",
            ),
            spelled(
                Kind.PURPOSE,
                "Extended key usage does not permit use for TLS server authentication",
                "KeyUsage does not allow digital signatures",
                "KeyUsage does not allow key encipherment",
            ),
            spelled(Kind.CONSTRAINED, "name constraints check failed"),
            spelled(Kind.CRITICAL, "unrecognized critical extension", "unrecognized critical extension(s)"),
            spelled(
                Kind.BAD_CA,
                "basic constraints check failed",
                "CA key usage check failed",
                "keyCertSign bit is not set",
            ),
            spelled(
                Kind.BAD_CA,
                "TrustAnchor with subject",
                "basic constraints check failed: this is not a CA certificate",
            ),
            spelled(
                Kind.PATH_LENGTH,
                "pathLenConstraint violated",
                "basic constraints check failed: pathLenConstraint violated",
            ),
            spelled(Kind.SELF_SIGNED, "TrustAnchor found but certificate validation failed"),
            spelled(
                Kind.UNKNOWN_ISSUER,
                "unable to find valid certification path to requested target",
                "PKIX path building failed",
                "Path does not chain with any of the trust anchors",
                "No trusted certificate found",
                "Trust anchor for certification path not found",
            ),
            spelled(Kind.BAD_SIGNATURE, "signature check failed", "subject/issuer name chaining check failed"),
            spelled(Kind.PINNED, "Certificate pinning failure"),
            spelled(
                Kind.VERSION,
                "No appropriate protocol",
                "is not supported by the client",
                "Server selected TLSv1.0, but",
                "Server chose TLSv1, but that protocol version is not enabled or not supported by the client",
                "not accepted by client preferences",
                pattern=r"the server selected protocol version .{1,20}? is not accepted",
            ),
            spelled(
                Kind.NOT_TLS,
                "Unsupported or unrecognized SSL message",
                "Unrecognized SSL message, plaintext connection",
            ),
            spelled(Kind.NAME, "UnknownHostException"),
            spelled(Kind.TIMEOUT, "SocketTimeoutException", "ConnectTimeoutException", "HttpConnectTimeoutException"),
            spelled(
                Kind.ENDED,
                "Remote host terminated the handshake",
                "Remote host closed connection during handshake",
                "SSL peer shut down incorrectly",
                "handshake_failure: peer closed",
            ),
            spelled(
                Kind.ENDED_AFTER,
                pattern=r"(?:connection reset by peer|broken pipe).{0,900}finished\$t1[23]finishedproducer"
                r"|socketexception: broken pipe",
            ),
            spelled(Kind.WEAK_DH, "DH ServerKeyExchange does not comply to algorithm constraints"),
            spelled(Kind.HANDSHAKE, "no cipher suites in common", "No negotiable cipher suite"),
            spelled(Kind.LEGACY, "Failed to establish secure renegotiation", "insecure renegotiation"),
            spelled(Kind.GENERAL, "SSLPeerUnverifiedException", "peer not authenticated"),
            spelled(Kind.VAGUE, "SSLHandshakeException"),
        ),
        signs=r"javax\.net\.ssl|sun\.security|\bjava\.(?:net|security|io|lang|base)|PKIX path|\bat (?:com|org"
        r"|io|java)\.\w+\."
        r"|\.java:\d+\)",
        version=r"(?:java|openjdk|jdk)(?: version)?[ /\"-]{1,3}(\d+(?:\.\d+)*)",
        trust_command="keytool -list -cacerts | head; env | grep JAVA_TOOL_OPTIONS",
        layer=Layer.RUNTIME,
        server_signs=r"client did not trust this server's certificate|Failed authentication with"
        r"|BeatsHandler|HttpServerTransport|ClientToProxyConnection"
        r"|at (?:org\.apache\.(?:tomcat|coyote)|org\.eclipse\.jetty\.\w*\.?server|io\.undertow)",
    ),
)
