"""cryptography's verifier, which asks what the web PKI asks of certificates, and searches paths by itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from tui_chain.certs.certificate import Certificate
from tui_chain.certs.names import parse_ip
from tui_chain.certs.text import safe_text

_PREFIXES = ("validation failed: ", "candidates exhausted: ")
_NO_ISSUER = "all candidates exhausted with no interior errors"


class WebPKI:
    """Verifies chains with one set of anchors."""

    def __init__(self, anchors: Iterable[Certificate]) -> None:
        loaded = [anchor.parsed for anchor in anchors if anchor.parsed is not None]
        self._store = Store(loaded) if loaded else None

    def refusal(self, served: Sequence[Certificate], host: str, at: datetime) -> str | None:
        """Say why `served`, leaf first, is refused for `host` (ASCII) at `at` (aware), or return None."""
        leaf = served[0].parsed
        if leaf is None:
            return "the server's certificate cannot be parsed"
        if self._store is None:
            return "no trust anchor can be parsed"
        others = [other.parsed for other in served[1:] if other.parsed is not None]
        try:
            verifier = PolicyBuilder().store(self._store).time(at).build_server_verifier(_subject(host))
            verifier.verify(leaf, others)
        except VerificationError as error:
            return _words(error)
        except Exception as error:  # noqa: BLE001 - malformed extensions come as errors of many kinds
            return safe_text(f"it cannot be read ({error})")
        return None


def _subject(host: str) -> x509.DNSName | x509.IPAddress:
    address = parse_ip(host)
    return x509.DNSName(host) if address is None else x509.IPAddress(address)


def _words(error: VerificationError) -> str:
    """The verifier's words without its internals, which follow in brackets."""
    text = str(error)
    for prefix in _PREFIXES:
        text = text.removeprefix(prefix)
    text = text.split(" (encountered processing", 1)[0].split(": AlgorithmIdentifier", 1)[0]
    return "no issuer was found that leads to a trust anchor" if text == _NO_ISSUER else safe_text(text)
