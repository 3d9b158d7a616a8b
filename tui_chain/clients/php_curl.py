"""PHP's curl: libcurl's store, to which a file adds on Debian."""

from __future__ import annotations

from collections.abc import Iterator

from tui_chain.clients.advice import ADDS, FOLDER_ON_DEBIAN, Advice, Deployment, single_quoted
from tui_chain.clients.client import Client, Setting, SettingForm
from tui_chain.clients.errors import ErrorOutput
from tui_chain.clients.families import FamilyId

_CODE = """$curl = curl_init({url});
curl_setopt_array($curl, [CURLOPT_CAINFO => {file}, CURLOPT_RETURNTRANSFER => true]);
echo curl_exec($curl) === false ? curl_error($curl) : curl_getinfo($curl, CURLINFO_RESPONSE_CODE), "\\n";"""


def _advice(at: Deployment) -> Iterator[Advice]:
    note = f"{FOLDER_ON_DEBIAN} PHP's curl reads neither CURL_CA_BUNDLE nor SSL_CERT_FILE."
    code = _CODE.format(file=at.single_quoted(), url=single_quoted(at.url))
    yield at.command("PHP curl", code, note, ADDS, language="php")


CLIENT = Client(
    "PHP curl",
    place=252,
    families={FamilyId.CURL: "PHP-curl"},
    settings=(
        Setting("CURLOPT_CAINFO", SettingForm.ARGUMENT, ADDS, wins_over=("openssl.cafile", "curl.cainfo")),
        Setting("openssl.cafile", SettingForm.CONFIG, ADDS, wins_over=("curl.cainfo",)),
        Setting("curl.cainfo", SettingForm.CONFIG, ADDS),
    ),
    advice=_advice,
    errors=ErrorOutput(
        signs=r"cURL error \d+|GuzzleHttp|curl_exec\(|\bWP_Error\b|curl_setopt",
        trust_command="php -i | grep -E 'curl.cainfo|openssl.cafile'",
    ),
)
