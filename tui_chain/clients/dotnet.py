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
from tui_chain.clients.errors import ErrorKind, ErrorOutput, ErrorText, Layer

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
            # the status flags of a chain stand behind one sentence, the most telling not always first
            ErrorText(ErrorKind.REVOKED, r"certificate chain: [\w, ]*\bRevoked\b"),
            ErrorText(ErrorKind.STAPLE, r"\b(?:RevocationStatusUnknown|OfflineRevocation)\b"),
            ErrorText(ErrorKind.TIME, r"\bNotTimeValid\b"),
            ErrorText(ErrorKind.HOST, r"\bRemoteCertificateNameMismatch\b"),
            ErrorText(ErrorKind.ROOT_IN_CHAIN, r"\bUntrustedRoot\b"),
            ErrorText(ErrorKind.WEAK, r"\bHasWeakSignature\b"),
            ErrorText(ErrorKind.PURPOSE, r"\bNotValidForUsage\b"),
            ErrorText(
                ErrorKind.CONSTRAINED,
                r"\b(?:HasNotPermittedNameConstraint|HasExcludedNameConstraint|InvalidNameConstraints)\b",
            ),
            ErrorText(ErrorKind.BAD_CA, r"\bInvalidBasicConstraints\b"),
            ErrorText(ErrorKind.UNKNOWN_ISSUER, r"\bPartialChain\b"),
            ErrorText(ErrorKind.NOT_TLS, r"Cannot determine the frame size or a corrupted frame was received"),
            ErrorText(
                ErrorKind.GENERAL,
                r"The remote certificate (?:is invalid|was rejected)|Could not establish trust relationship"
                r"|The SSL connection could not be established",
            ),
        ),
        signs=r"System\.(?:Net|Security\.Authentication)\.|The remote certificate (?:is invalid|was rejected)"
        r"|RemoteCertificate(?:NameMismatch|ChainErrors)|Could not establish trust relationship"
        r"|The SSL connection could not be established",
        trust_command="env | grep -E 'SSL_CERT_(FILE|DIR)'; openssl version -d",
        layer=Layer.RUNTIME,
    ),
)
