"""The kinds of output: the same proven repair as the file that a client or a server wants."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from tui_chain.clients.judge import Judge
from tui_chain.core.failure import Failure
from tui_chain.core.text import plural
from tui_chain.probe.served import ServedChain
from tui_chain.repair.bundle import Bundle
from tui_chain.repair.output_kinds import OutputKind, without_crls
from tui_chain.repair.proof import BundleProof, refusal
from tui_chain.repair.repair import Repair, combine, proofs_of
from tui_chain.repair.server_chain import certificates_to_send
from tui_chain.trust.loading import clients_own, joined_stores
from tui_chain.trust.store import TrustStore
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.crl import crl_to_pem
from tui_chain.x509.der import SEQUENCE, element, encode
from tui_chain.x509.formats.pem import pem_of

if TYPE_CHECKING:
    from tui_chain.x509.crl import CrlSet

MAX_ALIAS = 60
"""Characters of the readable part of an alias."""


def java_truststore(certificates: Sequence[Certificate]) -> bytes:
    """Make a PKCS#12 store in which Java trusts each certificate, each under an alias of its own.

    The file has no password: it holds nothing secret, and Java opens it with any password or none. Its integrity
    mark, whose salt is random, is left out (RFC 7292 section 4: optional), so the same input gives the same bytes.
    Certificates that cryptography cannot parse are left out.
    """
    from cryptography.hazmat.primitives.serialization import NoEncryption, pkcs12

    entries = [
        pkcs12.PKCS12Certificate(certificate.parsed, alias(certificate).encode("ascii"))
        for certificate in certificates
        if certificate.parsed is not None
    ]
    version, contents, *_mac = element(pkcs12.serialize_java_truststore(entries, NoEncryption())).children()
    return encode(SEQUENCE, version.raw, contents.raw)


def alias(certificate: Certificate) -> str:
    """A name for a certificate in a Java store: readable, lower-case ASCII, and its own by its SHA-256."""
    readable = re.sub(r"[^a-z0-9]+", "-", certificate.label.lower()).strip("-")[:MAX_ALIAS]
    return f"{readable or 'certificate'}-{certificate.sha256[:16]}"


def pkcs7_file(certificates: Sequence[Certificate]) -> bytes:
    """Make a PKCS#7 file in PEM that holds the certificates and nothing else (RFC 5652 section 5.1)."""
    from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

    return pkcs7.serialize_certificates([one.parsed for one in certificates if one.parsed is not None], Encoding.PEM)


Repairs = Sequence[tuple[ServedChain, Repair]]


@dataclass(frozen=True)
class Output:
    """A file to write: its kind, its bytes, the certificates in it in their order, and the hosts it is for.

    `more` are further files that belong to it: only DER has them, one for each certificate after the first.
    `bundle` is what a PEM kind was written from, to merge it into another file; what is merged has to stand the
    `proofs` again, together with `beside`, the trust file that its clients have by themselves.
    """

    kind: OutputKind
    data: bytes
    certificates: tuple[Certificate, ...]
    hosts: tuple[str, ...]
    more: tuple[bytes, ...] = ()
    bundle: Bundle | None = None
    proofs: tuple[BundleProof, ...] = ()
    beside: bytes = b""

    @property
    def is_text(self) -> bool:
        """Whether it can be shown and sent to standard output as it is."""
        return self.kind not in {OutputKind.JAVA, OutputKind.DER}

    @property
    def summary(self) -> str:
        """What is in it, in a few words."""
        certificates = plural(
            len(self.certificates), "certificate" if self.kind is OutputKind.SERVER else "CA certificate"
        )
        crls = self.bundle.crls if self.bundle is not None else ()
        return f"{certificates}, {plural(len(crls), 'CRL')}" if crls else certificates


