"""What OpenSSL 3 asks of the CRLs of a trust anchor, and pyOpenSSL's newer OpenSSL does not ask any more.

`check_revocation` of 3.x (crypto/x509/x509_vfy.c) goes through the whole chain, a self-signed anchor too; 4.0 stops
before it. The anchor's own list, which has its intermediates in it, has to speak of the anchor as well.
"""

from __future__ import annotations

from collections.abc import Sequence

from tui_chain.certs.crls import RevocationList
from tui_chain.paths.index import Chain
from tui_chain.paths.openssl_chain import seems_self_signed
from tui_chain.paths.openssl_rules import REVOCATION, Refusal, Stage


def anchor_refusal(chain: Chain, crls: Sequence[RevocationList]) -> Refusal | None:
    """Say what OpenSSL 3 finds of the self-signed end of a chain that OpenSSL 4 accepts with `crls`, or None."""
    anchor = chain[-1]
    if not seems_self_signed(anchor):
        return None
    own = [crl for crl in crls if crl.issuer_name == anchor.subject_name]
    speaking = [crl for crl in own if crl.out_of_scope(anchor) is None]
    revoked = any(crl.lookup(anchor) is not None for crl in speaking)
    code = 23 if revoked else None if speaking else 44 if own else 3
    return None if code is None else Refusal(Stage(REVOCATION, len(chain) - 1), code, anchor)
