"""An audit as rows and as styled text: what each client loads, what is wrong, and the certificates."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from rich.cells import cell_len
from textual.content import Content

from tui_chain.audit.findings import AuditFinding
from tui_chain.audit.summary import TEXT_FORMATS, ClientLoad, content_summary, ends_first, severity_summary
from tui_chain.core.failure import Failure
from tui_chain.core.status import Severity
from tui_chain.core.text import plural, safe_text
from tui_chain.repair.file_header import Header
from tui_chain.tui.host_rows import BAD, DIM, OK, SEVERITY_LOOK
from tui_chain.tui.render import days_left, fact, lines, summary, with_keys
from tui_chain.tui.screens.audited_file import AuditedFile
from tui_chain.tui.screens.pages import certificate_page
from tui_chain.tui.widgets.row_list import ColumnWidths, ListCell, ListRow, last_takes_rest
from tui_chain.x509.certificate import Certificate

Shown = tuple[int, Callable[[int], ListRow], ColumnWidths]
"""A list: how many rows, what makes them, and the widths of their columns."""
MAX_NAMED = 40
"""Certificates that are named in a list of text."""
MEASURED = 200
"""Certificates whose texts say how wide the columns of their list are."""
GAP = 2
"""Cells between two columns."""
WIDE = 92
"""Cells from which on a list of certificates says who loads each."""


# the file


def verdict(audited: AuditedFile) -> ListCell:
    """The file in a few words: whether every client loads all of it, and how bad the worst finding is."""
    clients = audited.clients
    refusing = sum(not client.whole for client in clients)
    text = (
        f"{refusing} of {len(clients)} clients do not load all of it"
        if refusing
        else "every client reads all it takes"
    )
    found = audited.audit.findings
    severity = audited.audit.severity
    if severity is None or severity is Severity.COSMETIC:
        return f"✓ {text}", OK
    glyph, style = SEVERITY_LOOK[severity]
    return f"{glyph} {sum(one.severity is severity for one in found)} {severity.value} · {text}", style


def facts(audited: AuditedFile, now: datetime) -> Content:
    """What the file is, when its first certificate ends, and for whom this tool made it, if it did."""
    first = ends_first(audited.audit)
    parts: list[str | ListCell] = [f"{content_summary(audited.audit)}, {len(audited.data):,} bytes"]
    if first is not None:
        parts += [f" · first ends {first.not_after:%Y-%m-%d}, ", days_left(first, now)]
    maker = [_maker(audited.header, audited.ours)] if audited.header is not None else []
    return lines([Content.assemble(*parts), *maker])


def _maker(header: Header, ours: Header | Failure) -> Content:
    named = ", ".join(safe_text(host, 60) for host in header.hosts[:3])
    more = f" and {len(header.hosts) - 3} more" if len(header.hosts) > 3 else ""
    kind = f", kind {safe_text(header.kind, 20)}" if header.kind else ""
    hosts = f" for {named}{more}" if named else ""
    refreshed = "" if isinstance(ours, Failure) else " · r refreshes it"
    return Content.assemble(f"made by tlschain-tui{hosts}{kind}", (refreshed, DIM))


def one_line(audited: AuditedFile) -> ListCell:
    """The verdict of a file among others."""
    severity = audited.audit.severity
    style = SEVERITY_LOOK[severity][1] if severity is not None else OK
    return severity_summary(audited.audit) if audited.audit.findings else "no finding", style


# clients


def client_rows(audited: AuditedFile) -> Shown:
    """A row for each client: whether it loads all, how much, why not, which programs read so.

    Where there is not room for both, the last column has why not, or else the programs.
    """
    rows = [_client_row(audited, client) for client in audited.clients]
    return len(rows), rows.__getitem__, lambda room: _client_widths(rows, room)


def _client_row(audited: AuditedFile, client: ClientLoad) -> ListRow:
    glyph, style = _look(client)
    why, programs = (client.why or "", style), (client.programs, DIM)
    either = why if client.why else programs
    return (glyph, style), (client.name, ""), (_loads(audited, client), style), why, programs, either


def _loads(audited: AuditedFile, client: ClientLoad) -> str:
    if client.lost or not client.whole:
        return f"{client.loaded} of {client.loaded + client.lost}"
    some = client.loaded < len(set(audited.audit.certificates))
    return f"{client.loaded}, the first" if some else f"all {client.loaded}"


def _client_widths(rows: list[ListRow], room: int) -> tuple[int, ...]:
    loaded, why, programs = (max(len(row[column][0]) for row in rows) + 2 for column in (2, 3, 4))
    rest = room - 2 - 13 - loaded
    if rest - why < min(programs, 36):
        return 2, 13, loaded, 0, 0, max(rest, 1)
    return 2, 13, loaded, why, max(rest - why, 1), 0


def _look(client: ClientLoad) -> ListCell:
    return ("✓", OK) if client.whole else ("✗", BAD)


def clients_title(audited: AuditedFile) -> ListCell:
    """How many clients load all of the file."""
    clients = audited.clients
    whole = sum(client.whole for client in clients)
    if whole == len(clients):
        return f"✓ all {whole} read all they take", OK
    return f"✗ {len(clients) - whole} of {len(clients)} do not load all of it", BAD


def client_detail(audited: AuditedFile, place: int, named: int = 6) -> Content:
    """One client in full: its programs, what it loads, and which certificates it leaves."""
    client = audited.clients[place]
    glyph, style = _look(client)
    lost = audited.audit.lost(client.name)
    parts = [
        Content.assemble((client.name, "bold")),
        fact("read so", client.programs),
        fact("says", (f"{glyph} {client.text}", style)),
        *_named("loads", tuple(dict.fromkeys(audited.audit.loaded[client.name].certificates)), named),
        *_named("leaves", lost, named),
    ]
    return lines(parts)


def _named(title: str, certificates: tuple[Certificate, ...], most: int) -> list[Content]:
    rows = [fact(title if not place else "", one.label) for place, one in enumerate(certificates[:most])]
    more = len(certificates) - most
    return [*rows, fact("", (f"and {more} more", DIM))] if more > 0 else rows


# findings


def finding_rows(audited: AuditedFile) -> Shown:
    """A row for each finding, the worst first: severity, code, and what it is, which names its place."""
    found = audited.audit.findings
    longest = max(map(len, {one.code for one in found}), default=0)
    return len(found), lambda place: _finding_row(found[place]), last_takes_rest(11, longest + 2)


def _finding_row(found: AuditFinding) -> ListRow:
    glyph, style = SEVERITY_LOOK[found.severity]
    return (f"{glyph} {found.severity.value}", style), (found.code, ""), (found.message, "")


def findings_title(audited: AuditedFile) -> ListCell:
    """How many of each severity."""
    severity = audited.audit.severity
    if severity is None:
        return "✓ none", OK
    glyph, style = SEVERITY_LOOK[severity]
    return f"{glyph} {severity_summary(audited.audit)}", style


def finding_detail(audited: AuditedFile, place: int, now: datetime) -> Content:
    """A finding in full, what to do, and the certificate that it is of."""
    found = audited.audit.findings[place]
    of = audited.certificate_at(found)
    below = [Content(), _summary(audited, of, now)] if of is not None else []
    return lines([finding_text(found), *below])


def finding_text(found: AuditFinding) -> Content:
    """Its severity, code and line, what it is, and what to do."""
    glyph, style = SEVERITY_LOOK[found.severity]
    where = f" · line {found.line}" if found.line is not None else ""
    title = f"{glyph} {found.severity.value}: {found.code}{where}\n"
    return Content.assemble((title, style), f"{found.message}\n", (with_keys(found.hint), DIM))


# certificates


def certificate_rows(audited: AuditedFile, now: datetime) -> Shown:
    """A row for each certificate in the file's order: line, name, what it is, how long it is valid, findings."""
    count = len(audited.places)
    measured = [_certificate_row(audited, place, now) for place in range(min(count, MEASURED))]
    kind, days, codes = (max((cell_len(row[at][0]) for row in measured), default=0) + GAP for at in (3, 5, 7))
    return (
        count,
        lambda place: _certificate_row(audited, place, now),
        lambda room: _certificate_widths(room, kind, days, codes),
    )