@dataclass(frozen=True)
class _Job:
    """What the makers share: the repairs, the bundle for all of them, and the store that it was proven with.

    `own` is what clients trust by themselves.
    """

    repairs: Repairs
    bundle: Bundle
    store: TrustStore
    own: TrustStore
    at: datetime

    @property
    def proofs(self) -> list[BundleProof]:
        return proofs_of(list(self.repairs), at=self.at)

    @property
    def beside(self) -> bytes:
        """The clients' own trust store as a file before what is added to it."""
        return _file_of(self.own)

    @cached_property
    def links(self) -> tuple[Certificate, ...]:
        """What clients lack: not in their own store, and not served by the host that needs it."""
        served = {certificate for chain, _ in self.repairs for certificate in chain.certificates}
        outside = tuple(one for one in self.bundle.certificates if one not in self.own)
        needed = tuple(one for one in outside if one not in served)
        return needed if refusal(needed, self.proofs, self.beside) is None else outside

    def output(self, kind: OutputKind, certificates: tuple[Certificate, ...]) -> Output | Failure:
        """The file of a PEM kind, after its last proof: as the only store, or beside the clients' own."""
        refused = refusal(certificates, self.proofs, self.beside if kind is OutputKind.LINKS else b"")
        if refused is not None:
            return Failure("no-repair", f"{kind} does not work here: {refused}.", "Take the kind client.")
        if not certificates:
            return _nothing_missing()
        sources = {
            anchor.sha256: f"trust store {store.name}" for store in (self.own, self.store) for anchor in store.anchors
        }
        sources |= self.bundle.sources
        made = replace(self.bundle, certificates=certificates, sources=sources, kind=kind.value)
        bundle = replace(made, trust=self.store.name, core=self.bundle.certificates)
        return _pem(kind, bundle)


def make_output(
    kind: OutputKind, repairs: Repairs, store: TrustStore, *, at: datetime, crls: CrlSet | None = None
) -> Output | Failure:
    """Make the file of a kind for one or more repaired hosts, each certificate once, proven for each host.

    `store` is the trust store in force; what clients trust by themselves is read from this machine, for the kinds
    that replace it or add to it. `crls` are those of all these hosts (`collect.joined`), for clients that
    check them; kinds that cannot have them are a failure then. The same input gives the same bytes, in every kind.
    """
    if crls is not None:
        return _with_crls(kind, repairs, store, at, crls)
    if not repairs:
        return Failure("nothing-to-do", "There is no proven repair to make a file of.", "Repair a host first.")
    bundle = repairs[0][1].bundle if len(repairs) == 1 else combine(list(repairs), at=at)
    if isinstance(bundle, Failure):
        return bundle
    own = clients_own(store) if kind in _OF_CLIENTS else store
    job = _Job(repairs, bundle, store, own, at)
    made = _MAKERS[kind](job)
    beside = job.beside if kind is OutputKind.LINKS else b""
    return made if isinstance(made, Failure) else replace(made, proofs=tuple(job.proofs), beside=beside)


def _with_crls(kind: OutputKind, repairs: Repairs, store: TrustStore, at: datetime, crls: CrlSet) -> Output | Failure:
    """The file of a kind with CRLs, proven for every host with the check turned on (law 4)."""
    made = without_crls(kind) or make_output(kind, repairs, store, at=at)
    if isinstance(made, Failure) or made.bundle is None:
        return made
    lists = "".join(map(crl_to_pem, crls.crls)).encode("ascii")
    judge = Judge(made.beside + pem_of(made.certificates) + lists, crls.scope)
    proofs = proofs_of(list(repairs), at=at)
    refused = next(filter(None, (proof.crl_refusal(judge, crls.scope) for proof in proofs)), None)
    if refused is not None:
        return Failure("no-repair", f"{kind} does not work with the CRLs: {refused}.", "Leave CRLs out.")
    return replace(_pem(kind, made.bundle.with_crls(crls)), proofs=made.proofs, beside=made.beside)


def _pem(kind: OutputKind, bundle: Bundle) -> Output:
    return Output(kind, bundle.pem, bundle.certificates, bundle.hosts, bundle=bundle)


def _client(job: _Job) -> Output:
    return _pem(OutputKind.CLIENT, job.bundle)


def _links(job: _Job) -> Output | Failure:
    return job.output(OutputKind.LINKS, job.links)


def _client_store(job: _Job) -> Output | Failure:
    certificates = _with_store(job)
    return _rejection_lost(job, OutputKind.CLIENT_STORE, certificates) or job.output(
        OutputKind.CLIENT_STORE, certificates
    )


