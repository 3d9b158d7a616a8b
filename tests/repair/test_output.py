"""Every kind of output, used by its real client against a server that forgets its intermediate."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.audit.loaders import run
from tests.support.chains import HOST, NOW, Pki, make_pki, repair_of, served_by, store_of, views
from tests.support.nginx import nginx
from tests.support.programs import require_program
from tests.support.trusted import trusted_block
from tui_chain.clients.judge import Judge
from tui_chain.core.failure import Failure
from tui_chain.lab.authority import Authority, Identity, key_to_pem, to_pem
from tui_chain.probe.served import ServedChain
from tui_chain.repair.file_header import read_header
from tui_chain.repair.output import Output, make_output
from tui_chain.repair.output_kinds import DESCRIPTIONS, SUFFIXES, OutputKind
from tui_chain.repair.proof import ders_of
from tui_chain.repair.repair import Repair
from tui_chain.trust.loading import clients_own
from tui_chain.trust.store import TrustStore
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.formats.readers import read_certificates

PEMS = (OutputKind.CLIENT, OutputKind.CLIENT_STORE, OutputKind.LINKS, OutputKind.SERVER)


@dataclass(frozen=True)
class Case:
    """A host that forgets its intermediate, its repair, and a store with another root beside its own."""

    pki: Pki
    store: TrustStore
    served: ServedChain
    repair: Repair

    def make(self, kind: OutputKind) -> Output:
        made = make_output(kind, [(self.served, self.repair)], self.store, at=NOW)
        assert isinstance(made, Output), made
        return made


def repaired(store: TrustStore, served: ServedChain, *found: Identity) -> tuple[ServedChain, Repair]:
    repair = repair_of(store, served, *found)
    assert isinstance(repair, Repair), repair
    return served, repair


@pytest.fixture(scope="module")
def case() -> Case:
    pki = make_pki()
    store = store_of(pki.root, Authority.root("Another Root", now=NOW))
    return Case(pki, store, *repaired(store, served_by(pki.leaf), pki.issuing))


def public_roots(case: Case) -> tuple[Certificate, ...]:
    """What clients have by themselves, read anew: a machine may add roots of its own to certifi's file."""
    return clients_own(case.store).anchors


def names(certificates: Sequence[Certificate]) -> list[str | None]:
    return [one.common_name for one in certificates]


def test_each_kind_has_what_it_is_for(case: Case) -> None:
    """Clients by themselves have certifi's roots, and not those of the user's own file."""
    assert names(case.make(OutputKind.CLIENT).certificates) == ["Test Issuing", "Test Root"]
    assert names(case.make(OutputKind.LINKS).certificates) == ["Test Issuing", "Test Root"]
    assert names(case.make(OutputKind.SERVER).certificates) == [HOST, "Test Issuing"]
    for kind in (OutputKind.CLIENT_STORE, OutputKind.JAVA):
        made = case.make(kind).certificates
        assert names(made[:3]) == ["Test Issuing", "Test Root", "Another Root"]
        assert set(made[3:]) == set(public_roots(case))


def public(*identities: Identity) -> TrustStore:
    """A store of these that stands for certifi, as if clients had it by themselves."""
    return replace(store_of(*identities), public=("test",))


def test_of_a_public_root_clients_lack_the_links_alone(case: Case) -> None:
    store = public(case.pki.root, Authority.root("Another Root", now=NOW))
    of_public = Case(case.pki, store, *repaired(store, case.served, case.pki.issuing))
    assert names(of_public.make(OutputKind.LINKS).certificates) == ["Test Issuing"]
    for kind in (OutputKind.CLIENT_STORE, OutputKind.JAVA):
        assert names(of_public.make(kind).certificates) == ["Test Issuing", "Test Root", "Another Root"]


def test_a_root_that_the_user_s_file_rejects_is_in_no_file_of_it(case: Case) -> None:
    """Who rejects a certificate in one trust store rejects it in all of them."""
    rejected, *kept = public_roots(case)
    block = trusted_block(rejected.der, rejected=[ExtendedKeyUsageOID.SERVER_AUTH])
    store = replace(case.store, pem=case.store.file + block)
    made = make_output(OutputKind.CLIENT_STORE, [(case.served, case.repair)], store, at=NOW)
    assert isinstance(made, Output)
    assert rejected not in made.certificates
    assert len(made.certificates) == len(kept) + 3


