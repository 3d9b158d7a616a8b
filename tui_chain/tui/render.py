"""Values as styled text for the panes; everything passes as text, never through a markup parser."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from textual.content import Content

from tui_chain.clients.families import FAMILIES, family_names
from tui_chain.clients.verdict import reason
from tui_chain.core.command import hinted, with_commands, with_options
from tui_chain.core.expiry import CA_SOON, USUAL, Threshold
from tui_chain.core.text import colon_hex, days_text, first_few, safe_text, validity_text
from tui_chain.tui.host_rows import BAD, DIM, OK, SEVERITY_LOOK, WARN

if TYPE_CHECKING:
    from tui_chain.clients.verdict import Verdicts
    from tui_chain.diagnose.findings.finding import Finding
    from tui_chain.engine.journey import Journey
    from tui_chain.livetest.attempt import Attempt, Times
    from tui_chain.livetest.hops import Hop
    from tui_chain.x509.certificate import Certificate, ExtensionRow

NAMES = 9
"""Cells of the column of names in lines of facts."""
MAX_NAMES, MAX_URLS = 8, 5
"""Alternative names and AIA addresses that are shown."""
BAR = 24
"""Cells of a validity bar."""
MAX_SHOWN = 4000
"""Lines of a file or a difference that are laid out; a whole trust store has 3,000."""
_UNESCAPED_COMMA = re.compile(r"(?<!\\),")
_CHANGE_STYLES = {"+": OK, "-": BAD, "@": DIM}


def fact(name: str, *parts: str | Content | tuple[str, str]) -> Content:
    """One line: a dim name in a column of nine cells, then what it says."""
    return Content.assemble((f"{name:<{NAMES}}", DIM), *parts)


def hanging(text: Content, width: int, indent: int = 0) -> list[Content]:
    """Wrap a line to `width` cells; the lines after the first begin below its character number `indent`, from 0."""
    if "\n" in text.plain:
        first, *rest = text.split("\n")
        return [
            *hanging(first, width, indent),
            *(line for one in rest for line in hanging(one.pad_left(indent), width, indent)),
        ]
    if text.cell_length <= width:
        return [text]
    if not indent or width <= 2 * indent:
        return text.wrap(width)
    first, *rest = text[indent:].wrap(width - indent)
    return [text[:indent] + first, *(line.pad_left(indent) for line in rest)]


def hanging_facts(facts: Iterable[Content], width: int) -> list[Content]:
    """Wrap facts to `width` cells, each below its own column of texts."""
    return [line for one in facts for line in hanging(one, width, NAMES)]


def lines(parts: Iterable[Content]) -> Content:
    """Join lines."""
    return Content("\n").join(parts)


def line_list(rows: Sequence[str], *, changes: bool = False) -> Content:
    """Lines of a file, or of a difference, no more than a screen can lay out at once."""
    shown = [Content.styled(line, _CHANGE_STYLES.get(line[:1], "")) if changes else Content(line) for line in rows]
    if len(shown) > MAX_SHOWN:
        shown = [*shown[:MAX_SHOWN], Content.styled(f"and {len(rows) - MAX_SHOWN} lines more", DIM)]
    return lines(shown)


def warn_days_of(journey: Journey | None) -> Threshold:
    """How long before its end a certificate expires soon in this run."""
    chosen = journey.context.options.warn_days if journey is not None else None
    return USUAL if chosen is None else chosen


def expiry_style(end: datetime, now: datetime, warned: timedelta, *, later: str = OK) -> str:
    """The style of an expiry: over, within the time `warned` of it, or `later`."""
    return BAD if end < now else WARN if end - now < warned else later


def warned(certificate: Certificate, warn_days: Threshold) -> timedelta:
    """How long before its end a certificate is shown to expire soon; a share of its life is nothing to a CA's."""
    if warn_days.percent and certificate.is_ca:
        return CA_SOON
    return warn_days.of_life(certificate.not_before, certificate.not_after)


def _validity_style(certificate: Certificate, now: datetime, warn_days: Threshold) -> str:
    begin, end = certificate.not_before, certificate.not_after
    early = begin is not None and now < begin
    return BAD if end is None or early else expiry_style(end, now, warned(certificate, warn_days))


def days_left(certificate: Certificate, now: datetime, warn_days: Threshold = USUAL) -> tuple[str, str]:
    """How long it is valid still, as text and style."""
    style, end = _validity_style(certificate, now, warn_days), certificate.not_after
    return "dates unreadable" if end is None else validity_text(certificate.not_before, end, now), style


def days_short(certificate: Certificate, now: datetime, warn_days: Threshold = USUAL) -> tuple[str, str]:
    """How long it is valid still, in days, from two years on in years: `63 d`, `8.5 y`; and the style.

    What has expired has a minus sign, `-2 d`; what is valid later a plus sign, `+3 d`.
    """
    style, begin, end = _validity_style(certificate, now, warn_days), certificate.not_before, certificate.not_after
    if end is None:
        return "?", style
    return f"+{days_text(begin, now)}" if begin is not None and now < begin else days_text(end, now), style