def _with_store(job: _Job) -> tuple[Certificate, ...]:
    """What clients lack, what the user chose, and what clients have by themselves: the file replaces it.

    The missing links come first: OpenSSL takes them whatever comes later, and a person finds them on top.
    """
    chosen = job.store if job.store is job.own else joined_stores((job.store, job.own))
    anchors = (anchor for anchor in chosen.anchors if anchor.is_ca)  # a trust file may pin a leaf (law 3)
    return tuple(dict.fromkeys((*job.links, *anchors)))


def _rejection_lost(job: _Job, kind: OutputKind, certificates: Sequence[Certificate]) -> Failure | None:
    """Refuse what replaces a store and would trust what its owner rejects: these kinds have no trust settings.

    A root that is rejected is simply not there; an intermediate would be trusted by its issuer.
    """
    rejected = [one for one in map(Certificate, sorted(job.store.rejected)) if not one.self_issued]
    issuers = {one.subject_name for one in certificates} if rejected else set()
    lost = next((one for one in rejected if one.issuer_name in issuers), None)
    if lost is None:
        return None
    message = f"{kind} would trust {lost.label}, which the trust store {job.store.name} rejects."
    return Failure("no-repair", message, "Take the kind client or links.")


def _java(job: _Job) -> Output | Failure:
    certificates = _with_store(job)
    lost = _rejection_lost(job, OutputKind.JAVA, certificates)
    if lost is not None:
        return lost
    refused = refusal(certificates, job.proofs)
    if refused is not None:
        return Failure("no-repair", f"java does not work here: {refused}.", "Take the kind client.")
    return Output(OutputKind.JAVA, java_truststore(certificates), certificates, job.bundle.hosts)


def _pkcs7(job: _Job) -> Output:
    certificates = job.bundle.certificates
    return Output(OutputKind.PKCS7, pkcs7_file(certificates), certificates, job.bundle.hosts)


def _der(job: _Job) -> Output:
    certificates = job.links or job.bundle.certificates
    first, *others = (certificate.der for certificate in certificates)
    return Output(OutputKind.DER, first, certificates, job.bundle.hosts, tuple(others))


def _server(job: _Job) -> Output | Failure:
    """What the server should have sent, proven as if it had: the store alone, this file as the served chain."""
    chains = {repair.path.certificates for _, repair in job.repairs}
    if len({chain[0] for chain in chains}) > 1:
        return Failure("usage", "A server's chain file is for one host; these have several.", "Name one host.")
    path = job.repairs[0][1].path
    chain = certificates_to_send(path)
    served = [ServedChain(one.target, chain, one.at, one.address) for one, _ in job.repairs]
    proofs = [BundleProof(one, proof.wanted, job.at) for one, proof in zip(served, job.proofs, strict=True)]
    refused = refusal((), proofs, _file_of(job.store))
    if refused is not None and path.anchor in job.store:
        return Failure("no-repair", f"The chain file does not work: {refused}.", "Look at the findings.")
    made = replace(job.bundle, certificates=chain, needed_by={}, kind=OutputKind.SERVER.value)
    bundle = replace(made, trust=job.store.name)
    return _pem(OutputKind.SERVER, bundle)


def _file_of(store: TrustStore) -> bytes:
    return store.file.rstrip(b"\n") + b"\n"


def _nothing_missing() -> Failure:
    return Failure(
        "nothing-to-do",
        "The clients' own trust store and what the server sends are all there is; no certificate is missing.",
        "Take the kind client.",
    )


_OF_CLIENTS = frozenset({OutputKind.CLIENT_STORE, OutputKind.LINKS, OutputKind.JAVA, OutputKind.DER})
"""The kinds that hold, or stand beside, what clients trust by themselves."""
_MAKERS: Mapping[OutputKind, Callable[[_Job], Output | Failure]] = {
    OutputKind.CLIENT: _client,
    OutputKind.CLIENT_STORE: _client_store,
    OutputKind.LINKS: _links,
    OutputKind.SERVER: _server,
    OutputKind.JAVA: _java,
    OutputKind.PKCS7: _pkcs7,
    OutputKind.DER: _der,
}
