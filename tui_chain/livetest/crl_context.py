"""Contexts that look into the CRLs of a bundle."""

from __future__ import annotations

import re
import ssl

from tui_chain.livetest.request import bundle_context
from tui_chain.repair.bundle import Bundle
from tui_chain.x509.crl import CRL_LABEL, CrlScope

_FLAGS = {CrlScope.CHAIN: ssl.VERIFY_CRL_CHECK_CHAIN, CrlScope.LEAF: ssl.VERIFY_CRL_CHECK_LEAF}
_CRL = re.compile(rf"-----BEGIN {CRL_LABEL}-----.*?-----END {CRL_LABEL}-----\r?\n?".encode("ascii"), re.DOTALL)


def crl_context(pem: bytes, scope: CrlScope) -> ssl.SSLContext:
    """A verifying context that trusts exactly the bytes of a bundle, and looks into its CRLs; blocks.

    Raises ssl.SSLError for a bundle that OpenSSL cannot read.
    """
    context = bundle_context(pem)
    check_crls(context, scope)
    return context


def context_of(bundle: Bundle) -> ssl.SSLContext:
    """A verifying context that trusts exactly a bundle, and looks into its CRLs where it has some; blocks."""
    return bundle_context(bundle.pem) if bundle.crl_check is None else crl_context(bundle.pem, bundle.crl_check)


def check_crls(context: ssl.SSLContext, scope: CrlScope) -> None:
    """Turn the check on, as `CrlScope.python` says it."""
    if scope is CrlScope.CHAIN:
        context.verify_flags &= ~ssl.VERIFY_X509_PARTIAL_CHAIN
    context.verify_flags |= _FLAGS[scope]


def without_crls(pem: bytes) -> bytes:
    """The bytes of a bundle without its CRLs, for clients that do not look into them; Java reads no file with one."""
    return _CRL.sub(b"", pem)


def trust_words(alone: ssl.SSLContext) -> str:
    """What a context of a bundle trusts, and whether it looks into CRLs."""
    checked = {CrlScope.CHAIN: ", its CRLs looked into", CrlScope.LEAF: ", the leaf's CRL looked into"}
    scope = next((one for one, flag in _FLAGS.items() if alone.verify_flags & flag == flag), None)
    return f"the bundle alone{checked[scope] if scope is not None else ''}"
