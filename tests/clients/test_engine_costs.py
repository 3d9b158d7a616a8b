"""What chains and trust files made to be costly cost the models, counted in steps: go, rustls and java."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, SupportsIndex

import pytest
from cryptography import x509

from tests.clients.making import HOST, Cert, Ext, Shape, ca, ec_key, ext, leaf, pem, root, san
from tests.clients.model_cases import CLIENT, SERVER, purposes
from tests.clients.signing import oid
from tui_chain.clients.engines.go import constraints as go_constraints
from tui_chain.clients.engines.go import trust_file as go_bundle
from tui_chain.clients.engines.go.constraints import Domains, NameChecks
from tui_chain.clients.engines.go.extensions import GoNameConstraints
from tui_chain.clients.engines.go.names import DNS, GoAlternativeNames, GoSubtrees
from tui_chain.clients.engines.go.verifier import GoVerifier
from tui_chain.clients.engines.java import policies as java_policies
from tui_chain.clients.engines.java.verifier import JavaVerifier
from tui_chain.clients.engines.rustls import verifier as rustls
from tui_chain.clients.engines.rustls.verifier import RustlsVerifier
from tui_chain.x509.der import SEQUENCE, encode

Counter = Callable[[object, str], list[object]]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Counter:
    """Put a function that counts its calls in the place of another one."""

    def counted(owner: object, name: str) -> list[object]:
        found: list[object] = []
        original: Callable[..., Any] = getattr(owner, name)

        def call(*given: Any, **named: Any) -> Any:
            found.append(name)
            return original(*given, **named)

        monkeypatch.setattr(owner, name, call)
        return found

    return counted


def namesakes(count: int, *extensions: Ext, key: Any = None) -> list[Cert]:
    """Make CAs of one name, each signed by an issuer of that name that no trust file has, then a leaf of theirs."""
    top = root("Crossed", Shape(key=key))
    return [ca("Crossed", top, Shape(key=key, exts=(*extensions, san(f"c{number}.test")))) for number in range(count)]


def test_go_compares_each_ca_with_the_names_once_and_reads_each_name_once(calls: Counter) -> None:
    """The hundred signature checks of Go may ask for 250,000 comparisons each."""
    key, count, size = ec_key(), 8, 200
    limits = ext(x509.NameConstraints(None, [x509.DNSName(f"{number:x}.x") for number in range(size)]))
    cas = namesakes(count, limits, key=key)
    server = leaf(cas[0], names=[HOST, *(f"a{number}.test" for number in range(size))])
    judged, read, held = (
        calls(NameChecks, "refusal"),
        calls(go_constraints, "read_name"),
        calls(Domains, "hold"),
    )
    verdict = GoVerifier(pem([root("Other")])).verify([one.der for one in (server, *cas)], HOST, datetime.now(UTC))
    assert verdict.code == "SignatureCheckLimit"
    assert len(judged) == count
    assert len(read) == size + 1 + count
    assert len(held) <= 2 * count * (size + 2)


def test_go_counts_comparisons_as_go_makes_them() -> None:
    names = GoAlternativeNames(tuple((DNS, b"%d.test" % at) for at in range(501)))
    trees = GoSubtrees(dns=("other",) * 500)
    limits = GoNameConstraints(GoSubtrees(), trees, complete=True)
    few = GoAlternativeNames(names.entries[1:])
    assert NameChecks().refusal(limits, (few,)) is None
    assert NameChecks().refusal(limits, (names,)) == "TooManyConstraints"


def test_rustls_reads_a_certificate_once_for_each_place_in_a_path(calls: Counter) -> None:
    """Its 200,000 steps lead over the same certificates again and again."""
    cas = namesakes(10, purposes(CLIENT, SERVER))
    asked, steps = calls(rustls, "own_error"), calls(rustls._RustlsSearch, "problem")
    served = [one.der for one in (leaf(cas[0]), *cas)]
    assert RustlsVerifier(pem([root("Other")])).verify(served, HOST, datetime.now(UTC)).code == (
        "MaximumPathBuildCallsExceeded"
    )
    assert len(asked) <= 1 + 6 * len(cas) < len(steps)


def repeated(count: int) -> Ext:
    return Ext("2.5.29.32", encode(SEQUENCE, *[encode(SEQUENCE, oid("1.2.3.4"))] * count), critical=True)


@pytest.mark.parametrize(("places", "code"), [((900, 900), None), ((900, 3, 1), "PKIX path validation failed")])
def test_java_makes_no_more_policy_nodes_than_it_may_follow(
    calls: Counter, places: tuple[int, ...], code: str | None
) -> None:
    """Each policy of a certificate is a node below each one of its issuer with the same policy."""
    anchor = above = root()
    chain: list[Cert] = []
    for number, count in enumerate(places[:-1]):
        above = ca(f"CA {number}", above, Shape(exts=(repeated(count),)))
        chain.insert(0, above)
    server = leaf(above, Shape(exts=(repeated(places[-1]),)))
    made = calls(java_policies._PolicyNode, "add")
    verdict = JavaVerifier(pem([anchor])).verify([one.der for one in (server, *chain)], HOST, datetime.now(UTC))
    assert verdict.code == code
    assert len(made) <= 900 + java_policies._MAX_NODES + 1


class Watched(bytes):
    """Octets that count how many of them are searched or copied."""

    looked = 0

    def find(self, *given: Any) -> int:
        found = super().find(*given)
        self.looked += (len(self) if found < 0 else found) - given[1]
        return found

    def __getitem__(self, key: Any) -> Any:
        part = super().__getitem__(key)
        self.looked += 1 if isinstance(key, SupportsIndex) else len(part)
        return part


@pytest.mark.parametrize(
    "end",
    [
        b"",
        b"-----END CERTIFICATE-----\n",
        b"-----END X-----\n",
        b"-----END " + b"x" * 50_000,
        b"MAAA\n-----END CERTIFICATE-----\n",
    ],
)
@pytest.mark.parametrize("begin", [b"-----BEGIN CERTIFICATE-----\n", b"-----BEGIN CERTIFICATE-----\na: b\n"])
def test_go_reads_a_trust_file_of_begin_lines_once(begin: bytes, end: bytes) -> None:
    data = Watched(begin * 2000 + b"\n" + end)
    assert len(list(go_bundle.certificates(data))) <= 1
    assert 0 < data.looked <= 5 * len(data)