def _certificate_row(audited: AuditedFile, place: int, now: datetime) -> ListRow:
    line, certificate = audited.places[place]
    found = audited.findings_at(certificate)
    glyph, style = SEVERITY_LOOK[found[0].severity] if found else ("✓", OK)
    text, valid = days_left(certificate, now)
    loaders = len(audited.loaders(certificate))
    return (
        (glyph, style),
        (str(line), DIM),
        (certificate.label, ""),
        (f"  {kind_of(certificate)}", ""),  # a name that is cut reaches to it
        (f"{certificate.not_after:%Y-%m-%d}" if certificate.not_after else "", ""),
        (text, valid),
        (f"{loaders} of {len(audited.audit.loaded)}", ""),
        (", ".join(dict.fromkeys(one.code for one in found)) or "fine", style if found else OK),
    )


def _certificate_widths(room: int, kind: int, days: int, codes: int) -> tuple[int, ...]:
    """Line, name, kind, end, days, who loads it, findings: what the name can be known without goes first."""
    end, loaders = (12, 8) if room >= WIDE else (0, 0)
    codes = min(codes, max(room // 5, 12), 40)
    fixed = 2 + 6 + kind + end + days + loaders + codes
    name = max(room - fixed, 8)
    return 2, 6, name, kind, end, days, loaders, codes


def kind_of(certificate: Certificate) -> str:
    """What it can be in a path."""
    if not certificate.is_ca:
        return "no CA"
    return "root" if certificate.self_issued else "intermediate"


def certificates_title(audited: AuditedFile, now: datetime) -> ListCell:
    """How many there are, and when the first ends."""
    count, first = len(audited.audit.certificates), ends_first(audited.audit)
    if first is None:
        return "✗ none can be read" if not count else plural(count, "certificate"), BAD if not count else ""
    text, style = days_left(first, now)
    kinds = len(set(audited.audit.certificates))
    twice = f", {count - kinds} of them twice" if kinds < count else ""
    return f"{count}{twice} · first ends {first.not_after:%Y-%m-%d}, {text}", style


def certificate_detail(audited: AuditedFile, place: int, now: datetime, *, whole: bool = False) -> Content:
    """The certificate of a row and what was found of it; `whole` adds extensions and PEM."""
    line, certificate = audited.places[place]
    found = [finding_text(one) for one in audited.findings_at(certificate)]
    if not whole:
        return lines([_summary(audited, certificate, now), *found])
    page = certificate_page(certificate, now, _source(audited, line, certificate), ())
    return lines([*found, _loaders(audited, certificate), Content(), page])


def _summary(audited: AuditedFile, certificate: Certificate, now: datetime) -> Content:
    line = next((line for line, one in audited.places if one == certificate), 1)
    return summary(certificate, now, _source(audited, line, certificate), more=[_loaders(audited, certificate)])


def _source(audited: AuditedFile, line: int, certificate: Certificate) -> str:
    where = f"line {line} of the file" if audited.audit.scan.format in TEXT_FORMATS else "the file"
    source = audited.header.sources.get(certificate.sha256) if audited.header is not None else None
    return f"{where}, which had it from {safe_text(source)}" if source else where


def _loaders(audited: AuditedFile, certificate: Certificate) -> Content:
    loading = audited.loaders(certificate)
    others = [name for name in audited.audit.loaded if name not in loading]
    if not others:
        return fact("loaded", ("by every client", OK))
    names = f"by {', '.join(loading)}" if loading else "by no client"
    return fact("loaded", names, (f" · not by {', '.join(others)}" if loading else "", DIM))
