"""Saved results: the JSON lines of `check` and `fix`, read back into how far their hosts had come."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from tui_chain.clients.families import FamilyId
from tui_chain.core.failure import Failure
from tui_chain.core.files import read_file, reason_of
from tui_chain.core.finding_codes import FindingCode
from tui_chain.core.status import Blame, Status
from tui_chain.core.text import safe_text
from tui_chain.diagnose.diagnosis import Diagnoser, Diagnosis
from tui_chain.diagnose.findings.catalogue import CATALOGUE
from tui_chain.diagnose.findings.finding import Finding
from tui_chain.diagnose.findings.revocation import with_revocation
from tui_chain.engine.arguments import read_time
from tui_chain.engine.host_state import HostState
from tui_chain.engine.journey import Journey
from tui_chain.net.connection_text import JUDGED_KEYS, read_connection
from tui_chain.net.host_list import BadLine, Host
from tui_chain.net.target import parse_target
from tui_chain.probe.served import ServedChain, Timings
from tui_chain.probe.tls import ClientCertificate, TLSFacts
from tui_chain.repair.path_choice import ANY, PathChoice, digests
from tui_chain.repair.repair import Repair, build_repair
from tui_chain.resolve.resolution import Resolution
from tui_chain.resolve.resolver import sources_of
from tui_chain.results.json_reader import JSONReader
from tui_chain.results.values import STEPS, HostResult
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.formats.readers import read_certificates
from tui_chain.x509.revocation import Means, Revocation, RevocationAnswer, RevocationCheck

MAX_LINE = 4 << 20
"""Characters of a line: more than the longest chain that a handshake carries."""
MAX_LINES = 100_000
"""Lines that are read."""
_PIECE = 64 << 10
_CODES = frozenset(FindingCode)


@dataclass(frozen=True)
class SavedResult:
    """A line of a file, with its number from 1: the host, and what was known of it."""

    number: int
    host: Host
    result: HostResult
    served: ServedChain | Failure
    revocation: tuple[RevocationCheck, ...] | None = None


def read_saved(path: Path) -> Iterator[SavedResult | BadLine]:
    """Read a file line by line, UTF-8 or UTF-16 with its mark; a line that is wrong loses nothing but itself."""
    number = 0
    try:
        with path.open(encoding=_encoding(path), errors="replace", newline="\n") as file:
            for number, line in enumerate(_lines(file), start=1):
                if number > MAX_LINES:
                    yield _bad(number, f"there are more than {MAX_LINES:,} lines; the rest is not read")
                    return
                if line is None:
                    yield _bad(number, f"it is longer than {MAX_LINE:,} characters")
                elif line.strip() and (read := read_line(number, line)) is not None:
                    yield read
    except OSError as error:
        yield _bad(number + 1, f"it cannot be read: {reason_of(error)}")


def _encoding(path: Path) -> str:
    """PowerShell redirects output as UTF-16."""
    with path.open("rb") as file:
        wide = file.read(2) in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}
    return "utf-16" if wide else "utf-8-sig"


def _lines(file: TextIO) -> Iterator[str | None]:
    """Yield each line, None in place of one that is too long, of which no more than a piece is kept."""
    while line := file.readline(MAX_LINE + 1):
        if len(line) <= MAX_LINE or line.endswith("\n"):
            yield line
            continue
        while (rest := file.readline(_PIECE)) and not rest.endswith("\n"):
            pass
        yield None


def read_line(number: int, line: str) -> SavedResult | BadLine | None:
    """Read one line, numbered from 1; None where it is of several hosts, which nobody needs to know these."""
    try:
        read = json.loads(line)
        if isinstance(read, dict) and "kind" in read:
            return None
        return saved_result(number, HostResult.from_dict(read))
    except json.JSONDecodeError:
        return _bad(number, "it is no whole JSON object")
    except RecursionError:
        return _bad(number, "it is not the JSON of a host: it is nested too deeply")
    except ValueError as error:
        return _bad(number, safe_text(str(error)))


def saved_result(number: int, result: HostResult) -> SavedResult | BadLine:
    """A result as a line of a file has it; raises ValueError where it holds what no line of ours does."""
    target = parse_target(result.target)
    if isinstance(target, Failure):
        return BadLine(number, target)
    stated = JSONReader({"status": result.status, "blame": result.blame})
    stated.choice("status", Status), stated.choice("blame", Blame)
    connection = read_connection({name: text for name, text in result.connection.items() if name in JUDGED_KEYS})
    if isinstance(connection, Failure):
        return BadLine(number, connection)
    host = Host(replace(target, connection=connection), safe_text(result.label, 60))
    return SavedResult(number, host, result, _served(host, result), _revocation(result))


def _bad(number: int, why: str) -> BadLine:
    return BadLine(number, Failure("file", f"{why}.", "`tlschain check --json` writes such lines."))


def _served(host: Host, result: HostResult) -> ServedChain | Failure:
    """The chain as it was served, or why there was none; raises ValueError where the line says neither."""
    moment = read_time(result.time.isoformat())
    if isinstance(moment, Failure):
        raise ValueError(moment.message.rstrip("."))  # noqa: TRY004 - the value is wrong
    if not result.served:
        return result.probe.failure or _failure(result)
    times = result.timings
    return ServedChain(
        host.target,
        tuple(Certificate(one.der) for one in result.served),
        moment,
        tls=_facts(result),
        timings=Timings(*(times[step] for step in STEPS)) if all(step in times for step in STEPS) else None,
        note=result.probe.note,
        staple=result.probe.staple,
        earlier_address=result.address,
        proxy=result.proxy and safe_text(result.proxy, 100),
    )


def _failure(result: HostResult) -> Failure:
    """Why a host was not reached, of a line without `probe`: its one finding says so."""
    if not result.findings:
        raise ValueError("it has neither certificates nor a reason why there are none")
    found = result.findings[0]
    kind = FindingCode.ALERT.value if found.code.startswith(FindingCode.ALERT) else found.code
    return Failure(kind, found.message, found.hint)


def _facts(result: HostResult) -> TLSFacts:
    tls, probe = result.tls, result.probe
    return TLSFacts(
        tls.version,
        tls.cipher,
        tls.group,
        probe.dh_bits,
        probe.signature,
        probe.secure_renegotiation,
        JSONReader({"client_certificate": tls.client_certificate}, "tls.").maybe("client_certificate", _asked_for),
        tls.client_cas,
        probe.library,
        frozenset(probe.refused_offers),
        frozenset(probe.unanswered_offers),
    )


def _asked_for(tls: JSONReader, name: str) -> ClientCertificate:
    return tls.choice(name, ClientCertificate)


def _revocation(result: HostResult) -> tuple[RevocationCheck, ...] | None:
    """What the issuers answered; None where they were not asked."""
    if "revocation" not in result.more:
        return None
    labels = {one.sha256: Certificate(one.der).label for one in (*result.served, *result.path)}
    return tuple(_check(given, labels) for given in JSONReader(result.more).objects("revocation"))


def _check(given: JSONReader, labels: Mapping[str, str]) -> RevocationCheck:
    at = given.sha256("at")
    return RevocationCheck(at, labels.get(at, at[:16]), tuple(map(_answer, given.objects("answers"))))


def _answer(given: JSONReader) -> RevocationAnswer:
    return RevocationAnswer(
        given.choice("means", Means),
        given.choice("status", Revocation),
        given.text("words"),
        given.text("url"),
        given.maybe("produced", JSONReader.moment),
        given.maybe("next_update", JSONReader.moment),
        given.maybe("revoked_at", JSONReader.moment),
        given.maybe("reason", JSONReader.text),
    )


@dataclass(frozen=True)
class RestoredHost:
    """A host as it was: its state, the file where its bundle still is, and what differs from the saved line."""

    state: HostState
    written: Path | None = None
    notices: tuple[str, ...] = ()


@dataclass(eq=False)
class Restorer:
    """Makes states of saved results again, without a connection.

    A host is judged as of the time of its probe, since that is what was seen then; or at the time `at` (aware), where
    the user named one. The trust store is that of `journey`: nothing in a file becomes a trust anchor, its verdicts
    and statuses are computed anew and not believed, and a bundle is one only after it was proven again. Where
    something comes out otherwise than it stands in the line, a notice says so. `source` names the file.

    The judge is not the journey's, so that this can run in another thread.
    """

    journey: Journey
    source: str
    at: datetime | None = None
    diagnoser: Diagnoser = field(init=False)

    def __post_init__(self) -> None:
        self.diagnoser = replace(self.journey.diagnoser)

    def restore(self, saved: SavedResult) -> RestoredHost:
        """Return the host as far as it had come; the chain's `note`, or the failure, says as of when."""
        state = self.judged(saved)
        notices = (*self._bundle_notices(state, saved.result), *_difference(state, saved.result))
        judged = (f"judged at {_minute(self.at)}",) if self.at is not None else ()
        dated = _dated(state, saved, self.source, (*judged, *notices))
        return RestoredHost(dated, _written(state, saved.result), notices)

    def judged(self, saved: SavedResult) -> HostState:
        """The host as far as it had come, judged again; it looks as one that was probed just now."""
        served, at = saved.served, self.at or saved.result.time
        state = HostState(saved.host.target, saved.host.label)
        state = state.with_served(served, self.diagnoser.diagnose(served, at=at))
        if isinstance(served, ServedChain) and _was_searched(saved.result):
            state = self._repaired(state, served, saved.result, at)
        return _with_revocation(state, saved.revocation)

    def _repaired(self, state: HostState, served: ServedChain, result: HostResult, at: datetime) -> HostState:
        """The search and the repair again, with the certificates in the line."""
        found = self._found(served, result)
        diagnosis = self.diagnoser.diagnose(served, at=at, found=tuple(found))
        resolution = Resolution(diagnosis, (), tuple(found), sources_of(self.diagnoser, found, served))
        path = tuple(one.sha256 for one in result.path)
        repair, choice = build_repair(served, resolution, at=at), ANY
        if isinstance(repair, Repair) and digests(repair.path) != path:
            chosen = build_repair(served, resolution, at=at, choice=PathChoice(path=path))
            repair, choice = (repair, ANY) if isinstance(chosen, Failure) else (chosen, PathChoice(path=path))
        return state.with_repair(resolution, self._lasting(repair, at), choice or None)

    def _found(self, served: ServedChain, result: HostResult) -> dict[Certificate, str]:
        """What was neither served nor is in the trust store, with where it came from."""
        found: dict[Certificate, str] = {}
        for one in (*result.path[1:], *(result.found or ())):
            certificate = Certificate(one.der)
            if certificate not in served.certificates and certificate not in self.diagnoser.trust:
                found.setdefault(certificate, one.source if _is_elsewhere(one.source) else self.source)
        return found

    def _lasting(self, repair: Repair | Failure, proven: datetime) -> Repair | Failure:
        """The repair, where it still holds: what has expired since it was proven breaks clients that are given it."""
        now = self.at or self.journey.clock()
        if isinstance(repair, Failure):
            return repair
        for one in repair.path.certificates:
            if one.not_after is not None and proven < one.not_after <= now:
                message = f"`{one.label}`, in the path of the bundle, expired on {one.not_after:%Y-%m-%d}."
                return Failure("no-repair", message, "Probe the host again.")
        return repair

    def _bundle_notices(self, state: HostState, result: HostResult) -> Iterator[str]:
        if result.status == Status.REPAIRABLE and isinstance(state.repair, Failure):
            yield f"the bundle in the file is not proven again: {state.repair.message.rstrip('.')}"
        elif result.bundle is not None and state.proven is not None and not _same_bundle(state.proven, result.bundle):
            yield "the bundle proven now has other certificates than the one in the file"
        if "crls" in result.more:
            yield "its CRLs are left out"
        if "servers" in result.more:
            yield "the answers of its several servers are left out"


