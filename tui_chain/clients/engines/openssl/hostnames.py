"""curl's own comparison of names, which follows OpenSSL's verification (lib/vtls/hostcheck.c, lib/vtls/openssl.c)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from tui_chain.clients.engines.raw_certificate import raw_certificate
from tui_chain.clients.verdict import Verdict, refused
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.der import CONTEXT, SEQUENCE, DERError, Element, element, encode
from tui_chain.x509.distinguished_names import DistinguishedName
from tui_chain.x509.names import parse_ip

_DNS, _IP = CONTEXT - 0x20 + 2, CONTEXT - 0x20 + 7
_WIDE = {28: "utf-32-be", 30: "utf-16-be"}
"""String types of more than one octet a character: UniversalString and BMPString."""
_ALTERNATIVE_NAME, _COMMON_NAME = "2.5.29.17", "2.5.4.3"
HOSTNAME_MISMATCH, ADDRESS_MISMATCH = 62, 64
"""X509_V_ERR_HOSTNAME_MISMATCH and X509_V_ERR_IP_ADDRESS_MISMATCH."""


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


def curl_refusal(leaf: Certificate, host: str) -> Verdict | None:
    """What curl asks after OpenSSL is content: ossl_verifyhost and servercert in lib/vtls/openssl.c."""
    if not curl_covers(leaf, host):
        code = HOSTNAME_MISMATCH if parse_ip(host) is None else ADDRESS_MISMATCH
        return refused(code, "the certificate does not name the host", leaf.sha256)
    if leaf.issuer_name == ():
        return refused(None, "curl cannot read the issuer's name, which is empty", leaf.sha256)
    return None


_LABEL, _LAST = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", r"[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?"
_RESERVED = r"(?:[^.]*\.)*[^.]{2}--"
_PLAIN = re.compile(rf"(?=.{{1,253}}\Z)(?!{_RESERVED})(?:{_LABEL}\.)*{_LAST}")
_PLAIN_PATTERN = re.compile(rf"(?=.{{1,253}}\Z)(?:\*\.{_LABEL}\.)?(?:{_LABEL}\.)*{_LAST}".encode(), re.IGNORECASE)
"""A name that is read alike by all: a host's, or a wildcard before at least two labels."""


NAMED = object()
"""Stands for every host that a leaf with none but plain names has among them."""


def host_class(leaf: bytes, host: str) -> object:
    """Return what stands for all hosts between which no client makes a difference where it is shown `leaf` (DER).

    That is NAMED for those that the leaf plainly names, the wildcard (lower-case ASCII) for those that one plainly
    covers and no name beside it, and `host` itself for any other: two hosts with the same answer get one verdict.
    """
    if plainly_names(leaf, host):
        return NAMED
    wildcard = _wildcard(host)
    return host if wildcard is None or not _covers_plainly(leaf, wildcard, host.encode("ascii")) else wildcard


def plainly_names(leaf: bytes, host: str) -> bool:
    """Tell whether a certificate (DER) has `host` itself among its names, in a form that every client reads alike.

    That is a dNSName of letters, digits and inner hyphens, or an IPv4 iPAddress: no wildcard, no dot at the end, no
    label that IDNA reserves, whose meaning some clients look into (RFC 5890 section 2.3.1). All names beside it are
    plain too: some clients read no further than to an entry that they cannot read.
    """
    if not _all_plain(leaf):
        return False
    dns, ips = alternative_names(leaf)
    address = parse_ip(host)
    if address is not None:
        return address.version == 4 and address.packed in ips
    return _PLAIN.fullmatch(host) is not None and host.encode("ascii") in dns


def _wildcard(host: str) -> bytes | None:
    """The wildcard that covers a plain name with two labels behind its first one, or None."""
    parent = host.partition(".")[2]
    if "." not in parent or parse_ip(host) is not None or _PLAIN.fullmatch(host) is None:
        return None
    return b"*." + parent.encode("ascii")


def _covers_plainly(leaf: bytes, wildcard: bytes, host: bytes) -> bool:
    """Tell whether a leaf has the wildcard, and not the host in any case beside it, in a form that all read alike."""
    return _all_plain(leaf) and wildcard in _lower_names(leaf) and host not in _lower_names(leaf)


@lru_cache(maxsize=256)
def _lower_names(leaf: bytes) -> frozenset[bytes]:
    return frozenset(name.lower() for name in alternative_names(leaf)[0])


@lru_cache(maxsize=256)
def _all_plain(der: bytes) -> bool:
    """Tell whether a certificate has one subjectAltName, of plain names and addresses, in the one encoding of DER."""
    try:
        values = [one.value for one in raw_certificate(der).extensions if one.oid == _ALTERNATIVE_NAME]
        entries = [tuple(element(value).children()) for value in values]
    except DERError:
        return False
    return len(values) == 1 and all(map(_is_plain, entries[0])) and values[0] == _encoded(entries[0])


def _is_plain(name: Element) -> bool:
    if name.tag == _IP:
        return len(name.content) in (4, 16)
    return name.tag == _DNS and _PLAIN_PATTERN.fullmatch(name.content) is not None


def _encoded(names: Iterable[Element]) -> bytes:
    return encode(SEQUENCE, *(encode(name.tag, name.content) for name in names))


@lru_cache(maxsize=256)
def alternative_names(der: bytes) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    """Return the raw dNSNames and iPAddresses of a certificate (DER); both empty where they cannot be read."""
    try:
        names = raw_certificate(der).value(_ALTERNATIVE_NAME)
        entries = () if names is None else tuple(names.children())
    except DERError:
        return (), ()
    return (
        tuple(name.content for name in entries if name.tag == _DNS),
        tuple(name.content for name in entries if name.tag == _IP),
    )


def _common_name(der: bytes) -> str | None:
    try:
        subject = DistinguishedName.from_der(raw_certificate(der).subject)
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