@pytest.mark.parametrize("kind", [OutputKind.CLIENT_STORE, OutputKind.JAVA])
def test_what_replaces_a_store_does_not_lose_that_its_owner_rejects_an_intermediate(
    case: Case, kind: OutputKind
) -> None:
    """The root below which it stands would be there without the rejection, for every host."""
    rejected = case.pki.root.issue_ca("Rejected")
    block = trusted_block(rejected.der, rejected=[ExtendedKeyUsageOID.SERVER_AUTH])
    store = replace(case.store, pem=case.store.file + block)
    made = make_output(kind, [(case.served, case.repair)], store, at=NOW)
    assert isinstance(made, Failure)
    assert made.message == f"{kind} would trust Rejected, which the trust store test rejects."
    for other in (OutputKind.CLIENT, OutputKind.LINKS):
        assert isinstance(make_output(other, [(case.served, case.repair)], store, at=NOW), Output)


@pytest.mark.parametrize("kind", OutputKind)
def test_the_same_input_gives_the_same_bytes(case: Case, kind: OutputKind) -> None:
    assert case.make(kind).data == case.make(kind).data
    assert DESCRIPTIONS[kind]
    assert SUFFIXES[kind]


@pytest.mark.parametrize("kind", PEMS)
def test_a_file_says_what_it_is(case: Case, kind: OutputKind) -> None:
    header = read_header(case.make(kind).data)
    assert header is not None
    assert (header.kind, header.hosts) == (kind.value, (f"{HOST}:443",))
    assert header.sources[views(case.pki.issuing)[0].sha256] == "file test"


def test_a_whole_store_says_when_its_own_links_end(case: Case) -> None:
    first = b"# Of what its host needs, the first certificate to expire is Test Issuing, on 2027-02-21 12:00 UTC\n"
    assert first in case.make(OutputKind.CLIENT_STORE).data


@pytest.mark.parametrize("kind", [*PEMS, OutputKind.JAVA, OutputKind.PKCS7, OutputKind.DER])
def test_a_file_holds_exactly_its_certificates(case: Case, kind: OutputKind) -> None:
    made = case.make(kind)
    held = {one for data in (made.data, *made.more) for one in read_certificates(data).certificates}
    assert held == set(made.certificates)


def test_no_certificate_can_be_taken_out_of_a_client_bundle(case: Case) -> None:
    for bundle, served in minimality_cases(case):
        for left_out in bundle:
            rest = [one for one in bundle if one != left_out]
            verdicts = Judge.of(rest).verdicts(ders_of(served), host=HOST, at=NOW)
            assert not all(verdict.ok for verdict in verdicts.values()), left_out


def minimality_cases(case: Case) -> Iterator[tuple[tuple[Certificate, ...], ServedChain]]:
    yield case.repair.bundle.certificates, case.served
    upper = case.pki.root.issue_ca("Upper")
    lower = upper.issue_ca("Lower")
    leaf = lower.issue_leaf([HOST])
    for chain in ((leaf,), (leaf, lower), (leaf, upper)):
        served, repair = repaired(case.store, served_by(*chain), upper, lower)
        assert repair.whole
        yield repair.bundle.certificates, served


def test_what_the_server_sends_anyway_does_not_age_in_the_bundle(case: Case) -> None:
    upper = case.pki.root.issue_ca("Upper")
    lower = upper.issue_ca("Lower")
    _, repair = repaired(case.store, served_by(lower.issue_leaf([HOST]), lower), upper)
    assert names(repair.bundle.certificates) == ["Upper", "Test Root"]


def test_several_hosts_share_one_file_without_duplicates(case: Case) -> None:
    served = served_by(case.pki.issuing.issue_leaf(["other.test"]), host="other.test")
    repairs = [(case.served, case.repair), repaired(case.store, served, case.pki.issuing)]
    made = make_output(OutputKind.CLIENT, repairs, case.store, at=NOW)
    assert isinstance(made, Output)
    assert names(made.certificates) == ["Test Issuing", "Test Root"]
    assert made.data.count(b"# For: other.test:443\n") == 2
    header = read_header(made.data)
    assert header is not None
    assert header.hosts == (f"{HOST}:443", "other.test:443")
    assert isinstance(make_output(OutputKind.SERVER, repairs, case.store, at=NOW), Failure)


