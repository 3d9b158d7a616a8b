"""The letter to the server's administrator: what is wrong, the evidence, what to send, and how to check it."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from urllib.parse import urlsplit

from tui_chain.advise.document import (
    Code,
    Document,
    DocumentBlock,
    Heading,
    ItemList,
    Paragraph,
    to_markdown,
    to_text,
)
from tui_chain.clients.families import family_names
from tui_chain.clients.verdict import Verdicts, reason
from tui_chain.core.endpoint import bracketed
from tui_chain.core.finding_codes import FindingCode
from tui_chain.core.ip import parse_ip
from tui_chain.core.status import Blame, Severity
from tui_chain.core.text import colon_hex, plural
from tui_chain.diagnose.case import misplaced_leaf
from tui_chain.diagnose.diagnosis import Diagnosis
from tui_chain.diagnose.findings.finding import Finding
from tui_chain.net.target import Target
from tui_chain.paths.search import MissingIssuer
from tui_chain.probe.served import ServedChain
from tui_chain.repair.server_chain import ServerChain
from tui_chain.servers.registry import server_lines
from tui_chain.x509.certificate import Certificate

HTTPS_PORTS = frozenset({443, 4443, 8443, 9443})
"""Ports at which browsers are used; of others nobody knows what is spoken there."""
LEAVE_OUT = {
    FindingCode.STRANGER: "it has nothing to do with the server's certificate",
    FindingCode.NAMESAKE: "it has the issuer's name, but another key",
    FindingCode.EXPIRED_UNNEEDED: "it has expired, and no path needs it",
    FindingCode.EXPIRED: "it has expired",
    FindingCode.ROOT_SERVED: "clients use their own copy of a root",
    FindingCode.ROOT_IN_PLACE_OF_INTERMEDIATE: "it is a root, and stands where the intermediate belongs",
}
"""Why a certificate that is sent is to be left out, by the finding on it."""
_OF_THE_CHAIN = frozenset(LEAVE_OUT) - {FindingCode.EXPIRED} | {
    FindingCode.MISSING_ISSUER,
    FindingCode.ISSUER_CIRCLE,
    FindingCode.LEAF_NOT_FIRST,
    FindingCode.CHAIN_TOO_LARGE,
    FindingCode.CLIENTS_REFUSE,
}
"""Findings on which certificates are sent: another chain file puts them right. Others are on what one says."""

_REFUSED_BY_NONE = frozenset(
    {
        FindingCode.EXPIRES_SOON,
        FindingCode.CA_EXPIRES_SOON,
        FindingCode.TOO_LONG_VALID,
        FindingCode.MUST_STAPLE_MISSING,
        FindingCode.FAMILY_REFUSES,
    }
)
"""Risks that are no reason of a refusal, or that another certificate does not end."""


def letter(served: ServedChain, diagnosis: Diagnosis, chain: ServerChain | None = None) -> str | None:
    """Write to the administrator of a server that is at fault; None where nothing that it sends is.

    `chain` is what it should send, as `server_chain` finds it; None where no path leads to a trust anchor.
    """
    document = letter_document(served, diagnosis, chain)
    return None if document is None else to_text(document)


def letter_markdown(served: ServedChain, diagnosis: Diagnosis, chain: ServerChain | None = None) -> str | None:
    """Write the same letter as Markdown, for an issue or a merge request."""
    document = letter_document(served, diagnosis, chain)
    return None if document is None else to_markdown(document)


def letter_document(served: ServedChain, diagnosis: Diagnosis, chain: ServerChain | None = None) -> Document | None:
    """The letter before it takes a form."""
    faults = tuple(_faults(served, diagnosis, chain))
    at_fault = faults or _missing(diagnosis, chain) is not None or (chain is not None and _helps(diagnosis, chain))
    if diagnosis.blame is Blame.INTERCEPTION or not at_fault:
        return None
    blocks = (
        *_refusals(diagnosis.verdicts, chain),
        *_faulty(served, chain, faults),
        *_browsers(served, chain),
        *_sent(served),
        *_to_send(served, diagnosis, chain, faults),
        *_cure(served, chain, faults),
        *_check(served, chain),
        *_file(chain, faults),
    )
    return Document(f"{served.target} {_title(served, diagnosis, chain, faults)}.", blocks)


def _helps(diagnosis: Diagnosis, chain: ServerChain) -> bool:
    """Whether another chain file makes a difference."""
    return bool(chain.won or diagnosis.not_sent)


def _missing(diagnosis: Diagnosis, chain: ServerChain | None) -> MissingIssuer | None:
    """The issuer that the server does not send and that was found nowhere."""
    if chain is not None or diagnosis.blame is not Blame.SERVER:
        return None
    return next(iter(diagnosis.missing), None)


def _faults(served: ServedChain, diagnosis: Diagnosis, chain: ServerChain | None) -> Iterator[Finding]:
    """What the server's certificates say that clients refuse: the authority has to issue others.

    A risk counts where a family refuses that very certificate, and no other chain file makes a difference.
    """
    path = diagnosis.path.certificates if diagnosis.path is not None else ()
    sent = {one.sha256 for one in (*served.certificates[:1], *path[:-1])}
    helped = chain is not None and _helps(diagnosis, chain)
    refused = {one.certificate for one in diagnosis.verdicts.values() if not one.ok and not helped}
    for one in diagnosis.findings:
        if one.at in sent and one.kind.blame is Blame.SERVER and one.code not in _OF_THE_CHAIN:
            risk = one.severity is Severity.RISK and one.at in refused and one.code not in _REFUSED_BY_NONE
            if risk or one.severity is Severity.FATAL:
                yield one


def _title(served: ServedChain, diagnosis: Diagnosis, chain: ServerChain | None, faults: tuple[Finding, ...]) -> str:
    wrong = ["needs another certificate"] if faults else []
    if misplaced_leaf(served) is not None:
        wrong.append("does not send its own certificate first")
    count = len(_not_sent(served, chain)) or (1 if _missing(diagnosis, chain) is not None else 0)
    if count:
        wrong.append(f"does not send {plural(count, 'intermediate certificate')} that clients need")
    strangers = sum(one.code == FindingCode.STRANGER for one in diagnosis.findings)
    if strangers and not wrong:
        wrong.append(f"sends {plural(strangers, 'certificate')} that {_have(strangers)} nothing to do with its own")
    return " and ".join(wrong) or "sends certificates in which clients do not find the path to a root"


def _have(count: int) -> str:
    return "has" if count == 1 else "have"


def _not_sent(served: ServedChain, chain: ServerChain | None) -> tuple[Certificate, ...]:
    return () if chain is None else tuple(one for one in chain.certificates if one not in served.certificates)


# -- the evidence


def _refusals(as_served: Verdicts, chain: ServerChain | None) -> Iterator[DocumentBlock]:
    """Who refuses and why, and who accepts what the server should send."""
    before = as_served if chain is None else chain.before
    refusing = {name: verdict for name, verdict in before.items() if not verdict.ok}
    if not refusing:
        return
    count = f"All {len(before)}" if len(refusing) == len(before) else f"{len(refusing)} of {len(before)}"
    name, first = next(iter(refusing.items()))
    yield Paragraph(
        f"{count} client families refuse the connection: {family_names(refusing)}. "
        f"The error of {family_names((name,))}: {reason(first)}."
    )
    if chain is not None and chain.won:
        who = "All of these accept" if len(chain.won) == len(refusing) else f"{family_names(chain.won)} would accept"
        yield Paragraph(f"{who} the certificates that are listed below as what to send.{_still(chain)}")


def _still(chain: ServerChain) -> str:
    """Who refuses the other chain too, and why."""
    refusing = {name: verdict for name, verdict in chain.after.items() if not verdict.ok}
    both = {name: verdict for name, verdict in refusing.items() if not chain.before[name].ok}
    return "".join(f" {family_names((name,))} still refuses: {reason(verdict)}." for name, verdict in both.items())


def _faulty(served: ServedChain, chain: ServerChain | None, faults: tuple[Finding, ...]) -> Iterator[DocumentBlock]:
    labels = {
        one.sha256: one.label for one in (*(chain.certificates if chain is not None else ()), *served.certificates)
    }
    if faults:
        yield Paragraph("What is wrong with the certificates:")
        yield ItemList(tuple(f"{labels.get(one.at or '', served.host)}: {one.message}" for one in faults))


def _browsers(served: ServedChain, chain: ServerChain | None) -> Iterator[DocumentBlock]:
    """Why the site may open in a browser, where one can fetch all that is missing (RFC 5280 section 4.2.2.1)."""
    target, missing = served.target, _not_sent(served, chain)
    if chain is None or not missing or target.starttls is not None or target.port not in HTTPS_PORTS:
        return
    waiting = [child for child, issuer in pairwise(chain.path.certificates) if issuer in missing]
    if all(any(urlsplit(url).scheme == "http" for url in one.issuer_urls) for one in waiting):
        what = "it" if len(missing) == 1 else "them"
        yield Paragraph(
            f"A browser may hide this: Chrome, Edge and Safari fetch {what} from the address that stands in "
            f"{' and '.join(one.label for one in waiting)} (AIA). The clients above do not."
        )


def _sent(served: ServedChain) -> Iterator[DocumentBlock]:
    where = f" {served.origin}" if served.origin else ""
    yield Paragraph(f"Seen on {served.at:%Y-%m-%d at %H:%M} UTC{where}. The server sent:")
    yield ItemList(tuple(_named(one) for one in served.certificates), numbered=True)


def _named(certificate: Certificate) -> str:
    return f"{certificate.subject} (SHA-256 {colon_hex(certificate.sha256)})"


# -- what to send


def _to_send(
    served: ServedChain, diagnosis: Diagnosis, chain: ServerChain | None, faults: tuple[Finding, ...]
) -> Iterator[DocumentBlock]:
    missing, faulty = _missing(diagnosis, chain), frozenset(one.at for one in faults)
    known = chain.certificates if chain is not None else missing.trail if missing else served.certificates[:1]
    items = [_item(served, one, faulty) for one in known]
    if missing is not None:
        items.append(f"the certificate of {missing.subject}, which signed {missing.wanted_by.label}")
    if chain is None:
        items.append("whatever stands between that and the root, as the authority gives it, without the root itself")
    yield Paragraph("It should send, in this order:")
    yield ItemList(tuple(items), numbered=True)
    if chain is not None and faulty:
        yield Paragraph(
            "Where the authority issues the new certificate from another intermediate, send that in place of the one "
            "that is listed."
        )
    left_out = tuple(_left_out(served, diagnosis, known))
    if left_out and chain is not None:
        yield Paragraph("It should leave out:")
        yield ItemList(left_out)


def _item(served: ServedChain, certificate: Certificate, faulty: frozenset[str | None]) -> str:
    if certificate.sha256 not in faulty:
        return _named(certificate) + ("" if certificate in served.certificates else ", which it does not send now")
    if certificate == served.certificates[0]:
        return f"a certificate for {served.host} without these faults, from its authority"
    return f"a certificate of {certificate.subject} without these faults, from the authority"


def _left_out(served: ServedChain, diagnosis: Diagnosis, chain_file: tuple[Certificate, ...]) -> Iterator[str]:
    """What is sent for nothing, each with the reason."""
    for certificate, copies in Counter(served.certificates).items():
        if certificate in chain_file:
            if copies > 1:
                yield f"{_named(certificate)}, {copies - 1} of {copies} copies"
            continue
        codes = [one.code for one in diagnosis.at(certificate) if one.code in LEAVE_OUT]
        why = LEAVE_OUT[codes[0]] if codes else "the path to the root does without it"
        yield f"{_named(certificate)}: {why}"


def _cure(served: ServedChain, chain: ServerChain | None, faults: tuple[Finding, ...]) -> Iterator[DocumentBlock]:
    yield Heading("To fix it")
    if faults or chain is None:
        yield Paragraph(
            "Get from the authority what is missing, put the certificates of the second list into one file in that "
            "order, install it, and reload."
        )
    else:
        yield Paragraph(
            "Install the file below (the server's certificate, then its intermediates; no root) and reload. The "
            "private key stays as it is."
        )
    yield Paragraph("The paths are the usual ones; put in those of the server.")
    for each in server_lines(file_stem(served.host), endpoint=served.target):
        yield Paragraph(f"{each.server}: {each.note}".rstrip())
        yield Code(each.code, each.language)


def file_stem(host: str) -> str:
    """A host as part of a file name: its letters, digits, dots and hyphens."""
    return re.sub(r"[^a-z0-9.-]+", "-", host.lower()).strip("-.") or "server"


def file_base(target: Target) -> str:
    """How the names begin that are suggested for a host's files: the host, and a port other than 443."""
    stem = file_stem(target.host)
    return f"{stem}-{target.port}" if target.port != 443 else stem


