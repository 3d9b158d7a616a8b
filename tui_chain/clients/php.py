"""PHP's streams: the system's store, which the cafile of a context or of php.ini replaces.

PHP compares host names itself: it takes `w*.`, `*.test` and underscores under a wildcard, which OpenSSL does not
(measured with PHP 8.2).
"""

from __future__ import annotations

from collections.abc import Iterator

from tui_chain.clients.advice import ADDS, REPLACES, Advice, Deployment, single_quoted
from tui_chain.clients.cause_codes import CauseCode as Code
from tui_chain.clients.client import Client, Setting, SettingForm, variable
from tui_chain.clients.config_file import ConfigFile, Syntax
from tui_chain.clients.errors import ISSUER_KINDS, CauseSign, ErrorOutput, Layer, spelled
from tui_chain.clients.errors import ErrorKind as Kind
from tui_chain.clients.families import FamilyId
from tui_chain.clients.readers import OPENSSL
from tui_chain.clients.trust_file import Reads
from tui_chain.core.output_kind import OutputKind

_CODE = """$context = stream_context_create(['ssl' => [{options}]]);
echo file_get_contents({url}, false, $context);"""


def _advice(at: Deployment) -> Iterator[Advice]:
    note = "For streams with this context."
    code = _CODE.format(options=_options(at), url=single_quoted(at.url))
    yield at.command("PHP streams", code, note, REPLACES, language="php")
    note = (
        "A line for php.ini, or for a file in a folder that `php --ini` names; php-fpm reads it when it starts. "
        "PHP's curl takes it too, before curl.cainfo, and adds it to its roots on Debian. Without the line all is as "
        "before."
    )
    # php.ini joins quoted pieces as a shell does, and expands ${…} between double quotes alone
    code = f"openssl.cafile = {at.shell(OutputKind.CLIENT_STORE)}"
    yield at.command("PHP, every script", code, note, REPLACES, kind=OutputKind.CLIENT_STORE, language="ini")


def _options(at: Deployment) -> str:
    """The file; and the name of an IPv6 address, which PHP would compare with its brackets."""
    host = at.endpoint.host
    name = f", 'peer_name' => {single_quoted(host)}" if ":" in host else ""
    return f"'cafile' => {at.single_quoted()}{name}"


CLIENT = Client(
    "PHP streams",
    place=250,
    families={FamilyId.PYTHON: "PHP streams"},
    settings=(
        Setting("cafile of a context", SettingForm.ARGUMENT, REPLACES, wins_over=("openssl.cafile", "SSL_CERT_FILE")),
        Setting("openssl.cafile", SettingForm.CONFIG, REPLACES, wins_over=("SSL_CERT_FILE",)),
        variable("SSL_CERT_FILE", ADDS),
    ),
    reads=(Reads(OPENSSL, "PHP"),),
    files=(ConfigFile(("/etc/php/*/cli/php.ini",), Syntax.LINES, {"openssl.cafile": "openssl.cafile"}),),
    advice=_advice,
    errors=ErrorOutput(
        (
            spelled(Kind.HOST, "Peer certificate subjectAltName did not match expected"),
            spelled(Kind.IP, pattern=r"subjectaltname did not match expected .{0,10}[\d.]{7,15}"),
            spelled(Kind.TIMEOUT, "SSL: crypto enabling timeout", "crypto enabling timeout"),
            spelled(Kind.HOST, "Unable to locate peer certificate CN"),
            spelled(Kind.OTHER_ALERT, "decryption failed or bad record mac"),
            spelled(Kind.HOST, pattern=r"peer certificate cn='?[^']{1,253}'? did not match"),
            spelled(Kind.BAD_BUNDLE, "failed loading cafile stream", "Failed to enable crypto: cafile"),
            spelled(Kind.VAGUE, "SSL operation failed with code 1", "Failed to enable crypto"),
            spelled(Kind.BAD_BUNDLE, "no valid certs found cafile stream"),
        ),
        signs=r"PHP (?:Warning|Fatal)|file_get_contents\(|fopen\(https|stream_socket_(?:client|enable)"
        r"|SSL operation failed with code"
        r"|Failed to enable crypto|\bfsockopen\(|\.php(?::| on line )\d+|\bphp\.ini\b",
        version=r"\bPHP[ /](\d+\.\d+\.\d+)",
        trust_command="php -r 'print_r(openssl_get_cert_locations());'; php -i | grep -E 'openssl.ca|curl.cainfo'",
        layer=Layer.RUNTIME,
        cause_signs=(
            CauseSign(
                ISSUER_KINDS,
                r"(?is)\A(?=.*(?:\bphp|\bcurl error|\bcurl_|guzzle)).*(?:[A-Z]:\\|xampp|wamp|laragon)",
                (Code.NO_CA_STORE, Code.INTERCEPTION_LIKELY),
            ),
        ),
    ),
)
