""".NET: the system's store, whose file on Linux SSL_CERT_FILE names, and a policy in code.

dotnet/runtime: pal_x509_root.c reads the variables with getenv; OpenSslCachedSystemStoreProvider.cs takes what is
self-issued for roots and the rest for intermediates, from files of any name; X509ChainPolicy.CustomTrustStore has
roots alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from tui_chain.clients.advice import ADDS, REPLACES, Advice, Deployment
from tui_chain.clients.client import Client, Setting, SettingForm, variable

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
)
