"""What an audit, a fixed file and a refreshed bundle come to in a line of text; both front ends show these."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tui_chain.audit.audit import Audit
from tui_chain.audit.fix import FixedFile
from tui_chain.audit.refresh import Refreshed, State
from tui_chain.clients.registry import readers
from tui_chain.clients.trust_file import TrustFileReader
from tui_chain.core.command import hinted, with_commands
from tui_chain.core.failure import Failure
from tui_chain.core.status import Severity
from tui_chain.core.text import colon_hex, plural, safe_text
from tui_chain.repair.file_header import APART, Header
from tui_chain.repair.header_lines import root_options, trust_options
from tui_chain.trust.settings import refused_anchors
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.crl import RevocationList, crls_of
from tui_chain.x509.formats.readers import read_certificates

TEXT_FORMATS = frozenset({"PEM", "UTF-16"})
"""Formats of which a fixed file may take the place; of any other the file stays, for it may be a store with keys."""


@dataclass(frozen=True)
class ClientLoad:
    """What one client makes of a file: how many of its certificates it loads, and why not all, or None.

    `whole` says that it loads what it takes by design, and refuses nothing. `crls` is how many CRLs it loads.
    """

    name: str
    programs: str
    whole: bool
    loaded: int
    lost: int
    why: str | None
    crls: int = 0

    @property
    def text(self) -> str:
        """As `loads 2 of 3`, the CRLs beside them, and why not all."""
        lost = f" of {self.loaded + self.lost}" if self.lost else ""
        crls = f", and {plural(self.crls, 'CRL')}" if self.crls else ""
        return f"loads {self.loaded}{lost}{crls}{self.reason}"

    @property
    def reason(self) -> str:
        """Why it refuses the file or a part of it, in brackets; empty where it does not."""
        return f" ({self.why})" if self.why else ""


def client_loads(audit: Audit) -> tuple[ClientLoad, ...]:
    """Say for every client what it would load from the file."""
    return tuple(_client(audit, reader, programs) for reader, programs in readers().items())


def _client(audit: Audit, reader: TrustFileReader, programs: str) -> ClientLoad:
    loaded, lost = audit.loaded[reader.name], len(audit.lost(reader.name))
    whole = not lost and loaded.refused is None
    count, crls = len(set(loaded.certificates)), len(set(loaded.crls))
    return ClientLoad(reader.name, programs, whole, count, lost, loaded.refused, crls)


def content_summary(audit: Audit) -> str:
    """What the file is, as `PEM, 3 certificates`, and its CRLs."""
    crls = f", {plural(len(audit.scan.crls), 'CRL')}" if audit.scan.crls else ""
    return f"{audit.scan.format}, {plural(len(audit.certificates), 'certificate')}{crls}"


def ends_first(audit: Audit) -> Certificate | None:
    """The certificate of the file whose validity ends first, or None where none can be read."""
    dated = [(one.not_after, one) for one in audit.certificates if one.not_after is not None]
    return min(dated, key=lambda pair: pair[0])[1] if dated else None


def severity_summary(audit: Audit) -> str:
    """How many findings there are of each severity, the worst first, as `1 fatal, 2 risk`; `none` for none."""
    counted = Counter(found.severity for found in audit.findings)
    counts = (f"{counted[severity]} {severity.value}" for severity in Severity if counted[severity])
    return ", ".join(counts) or "none"


def not_written_over(audit: Audit) -> str | None:
    """Why a fixed file must not take the file's place, or None: the only copy of a key or a store stays."""
    if audit.scan.private_key is not None:
        return "There is a private key in that file, which stays as it is."
    if audit.scan.format not in TEXT_FORMATS:
        return f"That file is {audit.scan.format}, and stays as it is."
    return None


def completed_hint(hint: str, file: Path, header: Header | None) -> str:
    """Return the hint of a finding with its commands as they are run for the file, whose `header` may be None."""
    return with_commands(hint, lambda words: hinted(*words, file, *carried_options(words[0], header)))


