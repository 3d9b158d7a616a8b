"""What OpenSSL 3.0 asks of a chain, as codes in its own order (`verify_chain` in crypto/x509/x509_vfy.c).

pyOpenSSL's newer OpenSSL leaves some of this out (code 89) or cannot be told to check it (purpose, security level,
host), while the OpenSSL that most clients run on does check it. Here is what it would say; OpenSSL is not asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cryptography import x509

from tui_chain.certs.certificate import Certificate
from tui_chain.paths.checks import SERVER_USES
from tui_chain.paths.index import Chain
from tui_chain.paths.openssl_chain import seems_self_signed
from tui_chain.paths.reading import (
    ALTERNATIVE_NAME,
    AUTHORITY_KEY,
    BASIC_CONSTRAINTS,
    KEY_USAGE,
    SUBJECT_KEY,
    critical_oids,
    extension,
    extension_oids,
    may_hide,
)
from tui_chain.paths.strength import SECURITY_BITS, key_security


class Stage(NamedTuple):
    """When OpenSSL meets an error: the stage, within it the depth, within that the rule."""

    stage: int
    depth: int = 0
    rule: int = 0


LEAF_KEY, BUILDING, EXTENSIONS, SECURITY, IDENTITY, REVOCATION, SIGNATURES, NAMES, AFTERWARDS = range(9)
STRICT_RULE, PURPOSE_RULE, LENGTH_RULE = 1, 2, 3

STRICT_CODES = frozenset(range(78, 94))
"""Codes of X509_V_FLAG_X509_STRICT in OpenSSL 3.0; higher ones came later."""

_BUILDING_CODES = frozenset({1, 2, 18, 19, 20, 21, 22, 28})
_EXTENSION_CODES = frozenset({25, 34, 37, 40, 94})
_NAME_CODES = frozenset({47, 48, 49, 51, 52, 53})
_CRL_CODES = frozenset({3, 5, 8, 11, 12, 15, 16, 23, 33, 35, 36, 44, 54})


class Refusal(NamedTuple):
    """An error of a chain: when it comes up, OpenSSL's code, the certificate, and words where the table has none."""

    when: Stage
    code: int
    certificate: Certificate
    words: str = ""


def stage_of(code: int, depth: int) -> Stage:
    """Return when OpenSSL itself reports a code; whatever is not known comes with the signatures."""
    if code in _BUILDING_CODES:
        return Stage(BUILDING)
    if code in STRICT_CODES:
        return Stage(EXTENSIONS, depth, STRICT_RULE)
    if code in _EXTENSION_CODES:
        return Stage(EXTENSIONS, depth, LENGTH_RULE if code == 25 else 0)
    if code in _CRL_CODES:
        return Stage(REVOCATION, depth)
    return Stage(NAMES if code in _NAME_CODES else SIGNATURES)


def chain_refusals(chain: Chain, *, strict: bool) -> Iterator[Refusal]:
    """Everything that OpenSSL 3.0 says of the certificates of a chain as TLS servers' and of their strength."""
    security = key_security(chain[0])
    if security is not None and security < SECURITY_BITS:
        yield Refusal(Stage(LEAF_KEY), 66, chain[0])
    for depth, certificate in enumerate(chain):
        code = strict_fault(chain, depth) if strict else None
        if code is not None:
            yield Refusal(Stage(EXTENSIONS, depth, STRICT_RULE), code, certificate)
        if not _serves(certificate, leaf=depth == 0):
            yield Refusal(Stage(EXTENSIONS, depth, PURPOSE_RULE), 26, certificate)
        yield from _security(chain, depth)


def _security(chain: Chain, depth: int) -> Iterator[Refusal]:
    """check_auth_level at level 2: the keys of issuers, and all signatures but the last."""
    key = key_security(chain[depth])
    if depth > 0 and key is not None and key < SECURITY_BITS:
        yield Refusal(Stage(SECURITY, depth, 0), 67, chain[depth])
    if depth < len(chain) - 1 and chain[depth].weak_hash is not None:
        yield Refusal(Stage(SECURITY, depth, 1), 68, chain[depth])


