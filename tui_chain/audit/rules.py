"""The rules of an audit: the form of the file, its certificates, and its CRLs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice

from cryptography import x509

from tui_chain.audit.findings import AuditFinding, finding
from tui_chain.audit.scan import TRUSTED, Scan, ScannedBlock
from tui_chain.core.text import plural
from tui_chain.paths.checks import weak_key, weak_signature
from tui_chain.repair.file_header import Header, read_header
from tui_chain.revocation.crl import is_signed
from tui_chain.trust.store import NameIndex, TrustStore, by_subject
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.crl import CRL_LABEL, MAX_CRLS, CrlScope, RevocationList
from tui_chain.x509.names import CanonicalName
from tui_chain.x509.signatures import SignatureProver

MAX_SIGNERS = 8
"""Certificates of one name that are tried as a CRL's issuer."""
LONGEST_NOTICE = timedelta(days=30)
"""How long before its end a CRL is found to end soon, at most."""
CrlCoverage = tuple[CanonicalName | None, x509.IssuingDistributionPoint | None]
_NEEDED_BY = frozenset({"client", "links"})
"""Kinds of file whose every CA certificate signed something that clients look up."""


def ends_soon(crl: RevocationList, at: datetime) -> bool:
    """Whether less than a third of a CRL's life is left, or 30 days if that is less; its successor is due then.

    One for a week is so from two and a third days before its end.
    """
    begin, end = crl.this_update, crl.next_update
    return begin is not None and end is not None and end - at < min((end - begin) / 3, LONGEST_NOTICE)


def crl_findings(scan: Scan, at: datetime) -> Iterator[AuditFinding]:
    """What is found of the CRLs of a file at the time `at` (aware)."""
    for block in scan.blocks:
        yield from _crl_block(block)
    header = read_header(scan.data)
    scope = None if header is None else header.crl_check
    unique = tuple(islice(dict.fromkeys(scan.crls), MAX_CRLS))
    subjects = by_subject(dict.fromkeys(scan.certificates)) if unique else {}
    held = {_coverage(crl) for crl in unique if crl.in_force(at)}
    for crl in unique:
        yield from _form(crl, subjects)
        yield from _crl_age(crl, held, at)
    if scope is None:
        yield from (_meant_for_none(block) for block in scan.blocks if block.crl is not None)
    elif header is not None:
        yield from _ours(header, scope, unique, scan.certificates, at)


def _crl_block(block: ScannedBlock) -> Iterator[AuditFinding]:
    if block.label == CRL_LABEL and block.problem:
        yield finding("crl-malformed", f"Line {block.line}: {block.problem}.", line=block.line)


def _meant_for_none(block: ScannedBlock) -> AuditFinding:
    return finding("crl", f"Line {block.line}: the block is a CRL.", line=block.line)


def _form(crl: RevocationList, subjects: NameIndex) -> Iterator[AuditFinding]:
    if crl.scope_flaw is not None:
        yield _of(crl, "crl-unusable", f"The CRL of {crl.label} cannot be used: {crl.scope_flaw}.")
    # a hostile file has thousands of one name
    named = subjects.get(crl.issuer_name, ())[:MAX_SIGNERS] if crl.issuer_name is not None else ()
    if named and not any(is_signed(crl, one) for one in named):
        yield _of(crl, "crl-forged", f"The CRL of {crl.label} was not signed by the certificate of that name here.")


def _crl_age(crl: RevocationList, held: Container[CrlCoverage], at: datetime) -> Iterator[AuditFinding]:
    begin, end = crl.this_update, crl.next_update
    if begin is None:
        return
    if begin > at:
        yield _of(crl, "crl-not-yet", f"The CRL of {crl.label} is dated {begin:%Y-%m-%d %H:%M} UTC.")
    elif end is None:
        yield _of(crl, "crl-endless", f"The CRL of {crl.label} has no end (nextUpdate).")
    elif end <= at:
        code, more = ("crl-old", "; a newer one is there") if _coverage(crl) in held else ("crl-expired", "")
        yield _of(crl, code, f"The CRL of {crl.label} ended on {end:%Y-%m-%d %H:%M} UTC{more}.")
    elif ends_soon(crl, at):
        yield _of(crl, "crl-soon", f"The CRL of {crl.label} ends on {end:%Y-%m-%d %H:%M} UTC.")


def _coverage(crl: RevocationList) -> CrlCoverage:
    """Whose certificates a list speaks of, and which part of them: a newer one of the same takes its place."""
    return crl.issuer_name, crl.distribution_point


def _of(crl: RevocationList, code: str, message: str) -> AuditFinding:
    return finding(code, message, crl.sha256)


