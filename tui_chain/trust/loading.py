"""Trust stores read from disk: the one that the user chose, and the public ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from tui_chain.core.command import hinted
from tui_chain.core.failure import Failure
from tui_chain.core.files import absolute, read_file
from tui_chain.core.text import plural, safe_text
from tui_chain.trust.settings import refused_anchors, refusing_blocks
from tui_chain.trust.store import AnchorStore, TrustStore
from tui_chain.trust.system import quick_anchors, read_system, system_store
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.formats.pem import pem_of
from tui_chain.x509.formats.readers import read_certificates


def certifi_store() -> TrustStore | None:
    """What requests and httpx read."""
    import certifi

    anchors = quick_anchors(Path(certifi.where()))
    return TrustStore("certifi", anchors) if anchors else None


PUBLIC = {"certifi": certifi_store, "system": system_store}
"""The stores that are the same for many: what requests and httpx read, and what the other programs do."""


@dataclass(frozen=True)
class PublicStores:
    """Gives certifi and the system's store, without the one called `chosen`; their files are read once."""

    chosen: str = ""

    @cached_property
    def _stores(self) -> tuple[AnchorStore, ...]:
        found = (load() for name, load in PUBLIC.items() if name != self.chosen)
        return tuple(store for store in found if store is not None)

    def __call__(self) -> tuple[AnchorStore, ...]:
        """Return the stores; one that this machine lacks is left out."""
        return self._stores

    def holding(self, certificate: Certificate, chosen: AnchorStore) -> tuple[str, ...]:
        """Name every store that has this very certificate, the chosen one first."""
        return tuple(store.name for store in (chosen, *self()) if certificate in store)


def load_trust_store(*choices: str) -> TrustStore | Failure:
    """Load `certifi`, `system` or the files named, several as one; a store without a certificate is a failure."""
    stores: list[TrustStore] = []
    for choice in dict.fromkeys(choices):
        store = _load(choice)
        if isinstance(store, Failure):
            return store
        stores.append(store)
    return stores[0] if len(stores) == 1 else joined_stores(stores)


def clients_own(chosen: TrustStore) -> TrustStore:
    """Return what clients trust by themselves: the public stores among the chosen ones, or certifi."""
    if chosen.public and chosen.name == " + ".join(chosen.public):
        return chosen
    own = load_trust_store(*(chosen.public or ("certifi",)))
    return TrustStore("certifi", ()) if isinstance(own, Failure) else own


def _load(choice: str) -> TrustStore | Failure:
    if choice == "certifi":
        import certifi

        store = _from_file(Path(certifi.where()), "certifi")
    elif choice == "system":
        store = _system()
    else:
        path = absolute(Path(choice))  # the name is in bundles and commands, which are used in other folders
        return _from_file(Path(choice), safe_text(choice if isinstance(path, Failure) else str(path)))
    return store if isinstance(store, Failure) else replace(store, public=(choice,), path=None)


def joined_stores(stores: Sequence[TrustStore]) -> TrustStore:
    """Return several stores as one file; who rejects a certificate in one of them rejects it in all."""
    pem = b"".join(store.file.rstrip(b"\n") + b"\n" for store in stores)
    refused = refused_anchors(pem)
    pem = refusing_blocks(pem) + pem
    anchors = _unique(tuple(one for store in stores for one in store.anchors if one.der not in refused))
    notices = tuple(notice for store in stores for notice in store.notices)
    public = tuple(dict.fromkeys(name for store in stores for name in store.public))
    return TrustStore(" + ".join(store.name for store in stores), anchors, notices, pem, public)


def _from_file(path: Path, name: str) -> TrustStore | Failure:
    data = read_file(path, "trust store")
    return data if isinstance(data, Failure) else _of_data(data, name, path)


def trust_store_of(data: bytes, name: str) -> TrustStore | Failure:
    """Read a trust store from the bytes of a PEM, DER or PKCS#7 file; `name`, safe text, says what has them."""
    return _of_data(data, name, None)


def _of_data(data: bytes, name: str, path: Path | None) -> TrustStore | Failure:
    reading = read_certificates(data)
    if not reading.trusted:
        why = reading.problems[0].reason if reading.problems else "it holds no certificate"
        shown = name if path is None else safe_text(str(path))
        return Failure(
            "trust",
            f"The trust store {shown} has no certificate to trust: {why}.",
            "Name a PEM file, certifi or system.",
        )
    unique = _unique(reading.trusted)
    pem = data if reading.format == "PEM" else pem_of(unique)
    if name == "certifi":
        return TrustStore(name, unique, pem=pem)
    store = _of_cas(name, unique, pem, path)
    return replace(store, path=path) if isinstance(store, TrustStore) and reading.format == "PEM" else store


def _of_cas(
    name: str, certificates: tuple[Certificate, ...], pem: bytes, path: Path | None = None
) -> TrustStore | Failure:
    """A store whose anchors are CAs, and pins, which are servers' certificates signed by themselves.

    No path ends at another certificate, or at one that the store's owner rejects for TLS servers; what clients make
    of these, they are given the file as it is.
    """
    rejected = refused_anchors(pem)
    trusted = tuple(one for one in certificates if one.der not in rejected)
    others = tuple(one for one in trusted if not one.is_ca)
    pins = tuple(one for one in others if _signed_itself(one))
    left_out = frozenset(others) - frozenset(pins)
    anchors = tuple(one for one in trusted if one not in left_out)
    if not anchors and not rejected:
        file = None if path is None else absolute(path)
        hint = f"{hinted('audit', file)} says more." if isinstance(file, Path) else "Use certifi or name a file."
        return Failure("trust", f"{name} has no CA certificate.", hint)
    return TrustStore(name, anchors, tuple(_notices(name, len(left_out), len(pins), len(rejected))), pem)


def _notices(name: str, left_out: int, pins: int, rejected: int) -> Iterator[str]:
    if rejected:
        what = plural(rejected, "certificate")
        yield f"The trust store {name} holds {what} that its trust settings reject for TLS servers."
    if left_out:
        what = f"{left_out} certificate{'s that are' if left_out > 1 else ' that is'} no CA's"
        yield f"The trust store {name} has {what}; no path ends there."
    if pins:
        names = f"{plural(pins, 'self-signed certificate')} of no CA"
        yield f"The trust store {name} pins {names}: a server that has it is trusted by that alone."


def _signed_itself(certificate: Certificate) -> bool:
    """Whether its own key signed it; equal names alone say nothing."""
    from tui_chain.x509.signatures import SignatureProver

    return certificate.self_issued and SignatureProver().signed(certificate, certificate)


def _unique(certificates: tuple[Certificate, ...]) -> tuple[Certificate, ...]:
    return tuple({certificate.sha256: certificate for certificate in certificates}.values())


def _system() -> TrustStore | Failure:
    read = read_system()
    return read if isinstance(read, Failure) else _of_cas("system", _unique(read.certificates), read.pem)
