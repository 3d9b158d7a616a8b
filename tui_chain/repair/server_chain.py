"""What a server should send: its own certificate and every intermediate of the path, with the verdicts on that."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from tui_chain.clients.handshake import CANNOT_SHAKE_HANDS
from tui_chain.clients.judge import Judge
from tui_chain.clients.verdict import Verdicts
from tui_chain.diagnose.case import leaf_first
from tui_chain.diagnose.diagnosis import Diagnosis, choose_path
from tui_chain.net.connection_text import listed
from tui_chain.paths.search import Path, find_paths
from tui_chain.probe.served import ServedChain
from tui_chain.repair.bundle import Bundle
from tui_chain.repair.output_kinds import OutputKind
from tui_chain.repair.proof import accepted, ders_of
from tui_chain.repair.repair import Repair, days_served, prove
from tui_chain.resolve.resolution import Resolution
from tui_chain.trust.store import TrustStore
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.formats.pem import pem_of


@dataclass(frozen=True)
class ServerChain:
    """What a server should send in place of what it sends.

    `path` ends at the trust anchor; `public` says that public trust stores have it. `before` and `after` are the
    verdicts of the client families on what is served and on this chain, both with the trust store and that anchor.
    `pem` is the chain file.
    """

    path: Path
    before: Verdicts
    after: Verdicts
    pem: bytes
    public: bool = False

    @property
    def certificates(self) -> tuple[Certificate, ...]:
        """The certificates to send, leaf first."""
        return certificates_to_send(self.path)

    @property
    def won(self) -> frozenset[str]:
        """The ids of the families that refuse what is served and accept this chain."""
        return accepted(self.after) - accepted(self.before)


def certificates_to_send(path: Path) -> tuple[Certificate, ...]:
    """The certificates of a path that a server sends: all but the root (RFC 8446 section 4.4.2)."""
    *below, last = path.certificates
    return tuple(below) if below and last.self_issued else path.certificates


def server_chain(
    served: ServedChain, resolution: Resolution, store: TrustStore, *, at: datetime, path: Path | None = None
) -> ServerChain | None:
    """Return what the server should send by the resolution, or None where no path leads to an anchor.

    `path` is the one that was selected; without it the best is taken, from the server's own certificate wherever
    that stands in the served chain.
    """
    path = path or _path(served, resolution, store, at)
    if path is None:
        return None
    chain = certificates_to_send(path)
    inside = path.anchor in store
    judge = Judge(store.file if inside else store.file.rstrip(b"\n") + b"\n" + pem_of((path.anchor,)))
    as_served = resolution.diagnosis.verdicts
    unable = {name: verdict for name, verdict in as_served.items() if verdict.code in CANNOT_SHAKE_HANDS}
    before = as_served if inside else {**_judged(judge, served, at), **unable}
    after = {**_judged(judge, replace(served, certificates=chain), at), **unable}
    kind, days = OutputKind.SERVER.value, days_served([served])
    bundle = Bundle(chain, (listed(served.target),), resolution.sources, kind=kind, trust=store.name, served=days)
    return ServerChain(path, before, after, bundle.pem, _is_public(path.anchor, store))


def _is_public(anchor: Certificate, store: TrustStore) -> bool:
    """Whether certifi has it: a system's store also has what its owner added."""
    from tui_chain.trust.loading import certifi_store

    public = store if store.name == "certifi" else certifi_store()
    return public is not None and anchor in public


def server_repair(served: ServedChain, resolution: Resolution, store: TrustStore, *, at: datetime) -> Repair | None:
    """The repair of a host that its server alone can make: more families accept another chain, and no bundle helps.

    Its proof is that of the chain that the server should send.
    """
    chain = server_chain(served, resolution, store, at=at)
    if chain is None or not chain.won or len(chain.path.certificates) < 2:
        return None
    return prove(chain.path, replace(served, certificates=chain.certificates), resolution, at)


def _judged(judge: Judge, served: ServedChain, at: datetime) -> Verdicts:
    return judge.verdicts(ders_of(served), host=served.host, at=at)


def _path(served: ServedChain, resolution: Resolution, store: TrustStore, at: datetime) -> Path | None:
    turned = leaf_first(served)
    if turned is served:
        return resolution.diagnosis.path
    leaf, *others = turned.certificates
    anchors = _with_confirmed(store, resolution.diagnosis)
    search = find_paths(leaf, (*others, *resolution.found), anchors, host=served.host, at=at)
    return choose_path(search, served)


def _with_confirmed(store: TrustStore, diagnosis: Diagnosis) -> TrustStore:
    """The trust store with the root that the user confirmed, where a path ends at it."""
    outside = {path.anchor for path in diagnosis.search.paths if path.anchor not in store}
    return replace(store, anchors=(*store.anchors, *outside)) if outside else store