def _ours(
    header: Header, scope: CrlScope, crls: Sequence[RevocationList], certificates: Sequence[Certificate], at: datetime
) -> Iterator[AuditFinding]:
    """A file that was written for clients that check: what it has, and what it lacks."""
    if crls:
        yield finding("crl-check", f"The file has {plural(len(crls), 'CRL')} for clients that check ({scope.flag}).")
    speaking = {crl.issuer_name for crl in crls}
    if scope is CrlScope.LEAF:
        if not crls:
            yield finding("crl-missing", "The file was written for clients that check, and has no CRL.")
    elif header.kind in _NEEDED_BY:
        for one in dict.fromkeys(certificates):
            if one.is_ca and one.valid_at(at) and one.subject_name not in speaking:
                yield finding("crl-missing", f"There is no CRL of {one.label} in the file.", one.sha256)


SOON = timedelta(days=30)
"""How long before its end a certificate is found to expire soon."""
MAX_ISSUERS = 32
"""Certificates of one subject that are tried as an issuer: a hostile file has thousands, each with another key."""
_LINE = 4096
"""Bytes before a BEGIN in which the start of its line is looked for."""
STORES = frozenset({"PKCS#12", "JKS", "JCEKS"})
"""Formats of a store that Java alone reads."""
STORE_SIZE = 40
"""Certificates from which on a file is a whole trust store, of which much is known to certifi."""

_GLUED = re.compile(rb"-----END [A-Z0-9 #]+-----[ \t]*-----BEGIN ")
_BEGIN = re.compile(rb"-----BEGIN [A-Z0-9 #]+-----")
_BLANK = re.compile(rb"\n[ \t]*\r?\n[A-Za-z0-9+/=]")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=\s]")


def form_findings(scan: Scan) -> Iterator[AuditFinding]:
    """What is wrong with the file, whatever its certificates are."""
    if scan.format == "empty":
        yield finding("empty", "The file is empty.")
    elif scan.format == "unknown":
        yield finding("unreadable", "The file has no certificate in it.")
    elif scan.format not in {"PEM", *STORES}:
        yield finding("format", f"The file is {scan.format}, not PEM.")
    elif scan.format == "PEM":
        yield from _pem_form(scan.data)
        if not any(block.certificate or block.crl or block.problem for block in scan.blocks):
            yield finding("unreadable", "The file has no certificate in it.")
    for block in scan.blocks:
        yield from _block(block)


def _pem_form(data: bytes) -> Iterator[AuditFinding]:
    if data.startswith(b"\xef\xbb\xbf"):
        yield finding("bom", "The file begins with a UTF-8 byte order mark.", line=1)
    if b"\n" not in data:
        yield finding(
            "line-ends", "The file has no line feed: it is one line, or its lines end as on an old Mac.", line=1
        )
    for code, at, message in (
        ("glued", _glued(data), "An END and the next BEGIN stand on one line."),
        ("indented", _indented(data), "A BEGIN does not stand at the start of its line."),
        ("blank-line", _with_blank_line(data), "A block has a blank line in it."),
    ):
        if at is not None:
            yield finding(code, message, line=data.count(b"\n", 0, at) + 1)


def _glued(data: bytes) -> int | None:
    found = _GLUED.search(data)
    return None if found is None else found.end()


def _indented(data: bytes) -> int | None:
    """Where a BEGIN has something other than a hyphen before it on its line."""
    for begin in _BEGIN.finditer(data.removeprefix(b"\xef\xbb\xbf").rjust(len(data), b"\n")):
        if begin.start() and data[begin.start() - 1 : begin.start()] not in {b"\n", b"\r", b"\xbf"}:
            line = re.split(rb"[\r\n]", data[max(begin.start() - _LINE, 0) : begin.start()])[-1]
            if line[:1] != b"-":
                return begin.end()
    return None


def _with_blank_line(data: bytes) -> int | None:
    """Where a blank line stands between two lines of a block's base64."""
    for begin in _BEGIN.finditer(data):
        end = data.find(b"-", begin.end())
        blank = _BLANK.search(data, begin.end() + 1, len(data) if end < 0 else end)
        if blank is not None and _NOT_BASE64.search(data, begin.end(), blank.start()) is None:
            first = data[begin.end() : blank.start() + 1].strip()
            if first:
                return blank.end()
    return None


def _block(block: ScannedBlock) -> Iterator[AuditFinding]:
    if block.problem and block.label != CRL_LABEL:
        yield finding("malformed", f"Line {block.line}: {block.problem}.", line=block.line)
    if block.settings is not None and block.certificate is not None:
        yield finding("trust-settings", _settings_text(block), block.certificate.sha256, block.line)
    elif block.label in {"X509 CERTIFICATE", TRUSTED}:
        yield finding("label", f"Line {block.line}: the block is labelled {block.label}.", line=block.line)
    elif block.label == "PKCS7":
        yield finding("format", f"Line {block.line}: the block is PKCS#7.", line=block.line)
    elif block.label.endswith("PRIVATE KEY"):
        yield finding("private-key", f"Line {block.line}: the block is a private key.", line=block.line)


def _settings_text(block: ScannedBlock) -> str:
    """What the owner's settings mean for TLS servers, and who heeds them."""
    name = block.certificate.label if block.certificate is not None else "the certificate"
    if block.settings is not None and not block.settings.serves:
        return f"Line {block.line}: the trust settings reject {name} for TLS servers; OpenSSL refuses with code 28."
    return f"Line {block.line}: the trust settings say for which uses {name} is trusted."


