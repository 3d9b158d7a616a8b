"""What changed between two probes of a host, in plain sentences."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from tui_chain.clients.families import family_names
from tui_chain.clients.verdict import Verdicts, reason
from tui_chain.core.failure import Failure
from tui_chain.diagnose.diagnosis import Diagnosis
from tui_chain.engine.host_state import HostState
from tui_chain.probe.served import ServedChain
from tui_chain.x509.certificate import Certificate


def host_changes(before: HostState, after: HostState) -> tuple[str, ...]:
    """Return a sentence for each thing that differs, the status first; none where the host was not probed twice.

    The chains as they were served are compared: what was found and made in between is no change of the host.
    """
    if before.diagnosis is None or after.diagnosis is None:
        return ()
    return (
        *_status(before.diagnosis, after.diagnosis),
        *_reached(before, after),
        *_chain(before.reached, after.reached),
        *_verdicts(before.diagnosis.verdicts, after.diagnosis.verdicts),
    )


def _status(before: Diagnosis, after: Diagnosis) -> Iterator[str]:
    if before.status is not after.status:
        yield f"The status changed from {before.status.value} to {after.status.value}."


def _reached(before: HostState, after: HostState) -> Iterator[str]:
    old, new = before.served, after.served
    if isinstance(new, Failure) and (not isinstance(old, Failure) or old.message != new.message):
        since = "fails for another reason" if isinstance(old, Failure) else "fails"
        yield f"The connection {since}: {new.message}"
    elif isinstance(old, Failure) and not isinstance(new, Failure):
        yield f"The server sends its certificates again; before, the connection failed: {old.message}"


def _chain(before: ServedChain | None, after: ServedChain | None) -> Iterator[str]:
    """What differs in two served chains; nothing where one of them is missing."""
    if before is None or after is None or before.certificates == after.certificates:
        return
    old, new = before.certificates, after.certificates
    if set(old) == set(new):
        how = "in another order" if len(old) == len(new) else "another number of times"
        yield f"The server sends the same certificates {how}."
        return
    yield from _leaf(old[0], new[0])
    for one in _without(new[1:], old):
        yield f"The server now sends {_kind(one)} `{one.label}`."
    for one in _without(old[1:], new):
        yield f"The server no longer sends {_kind(one)} `{one.label}`."


def _leaf(old: Certificate, new: Certificate) -> Iterator[str]:
    if old == new:
        return
    if old.subject == new.subject and _is_later(new.not_after, old.not_after):
        yield f"The leaf certificate `{new.label}` was renewed: it expires {_day(new)}, before {_day(old)}."
    else:
        yield (
            f"The leaf certificate `{old.label}`, which expires {_day(old)}, was replaced by `{new.label}`, "
            f"which expires {_day(new)}."
        )
    if old.issuer != new.issuer:
        yield f"The issuer of the leaf certificate changed from {old.issuer} to {new.issuer}."


def _is_later(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and other is not None and one > other


def _day(certificate: Certificate) -> str:
    return "on a day that cannot be read" if certificate.not_after is None else f"{certificate.not_after:%Y-%m-%d}"


def _without(certificates: tuple[Certificate, ...], others: tuple[Certificate, ...]) -> Iterator[Certificate]:
    yield from dict.fromkeys(one for one in certificates if one not in others)


def _kind(certificate: Certificate) -> str:
    if not certificate.is_ca:
        return "the certificate"
    return "the root" if certificate.self_issued else "the intermediate certificate"


def _verdicts(before: Verdicts, after: Verdicts) -> Iterator[str]:
    """Which families accept or refuse now and did not before; those that refuse for one reason together."""
    both = [name for name in after if name in before]
    accepting = [name for name in both if after[name].ok and not before[name].ok]
    if accepting:
        yield f"Now accepted by {family_names(accepting)}."
    refusing: dict[str, list[str]] = {}
    for name in both:
        if before[name].ok and not after[name].ok:
            refusing.setdefault(reason(after[name]), []).append(name)
    for why, names in refusing.items():
        yield f"Now refused by {family_names(names)}: {why}."