def carried_options(command: str, header: Header | None) -> tuple[str, ...]:
    """What `refresh` needs for a file of ours: an audit takes no trust store, and the file says which one it has."""
    return (*trust_options(header), *root_options(header)) if command == "refresh" and header is not None else ()


def fix_summary(audit: Audit, fixed: FixedFile) -> str:
    """What a fixed file has, and what was changed for it."""
    crls = [plural(len(fixed.crls), "CRL")] if fixed.crls else []
    return ", ".join([plural(len(fixed.kept), "CA certificate"), *crls, *_changes(audit, fixed)])


def fixes_something(audit: Audit, fixed: FixedFile) -> bool:
    """Whether a fixed file is better than the one that was audited, for any client or any reader."""
    form = any(found.at is None and found.severity is not Severity.COSMETIC for found in audit.findings)
    return form or any(True for _ in _changes(audit, fixed))


def _changes(audit: Audit, fixed: FixedFile) -> Iterator[str]:
    unique = tuple(dict.fromkeys(audit.certificates))
    if fixed.dropped:
        yield f"without {plural(len(fixed.dropped), 'certificate')}"
    if fixed.dropped_crls:
        yield f"without {plural(len(fixed.dropped_crls), 'CRL')}"
    if fixed.lost:
        yield f"without {plural(fixed.lost, 'block')} of another kind or unreadable"
    if len(unique) < len(audit.certificates):
        yield "each once"
    if fixed.kept != tuple(one for one in unique if one not in fixed.dropped):
        yield "issuers below what they signed"


def replacement_refused(file: Path, data: bytes, found: Refreshed) -> Failure | None:
    """Why the new file of a refreshed bundle must not take the old one's place, or None.

    `data` are the old file's bytes: certificates in it that this tool did not write would be lost, and what its owner
    set beside them.
    """
    output = found.output
    if output is None:
        return None
    rejected = len(refused_anchors(data))
    if rejected:
        message = f"{safe_text(str(file))} rejects {plural(rejected, 'certificate')}, which the new file would not."
        return Failure("refresh", message, "Its owner set that; leave it so unless you know better.")
    certificates = foreign_certificates(data, output.certificates)
    crls = foreign_crls(data, output.bundle.crls if output.bundle is not None else ())
    if not certificates and not crls:
        return None
    counts = ((certificates, "certificate"), (crls, "CRL"))
    count = " and ".join(plural(number, noun) for number, noun in counts if number)
    message = f"{safe_text(str(file))} holds {count} that this tool did not write for its hosts."
    return Failure("refresh", message, f"Write it anew with {hinted('fix')}, or move them to a file of their own.")


def foreign_certificates(data: bytes, anew: Iterable[Certificate] = ()) -> int:
    """How many certificates of a bundle are not of its own making, nor in the new one: added by hand, or merged.

    What this tool writes for the hosts of the file stands below a comment with its fingerprint.
    """
    own, kept = _own(data), set(anew)
    there = (one for one in read_certificates(data).certificates if one not in kept)
    return sum(colon_hex(one.sha256) not in own for one in there)


def foreign_crls(data: bytes, anew: Iterable[RevocationList] = ()) -> int:
    """How many CRLs of a bundle are not of its own making, nor in the new one."""
    own, kept = _own(data), set(anew)
    return sum(colon_hex(crl.sha256) not in own for crl in crls_of(data) if crl not in kept)


def _own(data: bytes) -> set[str]:
    """The fingerprints in the comments of what this tool wrote for the hosts that the file names."""
    return set(_FINGERPRINT.findall(data.decode("utf-8", "replace").partition(f"\n{APART}")[0]))


_FINGERPRINT = re.compile(r"^# SHA-256: ([0-9A-F:]+)$", re.MULTILINE)


def outcome_summary(found: Refreshed, offer: str) -> str:
    """What a refresh comes to, after what it says of each host; `offer` is how a new file is written."""
    if found.failure is not None:
        return str(found.failure)
    if found.output is not None:
        return f"A new file is at hand; {offer}"
    if found.state in {State.FAILS, State.SOON}:
        return "Nothing newer was found; ask the server's owner, or look again later."
    return ""
