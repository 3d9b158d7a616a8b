"""Looking after a bundle of ours: whether it still works, is still needed, or has to be replaced."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from tui_chain.audit.rules import SOON, ends_soon, root_above, tops
from tui_chain.clients.families import FAMILIES
from tui_chain.clients.judge import OPENSSL_FAMILIES, Judge
from tui_chain.core.command import FILE, hinted, option
from tui_chain.core.failure import Failure
from tui_chain.core.status import Status
from tui_chain.engine.host_state import HostState
from tui_chain.net.connection_text import listed
from tui_chain.probe.served import ServedChain
from tui_chain.repair.file_header import MAX_HOSTS, Header, read_header
from tui_chain.repair.header_lines import names_store, store_to_name
from tui_chain.repair.output import Output, make_output
from tui_chain.repair.output_kinds import OutputKind
from tui_chain.repair.proof import BundleProof, accepted, ders_of
from tui_chain.repair.repair import Repair, standing_repair
from tui_chain.trust.loading import clients_own
from tui_chain.trust.settings import refusing_blocks
from tui_chain.trust.store import TrustStore
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.crl import CrlSet, RevocationList, crl_to_pem, crls_of, joined
from tui_chain.x509.formats.pem import pem_of
from tui_chain.x509.formats.readers import read_certificates
from tui_chain.x509.signatures import Proof, signature_proof


class State(StrEnum):
    """What has become of a host's part of a bundle."""

    WORKS = "works"
    SOON = "expires soon"
    FAILS = "fails"
    NOT_NEEDED = "not needed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class HostNews:
    """One host of a bundle: its state, and a sentence why."""

    target: str
    state: State
    text: str


@dataclass(frozen=True)
class Refreshed:
    """What came of looking after a bundle: each host's news, and the file that should stand there instead, or None.

    `failure` says why no new file could be made although one is wanted. Where it is that the file would rest on other
    anchors, `unaccepted` is that file, for a front end that asks the user.
    """

    header: Header
    news: tuple[HostNews, ...]
    output: Output | None = None
    failure: Failure | None = None
    unaccepted: Output | None = None

    @property
    def state(self) -> State:
        """The worst that was found; not needed only where no host needs it any more."""
        states = {one.state for one in self.news}
        for state in (State.FAILS, State.SOON, State.UNKNOWN, State.WORKS):
            if state in states:
                return state
        return State.NOT_NEEDED


def header_of(data: bytes) -> Header | Failure:
    """Read whom a bundle is for; a file of another maker, or one that names no host, is a failure."""
    header = read_header(data)
    if header is None or not header.hosts:
        return Failure(
            "refresh",
            "The file does not say which hosts it is for.",
            f"Only a file that {hinted('fix')} has written can be refreshed; {hinted('audit', FILE)} reads any.",
        )
    if len(header.hosts) > MAX_HOSTS:
        return Failure(
            "refresh",
            f"The file names more than {MAX_HOSTS:,} hosts.",
            f"Write files for fewer with {hinted('fix')}.",
        )
    if header.kind not in _PEM_KINDS:
        return Failure("refresh", "A file of that kind is not refreshed.", f"Write it anew with {hinted('fix')}.")
    return header


_PEM_KINDS = frozenset({OutputKind.CLIENT.value, OutputKind.CLIENT_STORE.value, OutputKind.LINKS.value})


