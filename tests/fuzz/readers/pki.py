"""The certificates that go with the corpus: its CRLs, responses and chains are theirs, at one time."""

from __future__ import annotations

from tests.fuzz.reader import CORPUS
from tests.support.chains import NOW
from tui_chain.trust.store import TrustStore
from tui_chain.x509.certificate import Certificate

__all__ = ["EMPTY_STORE", "ISSUING", "LEAF", "NOW", "PASSWORD", "ROOT", "STORE"]


def _certificate(name: str) -> Certificate:
    return Certificate((CORPUS / "certificate" / f"seed-{name}").read_bytes())


ROOT, ISSUING, LEAF = map(_certificate, ("root", "issuing", "leaf"))
STORE = TrustStore("corpus", (ROOT,))
EMPTY_STORE = TrustStore("empty", ())
PASSWORD = b"changeit"
