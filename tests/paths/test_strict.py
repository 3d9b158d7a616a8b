"""What strict checks ask, as it is foreseen for each certificate, against the strict verdicts of OpenSSL itself."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

import pytest
from cryptography import x509
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.paths.graphs import (
    AKI,
    BASIC,
    HOST,
    KEY_USAGE,
    NOW,
    SAN,
    SKI,
    Spec,
    build,
    ca,
    general,
    leaf,
    root,
    usage,
)
from tests.paths.situations import ANY_FLAWS, CA_FLAWS, LEAF_FLAWS, flawed
from tui_chain.clients.engines.openssl.verifier import PARTIAL_CHAIN, STRICT, OpenSSLVerifier, Settings
from tui_chain.clients.verdict import Verdict
from tui_chain.paths.codes import is_strict
from tui_chain.paths.index import Chain
from tui_chain.paths.strict import clients_lost, strict_fault
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.formats.pem import pem_of

ROOT, ISSUING, LEAF = root(), ca("Issuing", "Root"), leaf("Issuing")
OF_OPENSSL_3_0 = pytest.mark.skipif(
    ssl.OPENSSL_VERSION_INFO[:2] != (3, 0), reason="the rules are those of OpenSSL 3.0"
)


def verified(path: Chain, flags: int) -> Verdict:
    """What OpenSSL says of a whole path, its last certificate being the only anchor."""
    served = tuple(one.der for one in path[:-1]) or (path[0].der,)
    return OpenSSLVerifier(pem_of(path[-1:])).verify(served, HOST, NOW, Settings(flags))


def foreseen(path: Chain) -> Iterator[tuple[int, str]]:
    for depth, certificate in enumerate(path):
        code = strict_fault(path, depth)
        if code is not None:
            yield code, certificate.sha256


def raw(oid: x509.ObjectIdentifier, content: str, *, critical: bool = False) -> tuple[x509.ExtensionType, bool]:
    return x509.UnrecognizedExtension(oid, bytes.fromhex(content)), critical


CRITICAL_NAMES = ((x509.SubjectAlternativeName([general(HOST)]), True),)
ANONYMOUS = ca("", "Root", key="anonymous")
ODD = {
    "CA by keyUsage alone": (79, (LEAF, ca("Issuing", "Root", without=frozenset({BASIC})), ROOT)),
    "path length without keyCertSign": (
        81,
        (LEAF, ca("Issuing", "Root", path_length=0, without=frozenset({KEY_USAGE})), ROOT),
    ),
    "leaf that may sign": (
        82,
        (leaf("Issuing", extra=((usage("digital_signature", "key_cert_sign"), True),)), ISSUING, ROOT),
    ),
    "no issuer": (83, (leaf("", signer="anonymous"), ANONYMOUS, ROOT)),
    "neither subject nor names": (84, (leaf("Issuing", "", key="leaf", names=()), ISSUING, ROOT)),
    "no authority key identifier": (85, (leaf("Issuing", without=frozenset({AKI})), ISSUING, ROOT)),
    "no subject key identifier": (86, (LEAF, ca("Issuing", "Root", without=frozenset({SKI})), ROOT)),
    "root without a subject key identifier": (86, (LEAF, ISSUING, root(without=frozenset({SKI})))),
    "empty subjectAltName": (87, (leaf("Issuing", HOST, key="leaf", extra=(raw(SAN, "3000"),)), ISSUING, ROOT)),
    "names alone, not critical": (88, (leaf("Issuing", "", key="leaf"), ISSUING, ROOT)),
    "basicConstraints not critical": (89, (LEAF, ca("Issuing", "Root", uncritical=True), ROOT)),
    "CA without keyUsage": (92, (LEAF, ca("Issuing", "Root", without=frozenset({KEY_USAGE})), ROOT)),
    "nothing": (0, (LEAF, ISSUING, ROOT)),
    "names alone, critical": (0, (leaf("Issuing", "", key="leaf", extra=CRITICAL_NAMES), ISSUING, ROOT)),
}
"""A path for each code that strict checks can give."""


@OF_OPENSSL_3_0
@pytest.mark.parametrize("name", ODD)
def test_each_fault_is_openssls(name: str) -> None:
    code, path = ODD[name]
    verdict = verified(path, STRICT | PARTIAL_CHAIN)
    assert (verdict.code or 0) == code
    first = next(foreseen(path), (0, None))
    assert first == (code, verdict.certificate)


@st.composite
def paths(draw: st.DrawFn) -> Chain:
    """A path of two or three certificates, each with a flaw half of the time."""
    above = draw(flawed(Spec("Root", "Root"), CA_FLAWS))
    middle = [draw(flawed(Spec("Issuing", "Root"), CA_FLAWS))] if draw(st.booleans()) else []
    leaf_flaws = [flaw for flaw in LEAF_FLAWS if flaw not in ANY_FLAWS[:2]]
    below = draw(flawed(Spec("leaf", middle[0].subject if middle else "Root", ca=False), tuple(leaf_flaws)))
    return tuple(map(build, (below, *middle, above)))


@OF_OPENSSL_3_0
@settings(max_examples=200, deadline=None)
@given(paths())
def test_what_is_accepted_without_strict_checks_fails_with_them_as_foreseen(path: Chain) -> None:
    strict = verified(path, STRICT | PARTIAL_CHAIN)
    first = next(foreseen(path), None)
    if verified(path, PARTIAL_CHAIN).ok:
        assert (strict.code, strict.certificate) == (first or (None, None))
    elif is_strict(strict.code):
        assert (strict.code, strict.certificate) in set(foreseen(path))


def test_what_a_path_costs_in_clients() -> None:
    assert clients_lost((LEAF, ISSUING, ROOT)) == 0
    assert clients_lost((LEAF, ISSUING)) == 1
    loose = ca("Issuing", "Root", uncritical=True)
    assert clients_lost((LEAF, loose, ROOT)) == 1
    assert clients_lost((LEAF, loose)) == 2


def test_strict_faults_by_depth() -> None:
    loose = ca("Issuing", "Root", uncritical=True)
    path = (LEAF, loose, root(without=frozenset({SKI})))
    assert [strict_fault(path, depth) for depth in range(3)] == [None, 89, 86]
    assert strict_fault((LEAF,), 0) is None


def test_what_cannot_be_read_is_not_held_to_be_absent() -> None:
    """OpenSSL may read what our parser refuses: of that nothing is foreseen."""
    limited = leaf("Issuing", extra=(raw(BASIC, "3003020100"),))
    assert verified((limited, ISSUING, ROOT), STRICT | PARTIAL_CHAIN).code == 80
    assert strict_fault((limited, ISSUING, ROOT), 0) is None
    assert strict_fault((LEAF, ca("Issuing", "Root", extra=(raw(SKI, "0500"),)), ROOT), 1) is None
    assert strict_fault((Certificate(b"junk"), ISSUING, ROOT), 0) is None