def stated(saved: SavedResult, source: str) -> HostState | None:
    """The host as the line states it, at once: what is shown until it is judged again, and proves nothing.

    None where the line does not have the verdict of every client family of this version.
    """
    state = state_as_stated(saved)
    return None if state is None else _dated(state, saved, source, ("not judged again yet",))


def state_as_stated(saved: SavedResult) -> HostState | None:
    """The state that a line states, for comparison; None as for `stated`."""
    result = saved.result
    verdicts = {one.id: one.as_served for one in result.clients}
    judged = bool(verdicts) or isinstance(saved.served, ServedChain)
    if judged and verdicts.keys() != set(FamilyId):
        return None
    kinds = ((one, CATALOGUE.get(FindingCode(one.code))) for one in result.findings if one.code in _CODES)
    findings = tuple(Finding(kind, one.certificate, one.message, one.hint) for one, kind in kinds if kind is not None)
    diagnosis = Diagnosis(Status(result.status), Blame(result.blame), findings, verdicts=verdicts)
    return HostState(saved.host.target, saved.host.label).with_served(saved.served, diagnosis)


def _dated(state: HostState, saved: SavedResult, source: str, notices: tuple[str, ...]) -> HostState:
    """The state whose chain, or whose failure, says as of when it is."""
    as_of, result = f"as of {_minute(saved.result.time)}", saved.result
    if isinstance(state.served, Failure):
        # at its beginning: a list shows no more of it
        message = state.served.message.removeprefix(f"{state.target}: ")
        return replace(state, served=replace(state.served, message=f"{'; '.join((as_of, *notices))}: {message}"))
    if state.served is None:
        return state
    facts = " ".join(filter(None, (as_of, f"from {result.address}" if result.address else "", f"in {source}")))
    note = "; ".join(filter(None, (state.served.note, facts, *notices)))
    return replace(state, served=replace(state.served, note=note))


