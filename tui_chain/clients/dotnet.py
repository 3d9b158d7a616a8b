""".NET: the system's store, whose file on Linux SSL_CERT_FILE names, and a policy in code.

dotnet/runtime: pal_x509_root.c reads the variables with getenv; OpenSslCachedSystemStoreProvider.cs takes what is
self-issued for roots and the rest for intermediates, from files of any name; X509ChainPolicy.CustomTrustStore has
roots alone. The error texts are those of System.Net.Security's resources, with the names of X509ChainStatusFlags and
SslPolicyErrors.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from tui_chain.clients.advice import ADDS, REPLACES, Advice, Deployment
from tui_chain.clients.client import Client, Setting, SettingForm, variable
from tui_chain.clients.errors import ErrorKind as Kind
from tui_chain.clients.errors import ErrorOutput, Layer, spelled

_LINUX_NOTE = (
    "On Linux; on Windows and macOS .NET uses the system's store alone. It is read when the process starts. The "
    "folder of roots, which SSL_CERT_DIR names, is read as well where there is one, as on Debian."
)
_CODE_NOTE = (
    "Since .NET 7. Only the roots of the file are trusted, for this HttpClient alone; its intermediates complete the "
    "chain. Names and dates are checked as always."
)
_CODE = """using System.Net.Http;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

var file = new X509Certificate2Collection();
file.ImportFromPemFile({file});
var policy = new X509ChainPolicy {{ TrustMode = X509ChainTrustMode.CustomRootTrust }};
policy.RevocationMode = X509RevocationMode.NoCheck;
policy.CustomTrustStore.AddRange(file);
policy.ExtraStore.AddRange(file);
var options = new SslClientAuthenticationOptions {{ CertificateChainPolicy = policy }};
using var client = new HttpClient(new SocketsHttpHandler {{ SslOptions = options }});
Console.WriteLine((int)(await client.GetAsync({url})).StatusCode);"""


def _advice(at: Deployment) -> Iterator[Advice]:
    yield at.export(".NET", "SSL_CERT_FILE", _LINUX_NOTE, ADDS)
    code = _CODE.format(file=at.script(), url=json.dumps(at.url))
    yield at.command(".NET, in code", code, _CODE_NOTE, REPLACES, language="csharp")


CLIENT = Client(
    ".NET",
    place=475,
    settings=(
        Setting("CertificateChainPolicy", SettingForm.ARGUMENT, REPLACES),
        variable("SSL_CERT_FILE", ADDS),
    ),
    advice=_advice,
    errors=ErrorOutput(
        (
            spelled(
                Kind.ENDED, "An unexpected error occurred on a receive", "An unexpected error occurred on a send"
            ),
            spelled(
                Kind.GENERAL,
                "根据验证过程，远程证书无效",
                "Das Remotezertifikat ist laut Validierungsverfahren ungültig",
                "Le certificat distant n'est pas valide selon la procédure de validation",
                "El certificado remoto no es válido según el procedimiento de validación",
                "Удаленный сертификат недействителен согласно результатам проверки подлинности",
            ),
            spelled(
                Kind.VAGUE,
                "未能为 SSL/TLS 安全通道建立信任关系",
                "Für den geschützten SSL/TLS-Kanal konnte keine Vertrauensstellung hergestellt werden",
            ),
            spelled(
                Kind.UNKNOWN_ISSUER,
                "The certificate chain was provided by an authority that is not trusted",
                "-2146893019",
            ),
            spelled(Kind.BAD_BUNDLE, pattern=r"opensslcryptographicexception.{0,300}(?:fopen|loadmachinestores)"),
            spelled(Kind.HANDSHAKE, "The request was aborted: Could not create SSL/TLS secure channel"),
            spelled(Kind.PINNED, "0x8a15005e", "The server certificate did not match any of the expected values"),
            # the status flags of a chain stand behind one sentence, the most telling not always first
            spelled(Kind.REVOKED, pattern=r"certificate chain: [\w, ]*\brevoked\b|\brevoked\b(?= ?[,:])"),
            spelled(Kind.REVOCATION_UNREACHABLE, "RevocationStatusUnknown", "OfflineRevocation"),
            spelled(Kind.TIME, "NotTimeValid"),
            spelled(Kind.HOST, "RemoteCertificateNameMismatch"),
            spelled(Kind.ROOT_IN_CHAIN, "UntrustedRoot"),
            spelled(Kind.WEAK_SIGNATURE, "HasWeakSignature"),
            spelled(Kind.PURPOSE, "NotValidForUsage"),
            spelled(
                Kind.CONSTRAINED,
                "HasNotPermittedNameConstraint",
                "HasExcludedNameConstraint",
                "InvalidNameConstraints",
                "HasNotSupportedNameConstraint",
            ),
            spelled(Kind.BAD_CA, "InvalidBasicConstraints"),
            spelled(Kind.BAD_SIGNATURE, "NotSignatureValid"),
            spelled(Kind.REJECTED, "ExplicitDistrust"),
            spelled(Kind.UNKNOWN_ISSUER, "PartialChain"),
            spelled(
                Kind.NOT_TLS,
                "Cannot determine the frame size or a corrupted frame was received",
                "The handshake failed due to an unexpected packet format",
            ),
            spelled(
                Kind.ENDED,
                "Received an unexpected EOF or 0 bytes from the transport stream",
                "Authentication failed because the remote party has closed the transport stream",
            ),
            spelled(
                Kind.VERSION,
                "The client and server cannot communicate, because they do not possess a common algorithm",
            ),
            spelled(
                Kind.GENERAL,
                "The remote certificate is invalid according to the validation procedure",
                "The remote certificate was rejected by the provided RemoteCertificateValidationCallback",
                "RemoteCertificateChainErrors",
                "RemoteCertificateNotAvailable",
                "Could not establish trust relationship for the SSL/TLS secure channel",
            ),
            spelled(
                Kind.VAGUE, "The SSL connection could not be established", "The underlying connection was closed"
            ),
            spelled(Kind.HANDSHAKE, "Could not create SSL/TLS secure channel"),
        ),
        signs=r"System\.(?:Net|Security\.Authentication|IO|AggregateException)\b"
        r"|The remote certificate (?:is invalid|was rejected)"
        r"|RemoteCertificate(?:NameMismatch|ChainErrors)|Could not establish trust relationship|\bNU1301\b|\bdotnet\b"
        r"|The SSL connection could not be established|SqlException|SSL/TLS secure channel|\.cs:line \d+",
        version=r"\.NET(?: Core| SDK)?[ /](\d+\.\d+(?:\.\d+)?)",
        trust_command="env | grep -E 'SSL_CERT_(FILE|DIR)'; openssl version -d",
        layer=Layer.RUNTIME,
    ),
)
