"""curl's own comparison of names, which follows OpenSSL's verification (lib/vtls/hostcheck.c, lib/vtls/openssl.c)."""

from __future__ import annotations

import re
from functools import lru_cache

from tui_chain.certs.certificate import Certificate
from tui_chain.certs.der import CONTEXT, DERError
from tui_chain.certs.distinguished import DistinguishedName
from tui_chain.certs.names import parse_ip
from tui_chain.clients.engines.fields import fields_of

_DNS, _IP = CONTEXT - 0x20 + 2, CONTEXT - 0x20 + 7
_WIDE = {28: "utf-32-be", 30: "utf-16-be"}
"""String types of more than one octet a character: UniversalString and BMPString."""
_ALTERNATIVE_NAME, _COMMON_NAME = "2.5.29.17", "2.5.4.3"


def curl_covers(leaf: Certificate, host: str) -> bool:
    """Tell whether curl takes `leaf` for the certificate of `host`, an ASCII name or IP literal (ossl_verifyhost).

    The last common name counts where there is neither a dNSName nor an iPAddress.
    """
    dns, ips = alternative_names(leaf.der)
    address = parse_ip(host)
    if address is not None and address.packed in ips:
        return True
    if address is None and any(b"\0" not in name and _matches(_text(name), host) for name in dns):
        return True
    name = None if dns or ips else _common_name(leaf.der)
    return name is not None and "\0" not in name and _matches(name, host)


_PLAIN = re.compile(r"(?=.{1,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")


def plainly_names(leaf: bytes, host: str) -> bool:
    """Tell whether a certificate (DER) has `host` itself among its names, in a form that every client reads alike.

    That is a dNSName of letters, digits and inner hyphens, or an IPv4 iPAddress: no wildcard, no dot at the end.
    """
    dns, ips = alternative_names(leaf)
    address = parse_ip(host)
    if address is not None:
        return address.version == 4 and address.packed in ips
    return _PLAIN.fullmatch(host) is not None and host.encode("ascii") in dns


@lru_cache(maxsize=1024)
def alternative_names(der: bytes) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    """Return the raw dNSNames and iPAddresses of a certificate (DER); both empty where they cannot be read."""
    try:
        names = fields_of(der).value(_ALTERNATIVE_NAME)
        entries = () if names is None else tuple(names.children())
    except DERError:
        return (), ()
    return (
        tuple(name.content for name in entries if name.tag == _DNS),
        tuple(name.content for name in entries if name.tag == _IP),
    )


def _common_name(der: bytes) -> str | None:
    try:
        subject = DistinguishedName.from_der(fields_of(der).subject)
    except DERError:
        return None
    names = [pair for rdn in subject.rdns for pair in rdn if pair.oid == _COMMON_NAME]
    # ASN1_STRING_to_UTF8, which curl calls
    return names[-1].value.decode(_WIDE.get(names[-1].tag, "latin-1"), "replace") if names else None


def _text(name: bytes) -> str:
    return name.decode("latin-1")


def _matches(pattern: str, host: str) -> bool:
    """Curl_cert_hostcheck: a wildcard is the whole first label, and two dots follow in the pattern."""
    pattern, host = pattern.lower().removesuffix("."), host.lower().removesuffix(".")
    if not pattern or not host:
        return False
    _, dot, parent = pattern.partition(".")
    if not pattern.startswith("*.") or "." not in parent or parse_ip(host) is not None:
        return pattern == host
    _, dot, above = host.partition(".")
    return bool(dot) and parent == above