def validity(certificate: Certificate, now: datetime, warn_days: Threshold = USUAL) -> Content:
    """The validity as a bar with today on it, between its two dates."""
    text, style = days_left(certificate, now, warn_days)
    start, end = certificate.not_before, certificate.not_after
    if start is None or end is None:
        return fact("valid", (text, style))
    share = (now - start) / (end - start) if end > start else 1.0
    place = min(max(round(share * (BAR - 1)), 0), BAR - 1)
    bar = Content.assemble(("━" * place, style), ("●", style), ("─" * (BAR - 1 - place), DIM))
    return fact("valid", f"{start:%Y-%m-%d} ", bar, f" {end:%Y-%m-%d}  ", (text, style))


def summary(
    certificate: Certificate,
    now: datetime,
    source: str,
    findings: Iterable[Finding] = (),
    more: Iterable[Content] = (),
    *,
    width: int = 100,
    warn_days: Threshold = USUAL,
) -> Content:
    """The certificate under the cursor: what it is and until when, what is wrong with it, then what else there is."""
    names = first_few(certificate.alternative_names.texts(), MAX_NAMES)
    parts = [
        Content.assemble((certificate.subject, "bold")),
        validity(certificate, now, warn_days),
        *(finding_text(found, width) for found in findings),
        *([fact("names", names)] if names else []),
        fact("issuer", certificate.issuer),
        fact("key", f"{certificate.key_text} · signed with {certificate.signature_text}"),
        fact("source", source),
        *fingerprint(certificate),
        *more,
    ]
    return lines(parts)


def finding_text(found: Finding, width: int = 100) -> Content:
    """A finding: its severity and code, what it is, and what to do, wrapped to `width` cells under its glyph."""
    glyph, style = SEVERITY_LOOK[found.severity]
    message, hint = ("\n".join(_hanging(text, width)) for text in (found.message, with_keys(found.hint)))
    return Content.assemble((f"{glyph} {found.severity.value}: {found.code}\n", style), f"{message}\n", (hint, DIM))


def finding_lines(found: Finding, width: int, hint: str | None = None) -> list[Content]:
    """A finding in lines of `width` cells: glyph, code, blame and message, then `hint` or its own."""
    glyph, style = SEVERITY_LOOK[found.severity]
    whose = f"{found.code} · {found.kind.blame.value}"
    step = with_keys(found.hint) if hint is None else hint
    first = Content.assemble((f"{glyph} {whose}  ", style), found.message)
    return [*hanging(first, width, 2), *(hanging(Content.styled(f"  {step}", DIM), width, 2) if step else [])]


def short_name(name: str) -> str:
    """The common name of an RFC 4514 name that begins with it, else the whole name."""
    first = _UNESCAPED_COMMA.split(name, maxsplit=1)[0]
    return first.removeprefix("CN=") if first.startswith("CN=") else name


def certificate_facts(
    certificate: Certificate, now: datetime, source: str, warn_days: Threshold = USUAL
) -> list[Content]:
    """What it is, until when, whose, and where it came from, a line each."""
    text, style = days_left(certificate, now, warn_days)
    start, end = certificate.not_before, certificate.not_after
    dates = f"{start:%Y-%m-%d} to {end:%Y-%m-%d}, " if start is not None and end is not None else ""
    names = first_few(certificate.alternative_names.texts(), MAX_NAMES)
    return [
        fact("subject", (certificate.subject, "bold")),
        fact("valid", dates, (text, style)),
        *([fact("names", names)] if names else []),
        fact("issuer", certificate.issuer),
        fact("key", f"{certificate.key_text} · signed with {certificate.signature_text}"),
        fact("source", source),
    ]


def identifiers(certificate: Certificate) -> list[Content]:
    """Serial number, CA or not, key identifiers, AIA addresses and what is unreadable, a line each."""
    serial = f"{certificate.serial:x}" if certificate.serial is not None else "unreadable"
    return [
        fact("serial", serial),
        fact("ca", "yes" if certificate.is_ca else "no"),
        fact("key id", certificate.key_id or "none"),
        fact("issuer's", certificate.authority_key_id or "no key id named"),
        *(fact("aia", safe_text(url)) for url in certificate.issuer_urls[:MAX_URLS]),
        *(
            [fact("", f"and {len(certificate.issuer_urls) - MAX_URLS} more")]
            if certificate.issuer_urls[MAX_URLS:]
            else []
        ),
        *(Content.styled(f"unreadable {fault.field}: {fault.reason}", WARN) for fault in certificate.faults),
    ]


