"""What is missing, the certificates that could close the gap, and where they were looked for, as lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content

from tui_chain.core.expiry import USUAL, Threshold
from tui_chain.core.text import elide_middle, safe_text
from tui_chain.tui.chain_path import shown_trail, source_label
from tui_chain.tui.host_rows import BAD, DIM, NEW, OK, WARN, HostRow
from tui_chain.tui.render import MAX_URLS, certificate_facts, days_short, fact, short_name, with_keys

if TYPE_CHECKING:
    from tui_chain.diagnose.diagnosis import Diagnosis
    from tui_chain.engine.host_state import HostState
    from tui_chain.repair.candidates import Candidate, Gap
    from tui_chain.resolve.resolution import IssuerLookup
    from tui_chain.x509.certificate import Certificate

WANTED = ("wanted", None, None)
"""The key of a line that says what is wanted."""
_ONE_CERTIFICATE = re.compile(r"^1 certificate \(([^)]+)\),")
FAILED = ("✗", WARN)
"""Glyph and style of a look-up that failed."""
KIND = 13
"""Cells of the column that says what a line is, or which source was asked."""


@dataclass(frozen=True)
class LinkLine:
    """A line of the list: what is wanted, a candidate, or a source with what came of asking it.

    `right` stands at the right edge. `tried` is the look-up for the certificate with the label `child`. `wanted`
    is what is known of an issuer, `certificate` what the line stands for, if anything.
    """

    mark: tuple[str, str]
    kind: str
    body: Content
    right: tuple[str, str] = ("", "")
    certificate: Certificate | None = None
    candidate: tuple[Gap, Candidate] | None = None
    tried: IssuerLookup | None = None
    child: str = ""
    wanted: tuple[Content, ...] = ()

    @property
    def key(self) -> tuple[object, ...]:
        """What makes it the same line when the host goes on."""
        return self.kind, self.certificate, self.tried

    @property
    def failed(self) -> bool:
        """Whether it is a look-up that could not be made."""
        return self.tried is not None and _lookup_look(self.tried) == FAILED

    def at(self, width: int, right: int) -> Content:
        """The line in `width` cells, of which the last `right` are those of the right column where it has a text."""
        right = right if self.right[0] else 0
        room = max(width - KIND - 2 - right, 1)
        body = self.body
        if self.tried is not None:
            body = _fitted_lookup(self.tried, self.child, room - 1)
        elif self.candidate is not None:
            body = _fitted_candidate(*self.candidate, room - 1)
        return Content.assemble(
            (f"{self.mark[0]:<2}", self.mark[1]),
            (f"{self.kind:<{KIND}}", DIM),
            body.truncate(room - 1, ellipsis=True, pad=True),
            (f"{self.right[0]:>{right + 1}}", self.right[1]),
        )


def _fitted_lookup(tried: IssuerLookup, child: str, width: int) -> Content:
    """Glyph, place and outcome of a look-up for the certificate `child`; a URL is cut in its middle."""
    start = Content.assemble((f"{_lookup_look(tried)[0]} ", _lookup_look(tried)[1]))
    outcome = _ONE_CERTIFICATE.sub(r"\1,", tried.outcome)
    if child and outcome.endswith(child):
        outcome = f"{outcome.removesuffix(child)}it"
    if tried.source != "AIA":
        return Content.assemble(start, outcome, (f"  {tried.where}", DIM))
    room = max(width - start.cell_length - 2 - cell_len(outcome), width * 3 // 5)
    return Content.assemble(start, elide_middle(tried.where, room), (f"  {outcome}", DIM))


def _fitted_candidate(gap: Gap, candidate: Candidate, width: int) -> Content:
    """Name, source and what is known of a candidate; name and source are cut in the middle, which leaves a port."""
    name = elide_middle(candidate.certificate.label, width // 2)
    source = elide_middle(short_source(candidate.source), max(width - cell_len(name) - 2, 1))
    facts = f" · {PROOF_SHORT[candidate.proof]} {gap.wanted_by.label} · ends at {candidate.end}"
    return Content.assemble(name, (f"  {source}{facts}", DIM))


def _lookup_look(tried: IssuerLookup) -> tuple[str, str]:
    """A cross only where something failed: to find nothing is ordinary."""
    if tried.ok:
        return "✓", OK
    if tried.certificates and tried.proof == "cannot tell":
        return "!", WARN
    if tried.hint or (tried.source == "AIA" and not tried.where.startswith("(")):
        return FAILED
    return "·", DIM


def link_lines(row: HostRow, now: datetime, warn_days: Threshold = USUAL) -> Iterator[LinkLine]:
    """What is wanted, its candidates and where it was looked for, gap by gap; before a search where it would be.

    Where there is no gap, the links of the path that are there.
    """
    verdict, state = row.state.verdict, row.state
    if verdict is None:
        return
    if state.resolution is None:
        yield from (_wanted(one.subject, one.key_id, one.wanted_by, now) for one in verdict.missing)
        yield from _sources_to_ask(verdict)
    for gap in row.gaps:
        closed = any(one.chosen for one in gap.candidates)
        yield _wanted(gap.subject, gap.key_id, gap.wanted_by, now, closed=closed)
        yield from (_candidate_line(gap, candidate, now, warn_days) for candidate in gap.candidates)
        yield from _lookup_lines(row, gap.wanted_by.sha256, gap.wanted_by.label)
    if not row.gaps:
        links = pairwise(shown_trail(state))
        yield from (_present(state, child, issuer, now, warn_days) for child, issuer in links)
    known = {gap.wanted_by.sha256 for gap in row.gaps}
    tries = state.resolution.tries if state.resolution is not None else ()
    for sha256 in dict.fromkeys(one.wanted_by for one in tries if one.wanted_by not in known):
        yield from _lookup_lines(row, sha256, "")


def _lookup_lines(row: HostRow, wanted_by: str, child: str) -> Iterator[LinkLine]:
    """The look-ups that were made for the certificate with a SHA-256 and a label."""
    tries = row.state.resolution.tries if row.state.resolution is not None else ()
    return (_lookup_line(one, child) for one in tries if one.wanted_by == wanted_by)


def _wanted(subject: str, key_id: str | None, child: Certificate, now: datetime, *, closed: bool = False) -> LinkLine:
    """An issuer that was not sent, and what is known of it; where it was not found, of what it signed too."""
    body = Content.assemble(short_name(subject), (f" · issuer of {child.label}", DIM))
    facts = [fact("wanted", subject), fact("key id", key_id or "not named"), fact("for", child.subject), *_aia(child)]
    more = () if closed else certificate_facts(child, now, "")[1:-1]
    return LinkLine(("✓", OK) if closed else ("✗", BAD), WANTED[0], body, wanted=(*facts, *more))


def _aia(child: Certificate) -> list[Content]:
    """The AIA addresses of a certificate."""
    return [fact("aia", safe_text(url)) for url in child.issuer_urls[:MAX_URLS]]


def _present(
    state: HostState, child: Certificate, issuer: Certificate, now: datetime, warn_days: Threshold
) -> LinkLine:
    """A link of the path that is not missing."""
    source = state.source_of(issuer)
    body = Content.assemble(issuer.label, (f" · issuer of {child.label}", DIM))
    alike = child.authority_key_id is not None and child.authority_key_id == issuer.key_id
    named = "as named by" if alike else f"{child.authority_key_id or 'none'} named by"
    key_id = fact("key id", f"{issuer.key_id or 'none'}, {named} {child.label}")
    facts = [fact("for", child.subject), key_id, *_aia(child)]
    facts += certificate_facts(issuer, now, source, warn_days)
    days = days_short(issuer, now, warn_days)
    return LinkLine(("✓", OK), source_label(source), body, days, issuer, wanted=tuple(facts))


def _sources_to_ask(verdict: Diagnosis) -> Iterator[LinkLine]:
    """Where a search would look, in its order."""
    from tui_chain.resolve.resolver import waiting  # the first paint does without

    wanted = waiting(verdict)
    if not wanted:
        return
    urls = dict.fromkeys(safe_text(url) for one in wanted for url in one.issuer_urls[:MAX_URLS])
    aia = [("AIA", url) for url in urls] or [("AIA", "the certificate names no address")]
    for source, text in (*_SOURCES, *aia):
        yield LinkLine(("", ""), source, Content.styled(f"· {text}", DIM))


_SOURCES = (
    ("other hosts", "what the other hosts of the list sent"),
    ("pool", "certificates that are kept from earlier runs"),
    ("trust stores", "public trust stores beside the chosen one"),
    ("files", "certificates that were given in files"),
)
"""What a search asks before AIA, where there is such a thing."""


def _candidate_line(gap: Gap, candidate: Candidate, now: datetime, warn_days: Threshold) -> LinkLine:
    """One certificate that could close a gap: selected or not, whether it signed, where its path ends."""
    mark = ("✚", NEW) if candidate.chosen else ("○", "") if candidate.proof == "signed" else ("·", DIM)
    kind = "selected" if candidate.chosen else "candidate"
    days = days_short(candidate.certificate, now, warn_days)
    return LinkLine(mark, kind, Content(candidate.certificate.label), days, candidate.certificate, (gap, candidate))


# by the values of x509.signatures.Proof, which the first paint does without
PROOF_SHORT = {"signed": "signed", "not signed": "did not sign", "cannot tell": "may have signed"}


def _lookup_line(tried: IssuerLookup, child: str) -> LinkLine:
    source = "served" if tried.source == "served chain" else tried.source
    found = tried.certificates[0] if tried.certificates else None
    took = (f"{tried.milliseconds:.0f} ms", DIM)
    return LinkLine(("", ""), source, Content(), took, found, tried=tried, child=child)


def lookup_facts(tried: IssuerLookup) -> Iterator[Content]:
    """A look-up in full."""
    yield fact("asked", f"{tried.source}  {tried.where}")
    yield fact("outcome", _lookup_look(tried), f" {tried.outcome}")
    answer = [f"HTTP status {tried.status}" if tried.status is not None else "", tried.format or ""]
    answer += [f"{tried.size} bytes" if tried.size is not None else "", tried.address or ""]
    if any(answer):
        yield fact("answer", " · ".join(filter(None, answer)))
    if tried.hint:
        yield fact("", (with_keys(tried.hint), DIM))
    for number, certificate in enumerate(tried.certificates):
        yield fact("" if number else "found", certificate.subject, (f"  {tried.place_of(certificate)}", DIM))


def short_source(source: str) -> str:
    """A source without the path of its URL, which the list above has in full."""
    kind, _, url = source.partition(" ")
    return f"{kind} {url.split('/')[2]}" if url.count("/") > 2 and "://" in url else source