@dataclass(frozen=True)
class _Old:
    """The bundle as it stands: what is in it, its judge, and the trust store in force, at a time.

    `rejecting` are its blocks by which its owner rejects certificates.
    """

    header: Header
    certificates: tuple[Certificate, ...]
    crls: tuple[RevocationList, ...]
    store: TrustStore
    at: datetime
    rejecting: bytes = b""

    @cached_property
    def own(self) -> TrustStore:
        """What clients have without the file: by themselves where it adds to that, else the store in force.

        Version 0.1.0, which named no day, wrote files beside the store in force.
        """
        adds = self.header.kind == OutputKind.LINKS and self.header.served is not None
        return clients_own(self.store) if adds else self.store

    @cached_property
    def beside(self) -> bytes:
        """The trust file that clients read beside the bundle; empty for one that is all they read."""
        return self.own.file + b"\n" if self.header.kind == OutputKind.LINKS else b""

    @cached_property
    def judge(self) -> Judge:
        """The judge of what clients of the bundle trust."""
        return Judge(self.beside + pem_of(self.certificates))

    @cached_property
    def crl_judge(self) -> Judge:
        """The same for clients that look into its CRLs."""
        lists = "".join(map(crl_to_pem, self.crls)).encode("ascii")
        return Judge(self.beside + pem_of(self.certificates) + lists, self.header.crl_check)

    @cached_property
    def plain(self) -> Judge:
        """The judge of the trust store alone."""
        return Judge(self.store.file)

    @cached_property
    def linkless(self) -> Judge:
        """The judge of what clients have, without the intermediates of this file: those a server does not send."""
        links = {one for one in self.certificates if not one.self_issued}
        return Judge.of(anchor for anchor in self.own.anchors if anchor not in links)

    def refusal(self, proof: BundleProof) -> str | None:
        """Why clients refuse a host with it, those too that check CRLs where it is for them; or None."""
        refused = proof.refusal(self.judge)
        if refused is None and self.rejecting:
            refused = proof.refusal(Judge(self.rejecting + self.judge.trust), OPENSSL_FAMILIES)
        if refused is not None or self.header.crl_check is None:
            return refused
        return proof.crl_refusal(self.crl_judge, self.header.crl_check)

    def has_all_of(self, output: Output) -> bool:
        """Whether a new file would have the same certificates and CRLs."""
        crls = output.bundle.crls if output.bundle is not None else ()
        return set(output.certificates) == set(self.certificates) and set(crls) == set(self.crls)


def refreshed(
    data: bytes,
    header: Header,
    states: Sequence[HostState],
    store: TrustStore,
    at: datetime,
    *,
    chosen: bool = False,
    accepted: bool = False,
) -> Refreshed:
    """Judge the bundle `data` for its hosts, which have been probed and repaired anew, at the time `at`.

    A new file that rests on another anchor is made only where the user `accepted` that; one for another store also
    where the user has `chosen` it for this very run.

    Where the bundle is for clients that check CRLs, the hosts' CRLs have to be fetched anew as well (`gather_crls`):
    newer ones make a new file even where the old one still works.
    """
    certificates, crls = read_certificates(data).certificates, crls_of(data)
    old = _Old(header, certificates, crls, store, at, refusing_blocks(data))
    news = tuple(_news(state, old) for state in states)
    found = Refreshed(header, news)
    renewed = header.crl_check is not None and found.state is State.WORKS
    if found.state not in {State.FAILS, State.SOON} and not renewed:
        return found
    made = _anew(old, states)
    if isinstance(made, Failure):
        return Refreshed(header, news, None, None if renewed else made)
    output, anchors = made
    changed = None if accepted else _change_of_anchors(old, output, anchors, chosen=chosen)
    if changed is not None:
        return Refreshed(header, news, None, changed, output)
    return Refreshed(header, news, None if old.has_all_of(output) else output)


def _change_of_anchors(old: _Old, output: Output, anchors: Sequence[Certificate], *, chosen: bool) -> Failure | None:
    """Refuse a new file that rests on something its user has not chosen; `anchors` are those of its paths.

    A server that is taken over would else have a bundle for one root, or for one intermediate that somebody pinned,
    replaced by one for any root of the store. A file that holds a whole store, or what extends one, rests on that
    store: there another store is the change.
    """
    if output.kind is OutputKind.CLIENT:
        fresh = [one for one in anchors if one not in old.certificates and not _stood_above(one, old)]
        return _new_anchor(old, fresh[0]) if fresh else None
    news = [one for one in output.certificates if one not in old.certificates]
    # what extends the clients' roots has none of its own: there every certificate that comes counts
    counted = news if output.kind is OutputKind.LINKS else [one for one in news if one.self_issued]
    if chosen or not counted or names_store(old.header, old.store.name):
        return None
    message = (
        f"The new file would rest on trust store {old.store.name} ({counted[0].label}), and the old one on trust"
        f" store {old.header.trust}."
    )
    return Failure("refresh", message, f"It is not made unasked; if that is right, {_ACCEPT}.")


_ACCEPT = f"accept the new anchor {option('--accept-new-anchor')}"


