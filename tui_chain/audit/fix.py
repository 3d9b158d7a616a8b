"""Writing a trust file anew: what every client loads of it, less what makes clients fail or helps none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from tui_chain.audit.audit import Audit, refusal_text, refusals_of
from tui_chain.audit.scan import ScannedBlock
from tui_chain.clients.registry import readers
from tui_chain.clients.trust_file import CertificateTable
from tui_chain.core.failure import Failure
from tui_chain.repair.bundle import first_crl_end, first_expiry, render
from tui_chain.repair.file_header import FirstEnd, Header, comment, read_header
from tui_chain.repair.header_lines import name_in_comment
from tui_chain.trust.settings import trusted_block
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.crl import RevocationList
from tui_chain.x509.signatures import SignatureProver

DROPPED = ("leaf", "not-a-ca", "expired", "expired-twin")
"""Findings whose certificate a fixed file does not have."""
DROPPED_CRLS = ("crl-expired", "crl-old", "crl-forged", "crl-unusable")
"""Findings whose CRL a fixed file of ours does not have; one that is dated in the future may come to hold."""


@dataclass(frozen=True)
class LeftOut:
    """A certificate that a fixed file does not have: why, and the programs that loaded it from the old one."""

    certificate: Certificate
    why: str
    used_by: tuple[str, ...]

    @property
    def text(self) -> str:
        """As a sentence for the person who has it written."""
        users = f"Loaded until now by {'; '.join(self.used_by)}." if self.used_by else "No client loaded it."
        return f"Without {self.certificate.label}: {self.why}. {users}"


@dataclass(frozen=True)
class FixedFile:
    """The new file, what it keeps, and what was left out: certificates, blocks that are neither, and CRLs."""

    data: bytes
    kept: tuple[Certificate, ...]
    left_out: tuple[LeftOut, ...]
    lost: int
    """Blocks that could not be read, and private keys, which do not belong there."""
    crls: tuple[RevocationList, ...] = ()
    dropped_crls: tuple[RevocationList, ...] = ()

    @property
    def dropped(self) -> tuple[Certificate, ...]:
        """The certificates that were left out."""
        return tuple(one.certificate for one in self.left_out)


def fix_file(audit: Audit, prover: SignatureProver, at: datetime) -> FixedFile | Failure:
    """Write as canonical PEM what every client loads: each certificate once, CAs alone, none expired, issuers below.

    What its comments say of hosts, if this tool made it, is kept; other comments are not. CRLs are kept where this
    tool wrote the file for clients that check them, and as long as they hold; in any other file they do not belong.
    Blocks with trust settings stay, whoever reads them.
    """
    settled = audit.scan.with_settings
    unique = tuple(dict.fromkeys(_without_settings(audit, settled)))
    reasons = _reasons(audit, unique, at)
    kept = tuple(certificate for certificate in unique if certificate not in reasons)
    out = tuple(LeftOut(one, why, _users(audit, one)) for one, why in reasons.items())
    if not kept and not settled:
        return _nothing_kept(audit, out)
    header = read_header(audit.scan.data) or Header(title="CA certificates")
    ordered = issuers_last(kept, prover)
    crls = _kept_crls(audit, header)
    digests = (*(one.sha256 for one in ordered), *(crl.sha256 for crl in crls))
    sources = dict.fromkeys(digests, f"file {audit.name}") | dict(header.sources)
    lost = sum(block.certificate is None and block.crl is None for block in audit.scan.blocks)
    left = tuple(crl for crl in dict.fromkeys(audit.scan.crls) if crl not in crls)
    first, later = _around(audit.scan.blocks, settled)
    data = _with_blocks(first, _rendered(header, ordered, sources, crls)) + later
    trusted = dict.fromkeys(block.certificate for block in settled if block.certificate is not None)
    return FixedFile(data, tuple(dict.fromkeys((*ordered, *trusted))), out, lost, crls, left)


def _nothing_kept(audit: Audit, left_out: tuple[LeftOut, ...]) -> Failure:
    """Why no file is made: there is no certificate, or none of them is fit for every client."""
    if not left_out:
        return Failure(
            "fix", f"There is no CA certificate in {audit.name} that could be saved.", "Put the right file there."
        )
    first, more = left_out[0].text, len(left_out) - 1
    others = f" So it is with {more} more." if more else ""
    hint = "Get its certificates anew, or give this file only to the clients that read it."
    return Failure("fix", f"Nothing of {audit.name} could be kept. {first}{others}", hint)


def _reasons(audit: Audit, certificates: tuple[Certificate, ...], at: datetime) -> dict[Certificate, str]:
    """Why each certificate that is left out is."""
    bad = {found.at: found.message for found in audit.findings if found.code in DROPPED}
    table, reasons = CertificateTable(), dict[Certificate, str]()
    for one in certificates:
        refusing = audit.refusals.get(one)
        if refusing is None and not table.is_usual(one.der):
            refusing = refusals_of(one, audit.loaded, table)
        parts = [bad[one.sha256].removesuffix(".")] if one.sha256 in bad else []
        parts += [refusal_text(refusing)] if refusing else []
        if parts or not one.valid_at(at):
            reasons[one] = "; ".join(parts) or "it is not valid now"
    return reasons


def _users(audit: Audit, certificate: Certificate) -> tuple[str, ...]:
    """The programs that load a certificate from the file as it is, by their readers."""
    return tuple(
        programs for reader, programs in readers().items() if certificate in audit.loaded[reader.name].certificates
    )


def _without_settings(audit: Audit, settled: tuple[ScannedBlock, ...]) -> tuple[Certificate, ...]:
    """The certificates of all blocks but those with trust settings, which stay as their owner has them."""
    blocks = (block for block in audit.scan.blocks if block not in settled)
    return tuple(block.certificate for block in blocks if block.certificate is not None)


def _around(blocks: tuple[ScannedBlock, ...], settled: tuple[ScannedBlock, ...]) -> tuple[bytes, bytes]:
    """The blocks with trust settings that go before the others, and those that go behind.

    Of two blocks of one certificate OpenSSL heeds the first alone (X509_STORE_add_cert), so it has to stay first.
    """
    plain = {block.certificate for block in blocks if block not in settled}
    leading = {block.certificate: block for block in reversed(blocks) if block.certificate in plain}
    first = tuple(block for block in settled if leading.get(block.certificate) in settled)
    return b"".join(map(_as_it_is, first)), b"".join(_as_it_is(block) for block in settled if block not in first)


def _with_blocks(first: bytes, rendered: bytes) -> bytes:
    """Put blocks below the comments on top of a file, which end with a blank line."""
    head, blank, rest = rendered.partition(b"\n\n")
    return head + b"\n" + first + blank[1:] + rest if first else rendered


def _as_it_is(block: ScannedBlock) -> bytes:
    """A TRUSTED CERTIFICATE with its settings, in canonical PEM: without them a rejected CA would be trusted."""
    note = comment(
        f"Subject: {block.certificate.subject}, with its owner's trust settings" if block.certificate else ""
    )
    return f"\n{note}".encode("ascii") + trusted_block(block.der)


def _kept_crls(audit: Audit, header: Header) -> tuple[RevocationList, ...]:
    bad = {found.at for found in audit.findings if found.code in DROPPED_CRLS}
    if header.crl_check is None:
        return ()
    return tuple(crl for crl in dict.fromkeys(audit.scan.crls) if crl.sha256 not in bad)


def _rendered(
    header: Header,
    certificates: tuple[Certificate, ...],
    sources: Mapping[str, str],
    crls: tuple[RevocationList, ...],
) -> bytes:
    alone = header.root_alone or (header.kind == "client" and all(one.self_issued for one in certificates))
    expiry, crl_expiry = _expiry(header, certificates), first_crl_end(crls)
    header = replace(header, expiry=expiry, crl_expiry=crl_expiry, root_alone=alone)
    return render(header, certificates, sources, crls=crls)


def _expiry(header: Header, certificates: tuple[Certificate, ...]) -> FirstEnd | None:
    """The first certificate to expire; of a file that has more than its hosts need the one it names, where kept."""
    named = header.expiry
    if header.kind in {"client+store", "links"} and named is not None:
        kept = any(name_in_comment(one.label) == named.name for one in certificates)
        return named if kept or not named.name else None
    return first_expiry(certificates)


def issuers_last(certificates: tuple[Certificate, ...], prover: SignatureProver) -> tuple[Certificate, ...]:
    """Put every certificate before those that signed it; otherwise the order stays."""
    ordered: list[Certificate] = []
    for certificate in certificates:
        place = next((i for i, other in enumerate(ordered) if _issued(other, certificate, prover)), None)
        ordered.insert(len(ordered) if place is None else place, certificate)
    return tuple(ordered)


def _issued(issuer: Certificate, child: Certificate, prover: SignatureProver) -> bool:
    return child.issuer_name == issuer.subject_name and issuer != child and prover.signed(child, issuer)
