"""What the advice for the trust stores of operating systems, and for what is made with them, has in common."""

from __future__ import annotations

import re

from tui_chain.clients.advice import Deployment
from tui_chain.core.endpoint import Endpoint
from tui_chain.core.output_kind import OutputKind

STORE_KIND = OutputKind.LINKS
"""What is installed: what clients of the store lack, a private root among them."""
DEBIAN_FOLDER = "/usr/local/share/ca-certificates"
"""Where Debian and Alpine expect certificates of one's own."""
DEBIAN_FILE = "/etc/ssl/certs/ca-certificates.crt"
"""The whole store of Debian and Alpine as one file."""
VARIABLES = ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS")
"""What leads those clients to the system's file that do not look for it."""
UNDO_LATER = (
    "Undo it once the server sends its intermediates: until then its root stays trusted here whatever the system "
    "decides, and an expired copy makes OpenSSL clients fail."
)


def store_note(file: str, *more: str) -> str:
    """Who uses the system's store and who does not; `file` is the store as one file, `more` goes before the end."""
    sentences = (
        "As root.",
        "curl, git, wget, Go, Ruby, Java of the system's packages and Python's ssl use it then, and with ssl "
        "aiohttp, urllib3 and pip since 24.2.",
        f"requests, httpx, boto3, aws and uv from PyPI, Node and npm do not: set {', '.join(VARIABLES)} to {file} "
        "for them.",
        *more,
        UNDO_LATER,
    )
    return " ".join(sentences)


def name_for(endpoint: Endpoint) -> str:
    """A name for what is installed for a host: of letters, digits, dots and hyphens, so that no shell minds it."""
    host = re.sub(r"[^a-z0-9.-]+", "-", endpoint.host.lower()).strip("-.") or "host"
    return f"tlschain-{host}" if endpoint.port == 443 else f"tlschain-{host}-{endpoint.port}"


def splitting(endpoint: Endpoint, folder: str = DEBIAN_FOLDER, suffix: str = ".crt") -> str:
    """The awk program that writes each certificate of its input into a file of its own in the folder.

    `openssl rehash`, which update-ca-certificates runs, passes over a file with two, and Java takes its first alone.
    """
    return (
        f'awk \'/^-----BEGIN CERTIFICATE-----/ {{n++; file = "{folder}/{name_for(endpoint)}_" n "{suffix}"}} '
        'file {print > file} /^-----END CERTIFICATE-----/ {close(file); file = ""}\''
    )


def split_install(at: Deployment) -> str:
    """The command that installs the file as Debian and Alpine want it; the others may read what it writes."""
    return f"(umask 022; {splitting(at.endpoint)} < {at.shell(STORE_KIND)}) && update-ca-certificates"


def anchor_install(at: Deployment, folder: str, update: str) -> tuple[str, str]:
    """The command that installs the file where p11-kit looks for anchors, and the one that takes it out again.

    p11-kit takes all certificates of a PEM file, and passes over what is between them.
    """
    file = f"{folder}/{name_for(at.endpoint)}.pem"
    return f"install -m 644 {at.shell(STORE_KIND)} {file} && {update}", f"rm -f {file} && {update}"
