"""`tlschain pool`: import, list, export, remove, verify, update."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import click

from tui_chain.cli.output import FOUND, OK, USAGE, emit, note
from tui_chain.core.failure import Failure
from tui_chain.core.text import plural, safe_text
from tui_chain.engine.host_state import utc_now
from tui_chain.pool.database import default_path
from tui_chain.pool.entries import Added, PoolEntry
from tui_chain.pool.pool import Pool, matching
from tui_chain.pool.published import URL, IntermediateList, read_listing
from tui_chain.repair.write import plan_write, write
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.formats.pem import to_pem

SHOWN_REFUSALS = 5
"""Refused certificates that are named; the others are counted."""


@contextmanager
def opened(path: Path | None) -> Iterator[Pool]:
    """The pool at `path`, which has to be ours, or the user's own, which is ours by its place; closed at the end."""
    own = default_path()
    other = path if path is not None and os.path.realpath(path) != os.path.realpath(own) else None
    with closing(Pool(other or own, named=other is not None)) as pool:
        yield pool


def _end(pool: Pool, outcome: Failure | int) -> int:
    """Say what happened to the file, then the failure if it is one; return the exit code."""
    for notice in pool.notices:
        note(f"tlschain: {notice}")
    if isinstance(outcome, Failure):
        note(f"tlschain: {outcome}")
        return USAGE
    return outcome


def run_import(path: Path | None, sources: tuple[Path, ...]) -> int:
    """Add the certificates of files and folders."""
    from tui_chain.resolve.files import read_pool

    with opened(path) as pool:
        read = pool.refused() or read_pool(sources)
        if isinstance(read, Failure):
            return _end(pool, read)
        for problem in read.problems:
            note(f"tlschain: {problem}")
        return _end(pool, _add(pool, read.certificates))


def run_update(path: Path | None, url: str | None, file: Path | None, trust: str | None) -> int:
    """Add the certificates of CCADB's list, from its address or from a file."""
    with opened(path) as pool:
        data = pool.refused() or _list_of(url or URL, file, trust)
        listing = data if isinstance(data, Failure) else read_listing(data)
        if isinstance(listing, Failure):
            return _end(pool, listing)
        _note_refused(listing.problems, "record")
        return _end(pool, _add(pool, _placed(listing, f"CCADB list {file or url or URL}")))


def _placed(listing: IntermediateList, place: str) -> list[tuple[Certificate, str]]:
    return [(certificate, place) for certificate in listing.certificates]


def _list_of(url: str, file: Path | None, trust: str | None) -> bytes | Failure:
    from tui_chain.core.files import read_file
    from tui_chain.trust.loading import load_trust_store

    if file is not None:
        return read_file(file, "list")
    from tui_chain.livetest.contexts import bundle_context
    from tui_chain.pool.published import download

    store = load_trust_store(trust or "certifi")
    return store if isinstance(store, Failure) else download(url, bundle_context(store.file))


def _add(pool: Pool, found: Iterable[tuple[Certificate, str]]) -> Failure | int:
    added = pool.add(found, utc_now())
    if isinstance(added, Failure):
        return added
    _note_refused(added.refused, "certificate")
    note(f"{_count(added)}; the pool is {safe_text(str(pool.path))}")
    return OK if added.new or added.known else FOUND


def _count(added: Added) -> str:
    return f"{plural(added.new, 'CA certificate')} added, {added.known} known already, {len(added.refused)} refused"


def _note_refused(refusals: tuple[str, ...], noun: str) -> None:
    for refusal in refusals[:SHOWN_REFUSALS]:
        note(f"  refused {refusal}")
    if len(refusals) > SHOWN_REFUSALS:
        note(f"  and {plural(len(refusals) - SHOWN_REFUSALS, f'further {noun}')}")


def run_list(path: Path | None, selectors: tuple[str, ...], *, as_json: bool) -> int:
    """Print entries, all or those that any of `selectors` matches."""
    with opened(path) as pool:
        entries = _chosen(pool, selectors)
        if isinstance(entries, Failure):
            return _end(pool, entries)
        for entry in entries:
            emit(json.dumps(_object(entry)) if as_json else _line(entry))
        if not as_json:
            note(f"{plural(len(entries), 'CA certificate')} in {safe_text(str(pool.path))}")
        return _end(pool, OK if entries or not selectors else FOUND)


