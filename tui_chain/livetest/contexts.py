"""Verifying contexts: of a trust store, of a bundle alone, and with a check of its CRLs."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterable

from tui_chain.clients.engines.openssl.trust_path import as_path
from tui_chain.core.text import safe_text
from tui_chain.repair.bundle import Bundle
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.crl import CRL_LABEL, CrlScope
from tui_chain.x509.formats.pem import pem_of

_FLAGS = {CrlScope.CHAIN: ssl.VERIFY_CRL_CHECK_CHAIN, CrlScope.LEAF: ssl.VERIFY_CRL_CHECK_LEAF}
_CRL = re.compile(rf"-----BEGIN {CRL_LABEL}-----.*?-----END {CRL_LABEL}-----\r?\n?".encode("ascii"), re.DOTALL)


def default_store_context(anchors: Iterable[Certificate]) -> ssl.SSLContext:
    """A verifying context, as `ssl.create_default_context` makes it, that trusts `anchors` alone; blocks."""
    return bundle_context(pem_of(anchors))


def bundle_context(pem: bytes) -> ssl.SSLContext:
    """A verifying context that trusts exactly the bytes of a trust file; blocks.

    It is loaded by file: what Python loads from memory (`cadata`) loses trust settings and CRLs. Raises ssl.SSLError
    for a file that is empty, or that OpenSSL cannot read.
    """
    with as_path(pem) as path:
        return ssl.create_default_context(cafile=path)


def store_context(trust: bytes) -> ssl.SSLContext | str:
    """A verifying context that trusts the bytes of a trust store's file, or why OpenSSL reads none of it; blocks."""
    try:
        return bundle_context(trust)
    except ssl.SSLError as error:
        return f"OpenSSL cannot read the trust store ({safe_text(error.reason or str(error))})"


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


def trust_text(alone: ssl.SSLContext) -> str:
    """What a context of a bundle trusts, and whether it looks into CRLs."""
    checked = {CrlScope.CHAIN: ", its CRLs looked into", CrlScope.LEAF: ", the leaf's CRL looked into"}
    scope = next((one for one, flag in _FLAGS.items() if alone.verify_flags & flag == flag), None)
    return f"the bundle alone{checked[scope] if scope is not None else ''}"
