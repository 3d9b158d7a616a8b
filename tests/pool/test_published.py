"""Mozilla's list of intermediates, in a small file of the same form with the same quirks."""

from __future__ import annotations

import csv
import io
import textwrap
from datetime import UTC, datetime

import pytest

from tests.support.chains import make_pki, views
from tui_chain.core.failure import Failure
from tui_chain.lab.authority import Authority
from tui_chain.pool import published
from tui_chain.pool.published import IntermediateList, read_listing
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.formats.pem import to_pem

# of today, since the commands that keep them read the clock of the machine
NOW = datetime.now(UTC)
PKI = make_pki("Listed", NOW)
LEAF, ISSUING = views(PKI.leaf, PKI.issuing)
(SECOND,) = views(Authority.root('Listed, "with" quirks', now=NOW))
COLUMNS = ["CA Owner", "Parent Name", "Certificate Name", "SHA-256 Fingerprint", "Trust Bits", "PEM Info"]


def row(certificate: Certificate, pem: str, fingerprint: str | None = None) -> list[str]:
    said = certificate.sha256.upper() if fingerprint is None else fingerprint
    return ["Owner, Ltd.", "Parent", certificate.subject, said, "Websites", pem]


def quoted(certificate: Certificate) -> str:
    """As CCADB has it: single quotes around the PEM."""
    return f"'{to_pem(certificate).strip()}'"


def blank_after_begin(certificate: Certificate) -> str:
    return quoted(certificate).replace("CERTIFICATE-----\n", "CERTIFICATE-----\n\n", 1)


def listing(*rows: list[str], header: list[str] = COLUMNS) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([header, *rows])
    return text.getvalue().encode()


def read(data: bytes) -> IntermediateList:
    found = read_listing(data)
    assert isinstance(found, IntermediateList), found
    return found


def test_quotes_and_blank_lines_are_taken_as_they_come() -> None:
    found = read(listing(row(ISSUING, quoted(ISSUING)), row(SECOND, blank_after_begin(SECOND))))
    assert found == IntermediateList((ISSUING, SECOND))


@pytest.mark.parametrize(
    "change",
    [
        lambda data: b"\xef\xbb\xbf" + data,
        lambda data: data.replace(b"\n", b"\r\n"),
        lambda data: data + b"\n\n",
        lambda data: data + data.split(b"\n", 1)[1],
    ],
    ids=["byte order mark", "CRLF", "blank lines at the end", "twice"],
)
def test_the_form_may_vary(change: object) -> None:
    assert callable(change)
    assert read(change(listing(row(ISSUING, quoted(ISSUING))))).certificates == (ISSUING,)


def test_columns_are_found_by_name() -> None:
    header = list(reversed(COLUMNS))
    assert read(listing(list(reversed(row(ISSUING, quoted(ISSUING)))), header=header)).certificates == (ISSUING,)
    bare = listing([quoted(ISSUING)], header=["PEM Info"])
    assert read(bare).certificates == (ISSUING,)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (row(SECOND, ""), "nothing in it"),
        (row(SECOND, "'-----BEGIN CERTIFICATE-----\nAAAA"), "no end"),
        (row(SECOND, quoted(SECOND), ISSUING.sha256), "not the one of the record's fingerprint"),
        (row(SECOND, quoted(SECOND) + quoted(ISSUING)), "more than one"),
        (["short"], "nothing in it"),
        (row(SECOND, "\x1b[2J<html>"), "it begins with"),
    ],
)
def test_a_bad_record_costs_no_other(bad: list[str], reason: str) -> None:
    found = read(listing(bad, row(ISSUING, quoted(ISSUING))))
    assert found.certificates == (ISSUING,)
    (problem,) = found.problems
    assert problem.startswith("record 2: ")
    assert reason in problem
    assert "\x1b" not in problem


def test_a_list_that_breaks_off_gives_what_came_before() -> None:
    data = listing(row(ISSUING, quoted(ISSUING)), row(SECOND, quoted(SECOND)))
    found = read(data[:-200])
    assert found.certificates == (ISSUING,)
    assert len(found.problems) == 1


@pytest.mark.parametrize(
    "data", [b"", b"\x00" * 50, b"<!doctype html><p>Down for maintenance", b'"PEM', b"a,b\n1,2\n", bytes(range(256))]
)
def test_anything_else_is_no_list(data: bytes) -> None:
    failure = read_listing(data)
    assert isinstance(failure, Failure)
    assert "CCADB" in failure.message


def test_the_records_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(published, "MAX_RECORDS", 3)
    found = read(listing(*(row(ISSUING, quoted(ISSUING)) for _ in range(9))))
    assert found.problems == ("only the first 3 records were read",)


def test_indented_pem_is_read() -> None:
    body = to_pem(ISSUING).splitlines()
    pem = "\n".join([body[0], textwrap.indent("\n".join(body[1:-1]), "  "), body[-1]])
    assert read(listing(row(ISSUING, pem))).certificates == (ISSUING,)
