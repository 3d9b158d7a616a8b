"""Mozilla's list of public intermediates, published through CCADB: a CSV file with a column of PEM."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass

from tui_chain.core.failure import Failure
from tui_chain.core.text import safe_text
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.formats.readers import read_certificates

URL = "https://ccadb.my.salesforce-sites.com/mozilla/PublicAllIntermediateCertsWithPEMCSV"
"""Where the list is published; some 3 MB, 1,700 records."""
PEM_COLUMN = "PEM Info"
FINGERPRINT_COLUMN = "SHA-256 Fingerprint"
MAX_RECORDS = 20_000
"""Records that are read of one list."""


@dataclass(frozen=True)
class IntermediateList:
    """The certificates of a list in its order, and in words the records that gave none."""

    certificates: tuple[Certificate, ...]
    problems: tuple[str, ...] = ()


def read_listing(data: bytes) -> IntermediateList | Failure:
    """Read the CSV, in UTF-8 with or without a byte order mark; columns are found by their names.

    Single quotes around the PEM and blank lines in it are taken as they come. A record whose certificate cannot
    be read, or is not the one of the record's fingerprint, is a problem; the others count all the same.
    """
    lines = data.decode("utf-8-sig", "replace").splitlines(keepends=True)
    rows = csv.reader(lines, strict=True)
    try:
        header = [name.strip() for name in next(rows, [])]
    except csv.Error as error:
        return _no_list(safe_text(str(error)))
    if PEM_COLUMN not in header:
        return _no_list(f"it has no column {PEM_COLUMN!r}")
    found: dict[Certificate, None] = {}
    problems: list[str] = []
    for number, row in _records(rows, problems):
        record = dict(zip(header, row, strict=False))
        certificate = _certificate(record)
        if isinstance(certificate, Certificate):
            found[certificate] = None
        else:
            problems.append(f"record {number}: {certificate}")
    return IntermediateList(tuple(found), tuple(problems))


def _no_list(why: str) -> Failure:
    return Failure("file", f"This is not CCADB's list of intermediates: {why}.", f"It is published at {URL}.")


def _records(rows: Iterator[list[str]], problems: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with its number, the header being 1; what is no CSV ends the list with a problem."""
    try:
        for number, row in enumerate(rows, 2):
            if number > MAX_RECORDS:
                problems.append(f"only the first {MAX_RECORDS} records were read")
                return
            if row:
                yield number, row
    except csv.Error as error:
        problems.append(f"the list breaks off: {safe_text(str(error))}")


def _certificate(record: dict[str, str]) -> Certificate | str:
    reading = read_certificates(record.get(PEM_COLUMN, "").strip().strip("'").encode("ascii", "replace"))
    if len(reading.certificates) != 1:
        return reading.problems[0].reason if reading.problems else "more than one certificate in a record"
    certificate = reading.certificates[0]
    fingerprint = record.get(FINGERPRINT_COLUMN, "").replace(":", "").strip().lower()
    if fingerprint and fingerprint != certificate.sha256:
        return "the certificate is not the one of the record's fingerprint"
    return certificate