def certificate_findings(
    certificates: tuple[Certificate, ...], public: TrustStore, prover: SignatureProver, at: datetime
) -> Iterator[AuditFinding]:
    """What is wrong with the certificates at the time `at`; `public` is the store that everybody has."""
    counted = Counter(certificates)
    unique, subjects = tuple(counted), by_subject(counted)
    for certificate, count in counted.items():
        if count > 1:
            yield finding("duplicate", f"{certificate.label} is in the file {count} times.", certificate.sha256)
        yield from _use(certificate, prover)
        yield from _age(certificate, unique, at)
        yield from _strength(certificate)
        yield from _company(certificate, subjects, public, prover)
    yield from _order(unique, subjects)


def _use(certificate: Certificate, prover: SignatureProver) -> Iterator[AuditFinding]:
    if certificate.is_ca:
        return
    if certificate.alternative_names or not certificate.self_issued or not prover.signed(certificate, certificate):
        yield finding("leaf", f"{certificate.label} is a server's certificate, no CA.", certificate.sha256)
    else:
        yield finding("not-a-ca", f"{certificate.label} does not say that it is a CA.", certificate.sha256)


def _age(certificate: Certificate, others: tuple[Certificate, ...], at: datetime) -> Iterator[AuditFinding]:
    start, end = certificate.not_before, certificate.not_after
    if start is None or end is None:
        return
    if end < at:
        code = "expired-twin" if twins(certificate, others) else "expired"
        more = ", and a newer one of the same name and key is in the file" if code == "expired-twin" else ""
        yield finding(code, f"{certificate.label} expired on {end:%Y-%m-%d}{more}.", certificate.sha256)
    elif start > at:
        yield finding("not-yet-valid", f"{certificate.label} is valid from {start:%Y-%m-%d}.", certificate.sha256)
    elif end - at < SOON:
        yield finding("soon", f"{certificate.label} expires on {end:%Y-%m-%d}.", certificate.sha256)


def twins(certificate: Certificate, others: tuple[Certificate, ...]) -> tuple[Certificate, ...]:
    """The other certificates of the same subject and key."""
    key = certificate.key_bytes
    return tuple(
        other
        for other in others
        if other != certificate and other.subject_name == certificate.subject_name and key and other.key_bytes == key
    )


def _strength(certificate: Certificate) -> Iterator[AuditFinding]:
    signed = None if certificate.self_issued else weak_signature(certificate)
    for message in filter(None, (weak_key(certificate), signed)):
        yield finding("weak", f"{certificate.label}: {message}.", certificate.sha256)


def _company(
    certificate: Certificate, subjects: NameIndex, public: TrustStore, prover: SignatureProver
) -> Iterator[AuditFinding]:
    """What the certificate is next to the others of the file and to the public store."""
    if not certificate.is_ca:
        return
    if certificate in public:
        if len(subjects) < STORE_SIZE:
            yield finding("unnecessary", f"{certificate.label} is in certifi as well.", certificate.sha256)
    elif certificate.self_issued:
        yield finding("unknown", f"{certificate.label} is a root that certifi does not know.", certificate.sha256)
    elif not any(prover.signed(certificate, other) for other in _issuers(certificate, subjects)):
        yield finding("no-root", f"{certificate.label} is in the file without its issuer.", certificate.sha256)


def _issuers(certificate: Certificate, subjects: NameIndex) -> tuple[Certificate, ...]:
    """The certificates of the file that bear the name of its issuer."""
    named = subjects.get(certificate.issuer_name, ()) if certificate.issuer_name is not None else ()
    return tuple(islice((other for other in named if other != certificate), MAX_ISSUERS))


def _order(unique: tuple[Certificate, ...], subjects: NameIndex) -> Iterator[AuditFinding]:
    places = {certificate: place for place, certificate in enumerate(unique)}
    for certificate, place in places.items():
        issuers = _issuers(certificate, subjects)
        if not certificate.self_issued and issuers and all(places[issuer] < place for issuer in issuers):
            yield finding("order", f"{certificate.label} stands after its issuer.", certificate.sha256)
            return


def root_above(known: Sequence[Certificate], bundle: Sequence[Certificate]) -> Certificate | None:
    """The root of a bundle to which the names lead from the first, a leaf; nothing is proven by it."""
    named = {one.subject_name: one for one in (*known, *bundle)}
    one: Certificate | None = known[0]
    for _ in named:
        if one is None or one.self_issued:
            break
        one = named.get(one.issuer_name)
    return one if one is not None and one.self_issued and one in bundle else None


def tops(certificates: Sequence[Certificate]) -> tuple[Certificate, ...]:
    """The certificates of a bundle above which it has none: by their names, self-signed or not."""
    subjects = {one.subject_name for one in certificates}
    return tuple(one for one in certificates if one.self_issued or one.issuer_name not in subjects)
