"""A model of rustls's certificate verification (rustls 0.23, rustls-webpki 0.103 `verify_cert.rs`) with aws-lc-rs.

Measured with uv 0.13.9, which has rustls 0.23.46 and rustls-webpki 0.103.16. webpki 0.104 will want keyCertSign of
CAs and digitalSignature of the server's certificate where they have a keyUsage.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property

from tui_chain.clients.engines.rustls.algorithms import leaf_key_works, signature_error
from tui_chain.clients.engines.rustls.bundle import by_subject
from tui_chain.clients.engines.rustls.certificate import (
    ALTERNATIVE_NAME,
    NAME_CONSTRAINTS,
    Anchor,
    WebpkiCertificate,
    anchor_of,
    webpki_certificate,
)
from tui_chain.clients.engines.rustls.constraints import DNS_NAME, IP_ADDRESS, constraint_error, general_names
from tui_chain.clients.engines.rustls.errors import RustlsProblem
from tui_chain.clients.engines.rustls.names import InvalidName, address_of, is_server_name, matches_host
from tui_chain.clients.engines.rustls.rules import own_error
from tui_chain.clients.verdict import ACCEPTED, Verdict
from tui_chain.x509.der import SEQUENCE, DERError, encode

_MAX_ISSUERS = 6
_MAX_MESSAGE = 0xFFFF

Path = tuple[WebpkiCertificate, ...]


class RustlsVerifier:
    """What a program with rustls says of served chains, with the certificates of one trust file as roots."""

    def __init__(self, trust: bytes) -> None:
        self._trust = trust

    @cached_property
    def _anchors(self) -> Mapping[bytes, tuple[bytes, ...]]:
        return by_subject(self._trust)

    def verify(self, served: Sequence[bytes], host: str, at: datetime) -> Verdict:
        """Return the verdict on `served` (DER, leaf first, as sent) for `host` at `at` (aware)."""
        problem = self._problem(served, host, at)
        return ACCEPTED if problem is None else problem.verdict

    def _problem(self, served: Sequence[bytes], host: str, at: datetime) -> RustlsProblem | None:
        address = address_of(host)
        if address is None and not is_server_name(host):
            return RustlsProblem("InvalidServerName")
        if not served:
            return RustlsProblem("NoCertificate")
        if sum(len(der) + 5 for der in served) + 4 > _MAX_MESSAGE:
            return RustlsProblem("MessageTooLong")
        leaf = webpki_certificate(served[0])
        if isinstance(leaf, str):
            return RustlsProblem(leaf)
        problem = _RustlsSearch(self._anchors, served[1:], at).problem((leaf,))
        if problem is None and not _covers(leaf, host, address):
            problem = RustlsProblem("CertNotValidForName", leaf.sha256)
        if problem is None and not leaf_key_works(leaf.spki):
            problem = RustlsProblem("UnsupportedKey", leaf.sha256)
        return problem


def _covers(leaf: WebpkiCertificate, host: str, address: bytes | None) -> bool:
    """Tell whether the leaf is for the host (`verify_dns_names`, `verify_ip_address_names`); its CN does not count.

    A name that cannot be read ends the search.
    """
    try:
        for tag, content in general_names(leaf.extensions.get(ALTERNATIVE_NAME, b"")):
            if tag == IP_ADDRESS and content == address:
                return True
            if tag == DNS_NAME and address is None and matches_host(content.decode("latin-1"), host):
                return True
    except DERError:
        return False
    return False


class _RustlsSearch:
    """Builds paths depth first (`build_chain_inner`) within webpki's budgets."""

    def __init__(self, anchors: Mapping[bytes, tuple[bytes, ...]], served: Sequence[bytes], at: datetime) -> None:
        self._anchors, self._at = anchors, at
        readable = [(der, webpki_certificate(der)) for der in served]
        self._served = [one for _, one in readable if not isinstance(one, str)]
        self._unreadable = [
            RustlsProblem(one, hashlib.sha256(der).hexdigest()) for der, one in readable if isinstance(one, str)
        ]
        self._signatures, self._steps, self._comparisons = 100, 200_000, 250_000
        self._own_errors: dict[tuple[WebpkiCertificate, int | None], str | None] = {}

    def problem(self, path: Path) -> RustlsProblem | None:
        """Return the most specific reason why a path, from the leaf up, leads to no anchor, or None."""
        head = path[-1]
        error = self._own_error(head, len(path) - 2 if len(path) > 1 else None)
        if error is not None:
            return RustlsProblem(error, head.sha256)
        worst = RustlsProblem("UnknownIssuer", head.sha256)
        for problem in self._attempts(path):
            if problem is None or problem.final:
                return problem
            worst = problem if problem.rank > worst.rank else worst
        return worst

    def _own_error(self, certificate: WebpkiCertificate, below: int | None) -> str | None:
        """Return `own_error`, read once for each place of a certificate, which has it in many thousand paths."""
        place = certificate, below
        if place not in self._own_errors:
            self._own_errors[place] = own_error(certificate, self._at, below)
        return self._own_errors[place]

    def _attempts(self, path: Path) -> Iterator[RustlsProblem | None]:
        """Yield what each anchor, then each served certificate, of the issuer's name comes to."""
        head = path[-1]
        for anchor in filter(None, map(anchor_of, self._anchors.get(encode(SEQUENCE, head.issuer), ()))):
            yield self._signature_problem(path, anchor) or self._constraint_problem(path, anchor)
        for issuer in self._served:
            if issuer.subject == head.issuer and all(
                issuer.spki != one.spki or issuer.subject != one.subject for one in path
            ):
                yield self._issuer_problem(path, issuer)
        yield from self._unreadable

    def _issuer_problem(self, path: Path, issuer: WebpkiCertificate) -> RustlsProblem | None:
        self._steps -= 1
        if self._steps < 0:
            return RustlsProblem("MaximumPathBuildCallsExceeded")
        if len(path) > _MAX_ISSUERS:
            return RustlsProblem("MaximumPathDepthExceeded", path[0].sha256)
        return self.problem((*path, issuer))

    def _signature_problem(self, path: Path, anchor: Anchor) -> RustlsProblem | None:
        """Check the signatures from the anchor down (`check_signed_chain`); they are checked for each anchor anew."""
        spki = anchor.spki
        for one in reversed(path):
            self._signatures -= 1
            if self._signatures < 0:
                return RustlsProblem("MaximumSignatureChecksExceeded")
            error = signature_error(spki, one)
            if error is not None:
                return RustlsProblem(error, one.sha256)
            spki = one.spki
        return None

    def _constraint_problem(self, path: Path, anchor: Anchor) -> RustlsProblem | None:
        """Check the names of each certificate against the constraints of each one above it."""
        constraints = anchor.constraints
        for at in reversed(range(len(path))):
            for one in reversed(path[: at + 1]):
                names = one.extensions.get(ALTERNATIVE_NAME)
                error = None if constraints is None else constraint_error(constraints, names, self._compare)
                if error is not None:
                    return RustlsProblem(error, one.sha256)
            constraints = path[at].extensions.get(NAME_CONSTRAINTS)
        return None

    def _compare(self) -> None:
        self._comparisons -= 1
        if self._comparisons < 0:
            raise InvalidName("MaximumNameConstraintComparisonsExceeded")
