"""The kinds of output: what each is for, how its file is named, and which hold CRLs."""

from __future__ import annotations

from collections.abc import Mapping

from tui_chain.core.failure import Failure
from tui_chain.core.output_kind import SUFFIXES, OutputKind

__all__ = ["DESCRIPTIONS", "SUFFIXES", "OutputKind", "without_crls"]

DESCRIPTIONS: Mapping[OutputKind, str] = {
    OutputKind.CLIENT: "the CA certificates of this path alone: for curl --cacert, git, wget, verify= of one call",
    OutputKind.CLIENT_STORE: "clients' trust store and what they lack: for settings that replace it for every host",
    OutputKind.LINKS: "what clients lack alone: for settings that add to their own trust store",
    OutputKind.SERVER: "leaf and intermediates in order, no root: what the server should send",
    OutputKind.JAVA: "clients' own trust store and what they lack as PKCS#12: for -Djavax.net.ssl.trustStore",
    OutputKind.PKCS7: "this path's CA certificates as PKCS#7: for Windows and import dialogs",
    OutputKind.DER: "what clients lack as DER, one a file: for devices and import dialogs",
}
"""What each kind is and who wants it, in one line."""

_REFUSED: Mapping[OutputKind, str] = {
    OutputKind.SERVER: "A server sends no CRLs: its chain file has none",
    OutputKind.JAVA: "A Java trust store holds no CRLs; Java fetches them itself with "
    "-Dcom.sun.net.ssl.checkRevocation=true and -Dcom.sun.security.enableCRLDP=true",
    OutputKind.PKCS7: "No client checks the CRLs of a PKCS#7 file",
    OutputKind.DER: "A DER file is one certificate, without CRLs",
}
"""Why a kind of output has no CRLs; the others are PEM files that OpenSSL reads whole."""


def without_crls(kind: OutputKind) -> Failure | None:
    """Why a file of this kind cannot have CRLs, or None."""
    reason = _REFUSED.get(kind)
    return None if reason is None else Failure("usage", f"{reason}.", "Take the kind client, or leave CRLs out.")