def fingerprint(certificate: Certificate) -> list[Content]:
    """Its SHA-256 on two lines."""
    text = colon_hex(certificate.sha256)
    return [fact("sha256", (text[:48], DIM)), fact("", (text[48:], DIM))]


def extension_line(row: ExtensionRow) -> Content:
    """An extension by name, critical or not, and its value."""
    return Content.assemble((f"{row.name}{', critical' if row.critical else ''}  ", DIM), row.text)


def with_keys(hint: str) -> str:
    """A hint that names the keys of the screen where it has commands or options."""
    keys = with_commands(hint, lambda words: _KEYS.get(words[0]) or hinted(*words))
    return with_options(keys, lambda words: _INSTEAD.get(words, ""))


_KEYS = {"fix": "f", "advise": "x", "check": "v", "audit": "w", "refresh": "r"}
"""The key that does what a command of a hint does: of `check` hints name the question about revocation alone."""
_INSTEAD = {
    "--pool FILE": "`pool` in the config file",
    "--crl-leaf": "V does so now",
    "--allow-private-aia": "V asks for each",
    "--accept-lost-constraints": "w asks for it",
    "--accept-new-anchor": "w asks for it",
}
"""What does on the screen what an option of a hint does."""


def _hanging(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, max(width, 20), initial_indent="  ", subsequent_indent="  ") or [""]


def family_line(verdicts: Verdicts, width: int) -> Content:
    """All client families, each with its glyph, in lines of `width` cells."""
    return acceptance_line({name: verdict.ok for name, verdict in verdicts.items()}, width)


def acceptance_line(accepts: Mapping[str, bool], width: int) -> Content:
    """The same of families that are said to accept or not; a glyph stays beside its name."""
    known = [(family.short, accepts[family.id]) for family in FAMILIES if family.id in accepts]
    rows: list[list[tuple[str, str]]] = [[]]
    used = 0
    for name, ok in known:
        piece = f"{'✓' if ok else '✗'} {name}"
        if used and used + 1 + len(piece) > width:
            rows, used = [*rows, []], 0
        rows[-1].append((piece, OK if ok else BAD))
        used += len(piece) + bool(used)
    return lines(Content(" ").join(Content.styled(*piece) for piece in row) for row in rows)


def refusals(verdicts: Verdicts) -> list[Content]:
    """The families that refuse, each with its error; those that say the same stand together."""
    groups: dict[str, list[str]] = {}
    for name, verdict in verdicts.items():
        if not verdict.ok:
            groups.setdefault(reason(verdict), []).append(name)
    return [Content.assemble((f"✗ {family_names(names)}: ", BAD), text) for text, names in groups.items()]


def attempt(title: str, made: Attempt | None, nothing: str) -> Content:
    """One side of the live test: what was trusted, what came of it, the facts of TLS, the time of each step."""
    if made is None:
        return lines([Content.styled(title, "bold"), Content.styled(nothing, DIM)])
    glyph, style = ("✓", OK) if made.ok else ("✗", BAD)
    facts = [
        Content.styled(title, "bold"),
        fact("trusts", made.trust),
        Content.assemble((f"{glyph} {made.text}", style), f" (code {made.code})" if made.code else ""),
    ]
    if made.ok:
        facts.append(fact("spoke", ", ".join(filter(None, (made.http_version, made.tls_version)))))
    if made.cipher:
        facts.append(fact("cipher", made.cipher))
    return lines([*facts, fact("took", f"{made.milliseconds:.0f} ms"), *_steps(made.times)])


def _steps(times: Times) -> list[Content]:
    """The time of each step that was reached, two on a line."""
    pairs = (("lookup", times.lookup, "connect", times.connect), ("TLS", times.tls, "answer", times.first_byte))
    rows = []
    for first, took, second, then in pairs:
        known = [(name, f"{value:.0f} ms") for name, value in ((first, took), (second, then)) if value is not None]
        if known:
            more = "".join(f" · {name} {text}" for name, text in known[1:])
            rows.append(fact(known[0][0], known[0][1] + more))
    return rows


def hop_line(hop: Hop, width: int, margin: int = 0) -> Content:
    """A redirect's hop: glyph, where it leads and what came of it, wrapped to `width` cells right of `margin`."""
    glyph, style = ("✓", OK) if hop.ok else ("✗", BAD)
    code = f" (code {hop.attempt.code})" if hop.attempt is not None and hop.attempt.code is not None else ""
    wrapped = textwrap.wrap(f"{hop.url}: {hop.text}{code}", max(width - 2, 20)) or [""]
    return Content.assemble((f"{glyph} ", style), f"\n{' ' * (margin + 2)}".join(wrapped))


def under_cursor(line: Content, *, ansi: bool) -> Content:
    """The line under a cursor: where the colours are the terminal's own, none of them can be read on another."""
    return Content(line.plain) if ansi else line