def _chosen(pool: Pool, selectors: tuple[str, ...]) -> tuple[PoolEntry, ...] | Failure:
    entries = pool.entries()
    if isinstance(entries, Failure) or not selectors:
        return entries
    return tuple(
        {entry.certificate.sha256: entry for word in selectors for entry in matching(entries, word)}.values()
    )


def _line(entry: PoolEntry) -> str:
    one = entry.certificate
    expires = f"{one.not_after:%Y-%m-%d}" if one.not_after is not None else "unreadable"
    return f"{one.sha256[:16]}  expires {expires}  {one.subject}  [{entry.first_origin}]"


def _object(entry: PoolEntry) -> dict[str, object]:
    one = entry.certificate
    return {
        "sha256": one.sha256,
        "subject": one.subject,
        "issuer": one.issuer,
        "key_id": one.key_id,
        "not_after": one.not_after.isoformat() if one.not_after is not None else None,
        "origins": [{"place": origin.place, "at": origin.at.isoformat()} for origin in entry.origins],
        "pem": to_pem(one),
    }


def run_export(path: Path | None, selectors: tuple[str, ...], output: Path | None, *, replace: bool) -> int:
    """Write entries as PEM, to a file or to standard output."""
    with opened(path) as pool:
        entries = _chosen(pool, selectors)
        if isinstance(entries, Failure):
            return _end(pool, entries)
        if not entries:
            note("tlschain: There is nothing to export.")
            return _end(pool, FOUND)
        pem = "\n".join(to_pem(entry.certificate) for entry in entries)
        if output is None:
            emit(pem.rstrip("\n"))
            return _end(pool, OK)
        plan = plan_write(output, pem.encode("ascii"))
        written = plan if isinstance(plan, Failure) else write(plan, replace=replace)
        if isinstance(written, Failure) and written.kind == "exists":
            written = Failure("exists", written.message, "Add --replace to replace it.")
        if not isinstance(written, Failure):
            note(f"wrote {safe_text(str(written))}: {plural(len(entries), 'CA certificate')}")
        return _end(pool, written if isinstance(written, Failure) else OK)


def run_remove(path: Path | None, selectors: tuple[str, ...], *, expired: bool, everything: bool) -> int:
    """Remove the entries that match, those that have expired, or all."""
    now = utc_now()
    with opened(path) as pool:
        entries = _chosen(pool, selectors) if selectors else pool.entries()
        if isinstance(entries, Failure):
            return _end(pool, entries)
        ended = {e for e in entries if e.certificate.not_after is None or e.certificate.not_after < now}
        chosen = [entry for entry in entries if everything or selectors or entry in ended]
        if expired:
            chosen = [entry for entry in chosen if entry in ended]
        removed = pool.remove(entry.certificate.sha256 for entry in chosen)
        if isinstance(removed, Failure):
            return _end(pool, removed)
        for entry in chosen:
            note(f"removed {_line(entry)}")
        note(f"{plural(removed, 'CA certificate')} removed")
        none_expired = expired and (bool(entries) or not selectors)
        return _end(pool, OK if removed or none_expired else FOUND)


def run_verify(path: Path | None, *, repair: bool) -> int:
    """Check the file and every row; with `repair` remove the rows that are wrong."""
    with opened(path) as pool:
        check = pool.check()
        if isinstance(check, Failure):
            return _end(pool, check)
        for wrong in check.wrong:
            note(click.style(f"  ✗ {wrong}", fg="red"))
        if repair and check.wrong:
            removed = pool.discard_wrong()
            if isinstance(removed, Failure):
                return _end(pool, removed)
            note(f"{plural(removed, 'row')} removed")
        emit(f"{plural(check.checked, 'certificate')} checked, {len(check.wrong)} wrong")
        return _end(pool, OK if check.sound and not pool.notices else FOUND)