def _new_anchor(old: _Old, anchor: Certificate) -> Failure:
    of_store = "" if names_store(old.header, old.store.name) else f" of trust store {old.store.name}"
    rests = " and ".join(one.label for one in tops(old.certificates)) or "nothing"
    made = "" if names_store(old.header, old.store.name) else f" of trust store {old.header.trust}"
    message = f"The new file would rest on {anchor.label}{of_store}, and the old one rests on {rests}{made}."
    return Failure("refresh", message, f"It is not made unasked; if that is right, {_ACCEPT}.")


def _stood_above(anchor: Certificate, old: _Old) -> bool:
    """Whether an anchor that the old file does not hold is the one of its path: clients of it did without."""
    below = (one for one in tops(old.certificates) if not _is_anchor(old.header.sources.get(one.sha256)))
    return any(
        signature_proof(one, anchor) is Proof.SIGNED for one in below if one.issuer_name == anchor.subject_name
    )


def _is_anchor(source: str | None) -> bool:
    """Whether a certificate of the old file was trusted by itself, as the comment on where it came from says."""
    return source is None or source.startswith(("trust store ", "confirmed root"))


def _news(state: HostState, old: _Old) -> HostNews:
    name = listed(state.target)
    if not isinstance(state.served, ServedChain):
        why = state.served.message if isinstance(state.served, Failure) else "It was not reached."
        return HostNews(name, State.UNKNOWN, why)
    served = state.served
    if isinstance(state.crls, Failure) and state.crls.kind == "revoked":
        return HostNews(name, State.FAILS, state.crls.message)
    refused = old.refusal(BundleProof(served, _wanted(state, served, old), old.at))
    if refused is not None:
        return HostNews(name, State.FAILS, f"{_lacks(state, old) or 'The bundle does not work: '}{refused}.")
    if old.header.crl_check is None and _sends_all(state, served, old):
        message = "The server sends its whole chain, and clients trust it as it is."
        return HostNews(name, State.NOT_NEEDED, message)
    return _age(name, old, state)


def _lacks(state: HostState, old: _Old) -> str:
    """Name what the host's chain needs now and the bundle lacks: the server has changed to another intermediate."""
    needed = state.proven.bundle.certificates if state.proven is not None else ()
    lacking = [one.label for one in needed if one not in old.certificates and one not in old.own]
    return f"The bundle lacks {lacking[0]}, which the server's chain needs now; " if lacking else ""


def _wanted(state: HostState, served: ServedChain, old: _Old) -> frozenset[str]:
    """The families that have to accept the host: those that its new repair has, or that its own chain has.

    Where the trust store in force leads to neither, the bundle is judged by itself: its user chose what it trusts.
    """
    if state.proven is not None:
        return accepted(state.proven.verdicts)
    judge = old.plain if state.status is Status.COMPLETE else old.judge
    content = accepted(judge.verdicts(ders_of(served), host=served.host, at=old.at))
    return content or frozenset(family.id for family in FAMILIES)


def _sends_all(state: HostState, served: ServedChain, old: _Old) -> bool:
    """Whether clients need nothing beside their roots: a link that the trust store happens to have is still one."""
    if state.status is not Status.COMPLETE:
        return False
    return bool(accepted(old.linkless.verdicts(ders_of(served), host=served.host, at=old.at)))


def _age(name: str, old: _Old, state: HostState) -> HostNews:
    """Whether one of the bundle's certificates or CRLs that this host needs ends soon."""
    path = state.repair.path.certificates if isinstance(state.repair, Repair) else old.certificates
    ends = [one for one in old.certificates if one in set(path) and one.not_after is not None]
    first = min(ends, key=lambda one: one.not_after or old.at, default=None)
    if first is not None and first.not_after is not None and first.not_after - old.at < SOON:
        return HostNews(name, State.SOON, f"{first.label} in the bundle expires on {first.not_after:%Y-%m-%d}.")
    due = _due(old, path)
    if due is not None:
        message = f"The CRL of {due.label} in the bundle ends on {due.next_update:%Y-%m-%d %H:%M} UTC."
        return HostNews(name, State.SOON, message)
    return HostNews(name, State.WORKS, _works_text(old, state))


