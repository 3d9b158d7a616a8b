"""The letter to the server's administrator: what is wrong, the evidence, what to install, and how to check it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

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
from tui_chain.core.endpoint import bracketed
from tui_chain.core.text import colon_hex, plural
from tui_chain.diagnose.diagnosis import Diagnosis
from tui_chain.net.target import Target
from tui_chain.probe.served import ServedChain
from tui_chain.servers.registry import server_lines
from tui_chain.x509.certificate import Certificate


def letter(served: ServedChain, diagnosis: Diagnosis, chain: bytes | None = None) -> str | None:
    """Write to the administrator about intermediates that the server does not send; None where none is known.

    `chain` is the file to install, as the kind `server` makes it; it is put at the end.
    """
    document = letter_document(served, diagnosis, chain)
    return None if document is None else to_text(document)


def letter_markdown(served: ServedChain, diagnosis: Diagnosis, chain: bytes | None = None) -> str | None:
    """Write the same letter as Markdown, for an issue or a merge request."""
    document = letter_document(served, diagnosis, chain)
    return None if document is None else to_markdown(document)


def letter_document(served: ServedChain, diagnosis: Diagnosis, chain: bytes | None = None) -> Document | None:
    """The letter before it takes a form."""
    if not diagnosis.not_sent:
        return None
    count = plural(len(diagnosis.not_sent), "intermediate certificate")
    title = f"{served.target} does not send {count} that clients need."
    return Document(title, (*_evidence(served, diagnosis.not_sent), *_cure(served, chain)))


def _evidence(served: ServedChain, not_sent: tuple[Certificate, ...]) -> Iterator[DocumentBlock]:
    yield Paragraph(
        "Browsers fetch it by themselves; Python, curl, Node, Go and Java do not, and refuse the connection."
    )
    where = f" from {served.address}" if served.address else ""
    yield Paragraph(f"Seen on {served.at:%Y-%m-%d at %H:%M} UTC{where}. The server sent:")
    yield ItemList(tuple(_named(one) for one in served.certificates), numbered=True)
    yield Paragraph("It should send after its own certificate, in this order:")
    yield ItemList(tuple(_named(one) for one in not_sent), numbered=True)


def _named(certificate: Certificate) -> str:
    return f"{certificate.subject} (SHA-256 {colon_hex(certificate.sha256)})"


def _cure(served: ServedChain, chain: bytes | None) -> Iterator[DocumentBlock]:
    yield Heading("To fix it")
    yield Paragraph(
        "Install the file below (the server's certificate, then the missing ones; no root) and reload. The private "
        "key stays as it is."
        if chain is not None
        else "Append the missing certificates to the server's certificate file, in that order, and reload. "
        "The private key stays as it is."
    )
    yield Paragraph("The paths are the usual ones; put in those of the server.")
    for each in server_lines(file_stem(served.host), endpoint=served.target):
        yield Paragraph(f"{each.server}: {each.note}".rstrip())
        yield Code(each.code, each.language)
    yield Heading("To check it")
    yield Code(_check(served), "sh")
    yield Paragraph('It must say "Verify return code: 0 (ok)".')
    if chain is not None:
        yield Heading("The file")
        yield Code(chain.decode("ascii"))


def file_stem(host: str) -> str:
    """A host as part of a file name: its letters, digits, dots and hyphens."""
    return re.sub(r"[^a-z0-9.-]+", "-", host.lower()).strip("-.") or "server"


def file_base(target: Target) -> str:
    """How the names begin that are suggested for a host's files: the host, and a port other than 443."""
    stem = file_stem(target.host)
    return f"{stem}-{target.port}" if target.port != 443 else stem


def _check(served: ServedChain) -> str:
    target = served.target
    switch = f" -starttls {target.starttls}" if target.starttls else ""
    name = "" if target.is_ip else f" -servername {target.host}"
    place = shlex.quote(f"{bracketed(target.host)}:{target.port}")
    return f"openssl s_client -connect {place}{switch}{name} < /dev/null"
