"""Trust files as clients read them, and the files of this program's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from json import JSONDecodeError

from tests.fuzz.mutations import BYTES, DER, JSON, PEM, TEXT
from tests.fuzz.reader import Reader
from tests.fuzz.readers.pki import ISSUING, LEAF, NOW, ROOT, STORE
from tests.fuzz.readers.scratch import holding
from tui_chain.audit.audit import Auditor
from tui_chain.audit.fix import FixedFile, fix_file
from tui_chain.clients.registry import readers
from tui_chain.core.failure import Failure
from tui_chain.engine.activity import append_entries, read_activity
from tui_chain.engine.journey import Context, Journey
from tui_chain.engine.session import Session, read_session, write_session
from tui_chain.engine.settings import missing_files, read_settings
from tui_chain.net.host_list import BadLine
from tui_chain.net.target import Target, parse_target
from tui_chain.pool.pool import Pool
from tui_chain.pool.published import IntermediateList, read_listing
from tui_chain.repair.bundle import Bundle
from tui_chain.repair.file_header import read_header
from tui_chain.repair.header_lines import header_lines
from tui_chain.repair.merge import merge
from tui_chain.results.audit import AuditResult
from tui_chain.results.doctor import DoctorResult
from tui_chain.results.explanation import ExplainResult
from tui_chain.results.saved import Restorer, read_saved, stated
from tui_chain.results.values import HostResult
from tui_chain.trust.settings import in_trusted_form_alone, refused_anchors, refusing_blocks
from tui_chain.x509.formats.readers import read_certificates


def trust_file(data: bytes) -> object:
    """A trust file audited and fixed: what is written anew has nothing that a client would not load."""
    auditor = Auditor(STORE, NOW)
    audit = auditor.audit(data, "file.pem")
    fixed = fix_file(audit, auditor.prover, NOW)
    if isinstance(fixed, FixedFile):
        again = auditor.audit(fixed.data, "fixed.pem")
        lost = {one.name: again.lost(one.name) for one in readers()}
        # blocks with trust settings stay as their owner has them, whoever reads them
        assert audit.scan.with_settings or not any(lost.values()), lost
        assert set(again.certificates) <= set(audit.certificates), "fixing adds nothing"
    assert refused_anchors(refusing_blocks(data)) == refused_anchors(data), "what refuses stays what refuses"
    return audit.findings, [one.refused for one in audit.loaded.values()], len(in_trusted_form_alone(data))


def merged_file(data: bytes) -> object:
    """A file to which a bundle is added: all that was in it stays, all of the bundle is there, and once is enough."""
    merged = merge(data, _bundle())
    if isinstance(merged, Failure):
        return merged
    held = set(read_certificates(merged).certificates)
    assert held >= set(read_certificates(data).certificates), "something was lost"
    assert held <= {*read_certificates(data).certificates, *_bundle().certificates}, "something came along"
    assert held >= set(_bundle().certificates)
    assert merge(merged, _bundle()) == merged
    return read_header(merged)


@cache
def _bundle() -> Bundle:
    days = (NOW.date(), NOW.date())
    return Bundle((ISSUING, ROOT), ("other.test:443",), kind="client", trust="test", served=days)


def header(data: bytes) -> object:
    """The comments of a bundle; what is written of them reads back the same."""
    found = read_header(data)
    if found is None:
        return None
    written = "".join(header_lines(found)).encode("ascii")
    again = read_header(written + b"\n" + data.partition(b"\n\n")[2])
    assert again is not None
    assert set(_targets(again.hosts)) >= set(_targets(found.hosts))
    return found


def _targets(hosts: Sequence[str]) -> list[str]:
    return [host for host in hosts if isinstance(parse_target(host), Target)]


def saved_results(data: bytes) -> object:
    """Saved results, each line by itself: stated, judged again, and written as it was read."""
    found: list[object] = []
    with holding(data, "results.jsonl") as path:
        for one in read_saved(path):
            if isinstance(one, BadLine):
                found.append(str(one))
            else:
                assert HostResult.from_json(one.result.to_json()) == one.result
                found.append((stated(one, "file"), _restorer().restore(one)))
    return found


def result_json(data: bytes) -> object:
    """One result of the Python API, of whichever kind: what is read is written as it was read."""
    found: list[object] = []
    for kind in (AuditResult, DoctorResult, ExplainResult):
        try:
            result = kind.from_json(data.decode("utf-8", "replace"))
        except ValueError as error:
            found.append(None if isinstance(error, JSONDecodeError) else str(error))
        else:
            assert kind.from_json(result.to_json()) == result
            found.append(result)
    return found


@cache
def _restorer() -> Restorer:
    return Restorer(Journey(Context(STORE, lambda: NOW, offline=True)), "file results.jsonl")


def session(data: bytes) -> object:
    """What the screen keeps: written again and read again it is the same, and it is never lost."""
    with holding(data, "session.json") as path:
        found = read_session(path)
        if isinstance(found, Failure):
            assert any(one.read_bytes() == data for one in path.parent.iterdir()), "the file is gone"
            return str(found).replace(str(path.parent), "")
        again = path.with_name("again.json")
        assert write_session(found, again) is None
        read = read_session(again)
        assert isinstance(read, Session)
        assert read == replace(found, notices=())
        for host in found.hosts:
            assert host.choice() is not None
            assert host.request is None or not isinstance(host.request.choice(), Failure)
        return found


def settings(data: bytes) -> object:
    """The config file with its keymap: what is wrong in it is left out and named."""
    with holding(data, "config.toml") as path:
        found = read_settings(path)
        assert all(one.startswith(str(path)) for one in found.notices)
        return found, missing_files(found)


def activity(data: bytes) -> object:
    """The log of what was done: its entries are written as they were read."""
    with holding(data, "activity.jsonl") as path:
        found = read_activity(path)
        again = path.with_name("again.jsonl")
        assert append_entries(found.entries, again) is None
        assert read_activity(again).entries[-50:] == found.entries[-50:]
        return found


def published_list(data: bytes) -> object:
    """The published list of intermediates, as CSV."""
    found = read_listing(data)
    if isinstance(found, IntermediateList):
        assert len(set(found.certificates)) == len(found.certificates)
        return found.problems
    return found


def pool(data: bytes) -> object:
    """The pool's file, a database that may be damaged anywhere."""
    with holding(data, "pool.db") as path:
        kept = Pool(path, busy_seconds=0.1)
        try:
            return kept.entries(), kept.issuers_of(LEAF), kept.check(), kept.notices
        finally:
            kept.close()


_KEYS = (b'"ctrl+"', b"f25", b"shift+", b"[keymap]", b"[[", b"= [", b'"""', b"a.b.c.d", b"\\u001b", b"true", b"1e400")

READERS = (
    Reader("trust-file", trust_file, (*PEM, *DER), line_share=150, count=60),
    Reader("merged-file", merged_file, PEM),
    Reader("header", header, PEM, tokens=(b"# Host: ", b"# Kind: ", b"# Hosts: ", b"# Trust store: ")),
    Reader("saved-results", saved_results, JSON, count=40),
    Reader("result-json", result_json, JSON),
    Reader("session", session, JSON),
    Reader("settings", settings, TEXT, tokens=_KEYS),
    Reader("activity", activity, JSON),
    Reader("published-list", published_list, (*TEXT, *PEM), tokens=(b'"', b"'", b'""', b",", b"PEM Info")),
    Reader("pool", pool, BYTES, count=60),
)