def _works_text(old: _Old, state: HostState) -> str:
    """That the bundle works, and why there could be no new one, or who else has the link."""
    works = f"The bundle is needed{_not_sent(old, state)}"
    lacking = _lacking_root(old, state)
    if lacking is not None:
        return f"The bundle works; {lacking.message} {lacking.hint}"
    if isinstance(state.crls, Failure):
        return f"{works}. {state.crls.message}"
    if state.status is Status.COMPLETE and old.header.crl_check is None and old.own is old.store:
        return f"{works}; trust store {old.store.name} has it too."
    if state.proven is None and isinstance(state.repair, Failure) and state.status is not Status.COMPLETE:
        return f"{works}, but no new one could be made: {state.repair.message}"
    return f"{works}."


def _not_sent(old: _Old, state: HostState) -> str:
    """Name the intermediates of the bundle that the host does not send."""
    path = (
        state.proven.path if state.proven is not None else state.verdict.path if state.verdict is not None else None
    )
    needed = () if path is None or state.reached is None else path.certificates
    sent = () if state.reached is None else state.reached.certificates
    names = [one.label for one in needed if one in old.certificates and one not in sent and not one.self_issued]
    return f": the server does not send {' and '.join(names)}" if names else ""


def _lacking_root(old: _Old, state: HostState) -> Failure | None:
    """Say that the trust store in force lacks the root which the bundle has for a host; None where that is not so."""
    if state.reached is None or state.proven is not None or state.status is Status.COMPLETE:
        return None
    found = state.resolution.found if state.resolution is not None else ()
    root = root_above((*state.reached.certificates, *found), old.certificates)
    if root is None or root in old.store:
        return None
    message = f"its root is not in trust store {old.store.name}, so no new one could be made."
    store = f"{store_to_name(old.header, old.store.name)} {option('--trust')}"
    return Failure("refresh", message, f"{store}, or the root {option('--trust-root')}.")


def _due(old: _Old, path: Sequence[Certificate]) -> RevocationList | None:
    """The first CRL to end of those that the host's path needs, if that is soon."""
    if old.header.crl_check is None:
        return None
    issuers = {one.subject_name for one in path}
    due = (crl for crl in old.crls if crl.issuer_name in issuers and ends_soon(crl, old.at))
    return min(due, key=lambda crl: crl.next_update or old.at, default=None)


def _anew(old: _Old, states: Sequence[HostState]) -> tuple[Output, tuple[Certificate, ...]] | Failure:
    """The file as it would be written today, and the anchors of its paths.

    A host that cannot be repaired now keeps the old file in place.
    """
    crls = _crls_anew(states) if old.header.crl_check is not None else None
    if isinstance(crls, Failure):
        return crls
    repairs = []
    for state in states:
        if isinstance(state.served, ServedChain) and state.proven is not None:
            repairs.append((state.served, state.proven))
        elif (lacking := _lacking_root(old, state)) is not None:
            return Failure("refresh", f"For {state.target} {lacking.message}", lacking.hint)
        elif state.status is Status.COMPLETE and isinstance(state.served, ServedChain):
            repairs += _standing(state.served, state, old.at)
        else:
            why = state.repair.message if isinstance(state.repair, Failure) else "It was not reached."
            return Failure("refresh", f"No new file is made, for {state.target} has no repair: {why}", "")
    output = make_output(OutputKind(old.header.kind), repairs, old.store, at=old.at, crls=crls)
    anchors = tuple(dict.fromkeys(repair.path.anchor for _, repair in repairs))
    return output if isinstance(output, Failure) else (output, anchors)


def _standing(served: ServedChain, state: HostState, at: datetime) -> Iterator[tuple[ServedChain, Repair]]:
    """What clients need for a host that sends its whole chain: its root, where the file is all that they trust."""
    if state.verdict is None or state.verdict.path is None:
        return
    sources = {one.sha256: state.source_of(one) for one in state.verdict.path.certificates}
    repair = standing_repair(served, state.verdict, sources, at=at)
    if isinstance(repair, Repair):
        yield served, repair


def _crls_anew(states: Sequence[HostState]) -> CrlSet | Failure | None:
    for state in states:
        if isinstance(state.crls, Failure):
            return Failure("refresh", f"No new file is made: {state.crls.message}", state.crls.hint)
        if state.crls is None and state.reached is not None:
            message = f"No new file is made, for the CRLs of {state.target} were not fetched anew."
            return Failure("refresh", message, f"{hinted('refresh', FILE)} does so.")
    return joined([state.crls for state in states if isinstance(state.crls, CrlSet)])
