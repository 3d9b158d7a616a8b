"""The command line clients of MariaDB and MySQL: OpenSSL's default store, which --ssl-ca replaces."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from tui_chain.clients.advice import REPLACES, Advice, Deployment
from tui_chain.clients.cause_codes import CauseCode as Code
from tui_chain.clients.client import Client, Setting, SettingForm, speaks
from tui_chain.clients.config_file import ConfigFile, Syntax
from tui_chain.clients.errors import CauseSign, ErrorOutput, spelled
from tui_chain.clients.errors import ErrorKind as Kind


def _advice(at: Deployment) -> Iterator[Advice]:
    host, port = shlex.quote(at.endpoint.host), at.endpoint.port
    code = f"mariadb -h {host} -P {port} --ssl-ca={at.shell()} --ssl-verify-server-cert -e status"
    note = (
        "--ssl-ca alone checks the chain and not the host name. MySQL's own program, mysql, takes "
        "--ssl-mode=VERIFY_IDENTITY in place of --ssl-verify-server-cert (MySQL manual, section 6.2.3). ssl-ca under "
        "[client] in ~/.my.cnf does the same for every server."
    )
    yield at.command("mariadb, mysql", code, note, REPLACES)


CLIENT = Client(
    "mysql client",
    place=340,
    settings=(
        Setting("--ssl-ca", SettingForm.OPTION, REPLACES),
        Setting("ssl-ca", SettingForm.CONFIG, REPLACES),
    ),
    files=(ConfigFile(("~/.my.cnf", "/etc/my.cnf", "/etc/mysql/my.cnf"), Syntax.INI, {"client*.ssl-ca": "ssl-ca"}),),
    advice=_advice,
    reaches=speaks("mysql"),
    errors=ErrorOutput(
        (
            spelled(Kind.BAD_BUNDLE, "TLS/SSL error: bad end line", "TLS/SSL error: bad base64 decode"),
            spelled(Kind.NAME, "Unknown server host", "Unknown MySQL server host"),
            spelled(
                Kind.REFUSED, pattern=r"can't connect to (?:mysql |local )?(?:mysql )?server on '[^']{1,253}' \(\d"
            ),
            spelled(
                Kind.VERSION,
                "SSL connection error: unknown error number",
                pattern=r"ssl connection error: error:0000000[01]:lib\(0\)",
            ),
            spelled(Kind.OWN_UNUSABLE, "Incorrect ASN1 tag value found", "The system cannot find the path specified"),
            spelled(
                Kind.BAD_BUNDLE,
                "TLS/SSL error: No such file",
                "SSL_CTX_set_default_verify_paths failed",
                "SSL connection error: SSL_CTX_load_verify_locations failed",
            ),
            spelled(Kind.HOST, "Validation of SSL server certificate failed", "SSL certificate validation failure"),
            spelled(
                Kind.NOT_TLS,
                "SSL is required, but the server does not support it",
                "SSL connection error: SSL is required but the server doesn't support it",
            ),
            spelled(Kind.VERSION, "SSL connection error: protocol version mismatch", "TLS version is invalid"),
            # a wrong password gets the same answer; where TLS is spoken of, a certificate may be required of the user
            spelled(
                Kind.CLIENT_CERTIFICATE,
                pattern=r"\b(?:ssl|tls|x509)\b.{0,900}access denied for user"
                r"|access denied for user.{0,900}\b(?:ssl|tls|x509)\b",
            ),
            spelled(Kind.GENERAL, "TLS/SSL error: Certificate verification failure"),
            spelled(Kind.VAGUE, "SSL connection error"),
        ),
        signs=r"ERROR 2\d\d\d \(HY000\)|ERROR 20\d\d|\bmysql(?:dump|admin)?: |\bmariadb(?:-dump)?: ",
        version=r"(?:mysql|mariadb) +Ver (\S+)",
        trust_command="mariadb --print-defaults",
        cause_signs=(
            # a server makes itself a certificate where it is given none
            CauseSign(
                frozenset({Kind.GENERAL}),
                r"TLS/SSL error",
                (Code.SELF_SIGNED, Code.UNTRUSTED_ROOT, Code.MISSING_ISSUER),
            ),
        ),
    ),
)