def test_a_stranger_s_subject_makes_no_host_line() -> None:
    """The header is read again by refresh: a certificate must not name hosts in it."""
    pki = make_pki("Evil\n# Host: evil.test\n\n")
    _, repair = repaired(pki.trust, served_by(pki.leaf), pki.issuing)
    header = read_header(repair.bundle.pem)
    assert header is not None
    assert header.hosts == (f"{HOST}:443",)


def test_nothing_to_make_is_a_failure(case: Case) -> None:
    assert isinstance(make_output(OutputKind.CLIENT, [], case.store, at=NOW), Failure)


def test_der_is_one_certificate_a_file(case: Case) -> None:
    upper = case.pki.root.issue_ca("Upper")
    lower = upper.issue_ca("Lower")
    repairs = [repaired(case.store, served_by(lower.issue_leaf([HOST])), upper, lower)]
    made = make_output(OutputKind.DER, repairs, case.store, at=NOW)
    assert isinstance(made, Output)
    assert [x509.load_der_x509_certificate(one).subject for one in (made.data, *made.more)] == [
        lower.subject,
        upper.subject,
        case.pki.root.subject,
    ]


def test_keytool_lists_every_certificate_as_trusted(case: Case, tmp_path: Path) -> None:
    keytool, file = str(require_program("keytool")), tmp_path / "store.p12"
    output = case.make(OutputKind.JAVA)
    file.write_bytes(output.data)
    for password in ("changeit", "anything"):
        said = run(keytool, "-list", "-keystore", str(file), "-storepass", password)
        assert said.stdout.count(b"trustedCertEntry") == len(output.certificates), said


def test_openssl_reads_the_pkcs7(case: Case, tmp_path: Path) -> None:
    openssl, file = str(require_program("openssl")), tmp_path / "ca.p7b"
    file.write_bytes(case.make(OutputKind.PKCS7).data)
    assert run(openssl, "pkcs7", "-in", str(file), "-print_certs").stdout.count(b"BEGIN CERTIFICATE") == 2
    assert len(pkcs7.load_pem_pkcs7_certificates(file.read_bytes())) == 2


def test_nginx_serves_the_chain_file_to_a_client_with_the_root_alone(tmp_path: Path) -> None:
    now = datetime.now(UTC)  # curl reads the clock of the machine
    root = Authority.root("Real Root", now=now)
    issuing = root.issue_ca("Real Issuing")
    leaf = issuing.issue_leaf(["localhost"])
    store = store_of(root)
    served = replace(served_by(leaf, host="localhost"), at=now)
    made = make_output(OutputKind.SERVER, [repaired(store, served, issuing)], store, at=now)
    assert isinstance(made, Output)
    trust = tmp_path / "root.pem"
    trust.write_bytes(to_pem([root.der]))
    with nginx(tmp_path / "nginx", made.data, key_to_pem(leaf.key)) as port:
        url = f"https://localhost:{port}/"
        said = run("curl", "-q", "-sS", "--capath", "/nonexistent", "--cacert", str(trust), url)
        context = ssl.create_default_context(cadata=trust.read_text())
        assert context.verify_mode is ssl.CERT_REQUIRED
        assert said.returncode == 0, said.stderr


def test_one_file_for_all_leaves_out_what_another_host_brings(case: Case) -> None:
    """A cross-signed issuer: what one host's bundle holds can make a link of another's unnecessary."""
    other = Authority.root("Cross Root", now=NOW)
    upper = case.pki.root.issue_ca("Upper")
    crossed = other.cross_sign(upper)
    lower = upper.issue_ca("Lower")
    store = store_of(case.pki.root, other)
    first = repaired(store, served_by(lower.issue_leaf([HOST]), lower), upper)
    second = repaired(store, served_by(lower.issue_leaf(["other.test"]), lower, host="other.test"), crossed)
    made = make_output(OutputKind.CLIENT, [first, second], store, at=NOW)
    assert isinstance(made, Output)
    for left_out in made.certificates:
        judge = Judge.of(one for one in made.certificates if one != left_out)
        assert not all(
            verdict.ok
            for served, _ in (first, second)
            for verdict in judge.verdicts(ders_of(served), host=served.host, at=NOW).values()
        )