def _serves(certificate: Certificate, *, leaf: bool) -> bool:
    """X509_PURPOSE_SSL_SERVER; whether an issuer is a CA at all has a code of its own (79)."""
    uses = certificate.extended_key_usage
    if uses is not None and not SERVER_USES.intersection(use.dotted_string for use in uses):
        return False
    usage = certificate.key_usage
    return not leaf or usage is None or usage.digital_signature or usage.key_encipherment or usage.key_agreement


def strict_fault(chain: Chain, depth: int) -> int | None:
    """Return the first code of X509_V_FLAG_X509_STRICT for one certificate of a chain, or None.

    An extension that cannot be read is not held to be absent: OpenSSL may read what our parser refuses.
    """
    certificate = chain[depth]
    grade = _authority_grade(certificate)
    if grade != 1 and (grade or depth):
        return 79
    if len(chain) == 1:
        return None
    return (
        _constraints_fault(certificate)
        or _names_fault(certificate)
        or _identifiers_fault(certificate, last=depth == len(chain) - 1)
    )


def _authority_grade(certificate: Certificate) -> int:
    """check_ca: 0 is no CA, 1 says that it is one, 3 is self-signed of version 1, 4 may sign by its keyUsage."""
    usage, constraints = certificate.key_usage, certificate.basic_constraints
    if usage is not None and not usage.key_cert_sign:
        return 0
    if constraints is not None:
        return int(constraints.ca)
    if may_hide(certificate, BASIC_CONSTRAINTS):
        return 1
    if certificate.version == 1 and seems_self_signed(certificate):
        return 3
    return 0 if usage is None else 4


def _constraints_fault(certificate: Certificate) -> int | None:
    """RFC 5280 sections 4.2.1.9 and 4.2.1.3."""
    constraints, usage = certificate.basic_constraints, certificate.key_usage
    signs = usage is not None and usage.key_cert_sign
    if constraints is not None and constraints.path_length is not None and not (constraints.ca and signs):
        return 81 if constraints.ca else 80
    if constraints is None or not constraints.ca:
        return 82 if signs else None
    if BASIC_CONSTRAINTS not in critical_oids(certificate):
        return 89
    return 92 if usage is None and not may_hide(certificate, KEY_USAGE) else None


def _names_fault(certificate: Certificate) -> int | None:
    """RFC 5280 sections 4.1.2.4, 4.1.2.6 and 4.2.1.6."""
    if certificate.issuer_name == ():
        return 83
    named = ALTERNATIVE_NAME in extension_oids(certificate)
    usage = certificate.key_usage
    authority = certificate.basic_constraints is not None and certificate.basic_constraints.ca
    if certificate.subject_name == ():
        if authority or not named or (usage is not None and usage.crl_sign):
            return 84
        if ALTERNATIVE_NAME not in critical_oids(certificate):
            return 88
    names = extension(certificate, x509.SubjectAlternativeName)
    return 87 if names is not None and not list(names) else None


def _identifiers_fault(certificate: Certificate, *, last: bool) -> int | None:
    """RFC 5280 sections 4.2.1.1, 4.2.1.2 and 4.1.2.1."""
    if certificate.version in {1, 2}:
        return 93 if extension_oids(certificate) else None
    if not last and certificate.authority_key_id is None and not may_hide(certificate, AUTHORITY_KEY):
        return 85
    authority = certificate.basic_constraints is not None and certificate.basic_constraints.ca
    return 86 if authority and certificate.key_id is None and not may_hide(certificate, SUBJECT_KEY) else None


def clients_lost(path: Chain) -> int:
    """Count the kinds of client that refuse a path though it breaks no rule of RFC 5280.

    Those without partial chains want a self-signed anchor, and there are those with strict checks.
    """
    strict = any(strict_fault(path, depth) is not None for depth in range(len(path)))
    return (not seems_self_signed(path[-1])) + strict