def _was_searched(result: HostResult) -> bool:
    """Whether missing certificates were searched for; of a line without `found`, whether something was found."""
    elsewhere = any(_is_elsewhere(one.source) for one in result.path)
    return result.found is not None or elsewhere or result.status == Status.REPAIRABLE


def _is_elsewhere(source: str) -> bool:
    """Whether a certificate came from elsewhere than the server and the trust store, which only this run can say."""
    return source != "served" and not source.startswith(("trust store ", "confirmed root, "))


def _with_revocation(state: HostState, checks: tuple[RevocationCheck, ...] | None) -> HostState:
    if checks is None or state.diagnosis is None:
        return state
    if state.resolution is not None:
        return replace(state, revocation=checks)
    return replace(state, diagnosis=with_revocation(state.diagnosis, checks), revocation=checks)


def _difference(state: HostState, result: HostResult) -> Iterator[str]:
    if state.status is not None and state.status != result.status:
        yield f"the file has the status {result.status}"


def _same_bundle(repair: Repair, pem: str) -> bool:
    return set(read_certificates(pem.encode()).certificates) == set(repair.bundle.certificates)


def _written(state: HostState, result: HostResult) -> Path | None:
    """The file of the bundle, where it is still there as it was written."""
    if result.written is None or result.bundle is None or state.proven is None:
        return None
    path, data = Path(result.written), result.bundle.encode()
    try:
        there = path.is_absolute() and path.is_file() and path.stat().st_size == len(data)
    except (OSError, ValueError):
        return None
    same = there and _same_bundle(state.proven, result.bundle) and read_file(path, "bundle") == data
    return path if same else None


def _minute(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
