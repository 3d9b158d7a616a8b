"""Random situations of a client: what a server sends, what the client trusts, which host it asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import strategies as st

from tests.paths.graphs import AKI, BASIC, CLIENT, HOST, KEY_USAGE, SERVER, SKI, Flaw, Spec, build, general, usage
from tui_chain.x509.certificate import Certificate

ANY_USE = ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE
UNKNOWN = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")


@dataclass(frozen=True)
class Situation:
    served: tuple[Certificate, ...]
    anchors: tuple[Certificate, ...]
    host: str
    key: str


def permitting(*names: str) -> tuple[x509.ExtensionType, bool]:
    return x509.NameConstraints([general(name) for name in names], None), True


def excluding(*names: str) -> tuple[x509.ExtensionType, bool]:
    return x509.NameConstraints(None, [general(name) for name in names]), True


ANY_FLAWS: tuple[Flaw, ...] = (
    {"days": (-20, -1)},
    {"days": (5, 30)},
    {"without": frozenset({AKI})},
    {"without": frozenset({SKI})},
    {"without": frozenset({KEY_USAGE})},
    {"uses": (CLIENT,)},
    {"uses": (ANY_USE,)},
    {"uses": (CLIENT, SERVER)},
    {"extra": ((UNKNOWN, True),)},
    {"extra": ((UNKNOWN, False),)},
    {"extra": ((x509.AuthorityKeyIdentifier(b"another", None, None), False),)},
)
CA_FLAWS: tuple[Flaw, ...] = (
    *ANY_FLAWS,
    {"uncritical": True},
    {"without": frozenset({BASIC})},
    {"without": frozenset({BASIC, KEY_USAGE})},
    {"path_length": 0},
    {"path_length": 1},
    {"path_length": 0, "without": frozenset({KEY_USAGE})},
    {"extra": ((usage("crl_sign"), True),)},
    {"extra": (permitting("example.test"),)},
    {"extra": (permitting("other.test"),)},
    {"extra": (excluding("www.example.test"),)},
)
LEAF_FLAWS: tuple[Flaw, ...] = (
    *ANY_FLAWS,
    {"names": ("127.0.0.1",)},
    {"names": ("*.example.test", "10.0.0.1")},
    {"names": ()},
    {"subject": "", "key": "leaf"},
    {"extra": ((usage("content_commitment"), True),)},
    {"extra": ((usage("digital_signature", "key_cert_sign"), True),)},
    {"key": "rsa1024:leaf"},
)


def flawed(spec: Spec, flaws: tuple[Flaw, ...]) -> st.SearchStrategy[Spec]:
    """The certificate as it should be, half of the time, or with one flaw."""
    made = [replace(spec, **flaw) for flaw in flaws]
    return st.one_of(st.just(spec), st.sampled_from(made))


def twins(spec: Spec) -> st.SearchStrategy[Spec]:
    """Another certificate of the same name: a decoy, an old or a new one, or one from another issuer."""
    changes: tuple[Flaw, ...] = (
        {"key": "decoy"},
        {"key": "decoy", "without": frozenset({SKI})},
        {"days": (-20, -1)},
        {"days": (-20, 60)},
        {"issuer": "Other"},
        {"issuer": spec.subject, "signer": spec.key},
    )
    return st.sampled_from([replace(spec, **change) for change in changes])


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    """A chain of up to three CAs with flaws and twins; any of them served or trusted, in any order."""
    names = ["Root", *(f"CA{number}" for number in range(1, draw(st.integers(1, 3))))]
    weak = draw(st.sampled_from(["", "", "", *names]))
    keys = {name: f"rsa1024:{name}" if name == weak else name for name in names}
    specs = [Spec("Root", "Root", key=keys["Root"], signer=keys["Root"])]
    specs += [Spec(lower, upper, key=keys[lower], signer=keys[upper]) for upper, lower in pairwise(names)]
    specs = [draw(flawed(spec, CA_FLAWS)) for spec in specs]
    specs += [draw(twins(spec)) for spec in draw(st.lists(st.sampled_from(specs), max_size=2))]
    specs += [Spec("Other", "Other")] if draw(st.booleans()) else []
    leaf = draw(flawed(Spec("leaf", names[-1], signer=keys[names[-1]], ca=False), LEAF_FLAWS))
    leaf = replace(leaf, digest=draw(st.sampled_from(["sha256", "sha1"]))) if weak == names[-1] else leaf
    certificates = [build(spec) for spec in specs]
    served = draw(st.lists(st.sampled_from(certificates), max_size=len(certificates) + 1))
    trusted = draw(st.lists(st.sampled_from([*certificates, build(leaf)]), min_size=1, unique=True))
    host = draw(st.sampled_from([HOST, HOST, HOST, "stranger.test", "127.0.0.1"]))
    return Situation((build(leaf), *served), tuple(trusted), host, leaf.key or leaf.subject)
