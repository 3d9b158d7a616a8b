"""ldapsearch, and whatever connects with libldap: the file of ldap.conf, which LDAPTLS_CACERT replaces."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from tui_chain.clients.advice import REPLACES, Advice, Deployment
from tui_chain.clients.client import Client, Setting, SettingForm, speaks, variable
from tui_chain.clients.config_file import ConfigFile, Switch, Syntax
from tui_chain.clients.errors import ErrorKind as Kind
from tui_chain.clients.errors import ErrorOutput, spelled
from tui_chain.core.endpoint import bracketed


def _advice(at: Deployment) -> Iterator[Advice]:
    address = f"{bracketed(at.endpoint.host)}:{at.endpoint.port}"
    plain = at.endpoint.starttls is not None
    url = shlex.quote(f"{'ldap' if plain else 'ldaps'}://{address}")
    code = f"LDAPTLS_CACERT={at.shell()} ldapsearch {'-ZZ ' if plain else ''}-H {url} -x -s base -b ''"
    note = (
        "TLS_CACERT in ~/.ldaprc or /etc/ldap/ldap.conf does the same for every server. libldap takes the name "
        "localhost for the machine's own full name, so the certificate has to have that one."
    )
    yield at.command("ldapsearch", code, note, REPLACES)


CLIENT = Client(
    "ldapsearch",
    place=370,
    settings=(
        variable("LDAPTLS_CACERT", REPLACES, wins_over=("TLS_CACERT",)),
        Setting("TLS_CACERT", SettingForm.CONFIG, REPLACES),
    ),
    files=(
        ConfigFile(
            ("{LDAPCONF}", "~/.ldaprc", "/etc/ldap/ldap.conf", "/etc/openldap/ldap.conf"),
            Syntax.WORDS,
            {"tls_cacert": "TLS_CACERT", "tls_reqcert": "TLS_REQCERT"},
        ),
    ),
    switches=(
        Switch("LDAPTLS_REQCERT", ("never", "allow")),
        Switch("TLS_REQCERT", ("never", "allow"), variable=False),
    ),
    advice=_advice,
    reaches=speaks("ldap", 636),
    errors=ErrorOutput(
        (
            spelled(
                Kind.GENERAL,
                "peer cert untrusted or revoked",
            ),
            spelled(Kind.VAGUE, "TLS: can't connect"),
            spelled(Kind.GENERAL, "TLS: peer cert untrusted or revoked"),
            spelled(Kind.VAGUE, "ldap_start_tls: Connect error"),
            spelled(
                Kind.HOST,
                "TLS: hostname does not match",
                "TLS: unable to get CN from peer certificate",
                "TLS: hostname does not match name in peer certificate",
                pattern=r"tls: hostname \(.{1,253}?\) does not match common name",
            ),
            spelled(Kind.BAD_BUNDLE, "TLS: could not load verify locations"),
            spelled(Kind.VAGUE, "Can't contact LDAP server (-1)"),
            spelled(Kind.BAD_BUNDLE, "no certificate loaded from CA certificate file"),
        ),
        signs=r"ldap_start_tls:|ldap_sasl_bind|ldap_bind|\bldap(?:search|whoami|modify|add)\b"
        r"|Can't contact LDAP server",
        trust_command="env | grep LDAPTLS; grep -i TLS_CACERT ~/.ldaprc /etc/ldap/ldap.conf",
    ),
)