# -- how to check it


def _check(served: ServedChain, chain: ServerChain | None) -> Iterator[DocumentBlock]:
    yield Heading("To check it")
    yield from _store(chain)
    private = chain is not None and not chain.public
    yield Code(check_command(served.target, chain.path.anchor if chain is not None and private else None), "sh")
    yield Paragraph("The last line that it prints is 0 once the server is fixed, and another number before.")


def _store(chain: ServerChain | None) -> Iterator[DocumentBlock]:
    """Which trust store the check uses."""
    if chain is None:
        yield Paragraph("It uses the trust store of the machine on which it is run.")
        return
    anchor = chain.path.anchor
    if chain.public:
        yield Paragraph(
            f"It uses the trust store of the machine on which it is run. The root is {anchor.subject}, which public "
            "trust stores hold."
        )
        return
    yield Paragraph(
        f"root.pem is the certificate {_named(anchor)}. It is in no public trust store: get it from the people who "
        "run this authority, and compare its fingerprint:"
    )
    yield Code("openssl x509 -in root.pem -noout -fingerprint -sha256", "sh")


def check_command(target: Target, anchor: Certificate | None = None) -> str:
    """The command that says by its exit status, which it prints, whether a server's chain is accepted.

    `anchor` is the private root that root.pem holds. The text of `s_client` is no answer: in TLS 1.2 it prints
    "Verify return code: 0" also where it refused (session data that was never set).
    """
    place = f"{bracketed(target.connect_host)}:{target.connect_port}"
    words = ["openssl s_client -brief -connect", shlex.quote(place)]
    words += [f"-starttls {target.starttls}"] if target.starttls else []
    name = shlex.quote(target.verified_name.partition("%")[0])
    if target.server_name is not None:
        words.append(f"-servername {shlex.quote(target.server_name)}")
    elif parse_ip(target.connect_host.partition("%")[0]) is None:
        words.append("-noservername")  # it would send the name that it connects to
    words.append(f"-verify_ip {name}" if parse_ip(target.verified_name) is not None else f"-verify_hostname {name}")
    if anchor is not None:
        words.append("-CAfile root.pem -no-CApath -no-CAstore")
        words += [] if anchor.self_issued else ["-partial_chain"]
    return " ".join([*words, "-verify_return_error < /dev/null; echo $?"])


def _file(chain: ServerChain | None, faults: tuple[Finding, ...]) -> Iterator[DocumentBlock]:
    if chain is not None and not faults:
        yield Heading("The file")
        yield Code(chain.pem.decode("ascii"))
