"""The system store of Windows: the machine's stores Root and CA, by .NET's X509Store in PowerShell."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tui_chain.clients.advice import ADDS, Advice, Deployment
from tui_chain.clients.client import Client, Setting, SettingForm, any_endpoint
from tui_chain.clients.system_store import VARIABLES, name_for
from tui_chain.core.output_kind import OutputKind

_NAME = "System store, Windows"
_NOTE = (
    "In a PowerShell of an administrator; roots go to the store Root, intermediates to CA. Edge, Chrome, PowerShell, "
    ".NET, Go, the curl of Windows, Python's ssl and pip since 24.2 use it then. Most, but not Python's ssl, fetch a "
    "missing intermediate by themselves where its certificate names it: for them it is mostly for private roots. "
    f"requests, httpx, Node and Java do not use it: set {', '.join(VARIABLES)} to the file of the kind client+store. "
    "Git for Windows uses it once http.sslBackend is schannel."
)
_QUOTES = re.compile("['\u2018\u2019\u201a\u201b]")
"""What ends a text in single quotes in PowerShell, unless it stands there twice (about_Quoting_Rules)."""


def _advice(at: Deployment) -> Iterator[Advice]:
    file = _QUOTES.sub(r"\g<0>\g<0>", str(at.path(OutputKind.PKCS7)))
    code, undo = (text.format(file=file, name=name_for(at.endpoint)) for text in (_INSTALL, _REMOVE))
    yield at.command(_NAME, code, _NOTE, ADDS, kind=OutputKind.PKCS7, language="powershell", undo=undo)


# what is there already keeps its name, so that only what was added is taken out again
_INSTALL = """$found = New-Object Security.Cryptography.X509Certificates.X509Certificate2Collection
$found.Import((Resolve-Path -LiteralPath '{file}').Path)
foreach ($one in $found) {{
    $place = if ($one.Subject -eq $one.Issuer) {{ 'Root' }} else {{ 'CA' }}
    $store = New-Object Security.Cryptography.X509Certificates.X509Store $place, 'LocalMachine'
    $store.Open('ReadWrite')
    $one.FriendlyName = '{name}'
    if (-not $store.Certificates.Contains($one)) {{ $store.Add($one) }}
    $store.Close()
}}"""
_REMOVE = """foreach ($place in 'Root', 'CA') {{
    Get-ChildItem "Cert:\\LocalMachine\\$place" | Where-Object FriendlyName -eq '{name}' | Remove-Item
}}"""


CLIENT = Client(
    _NAME,
    place=430,
    settings=(Setting("Cert:\\LocalMachine\\Root", SettingForm.CONFIG, ADDS),),
    advice=_advice,
    reaches=any_endpoint,
)
