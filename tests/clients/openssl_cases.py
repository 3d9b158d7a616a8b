"""What servers send, what clients trust, and which codes the OpenSSL families give: measured with real handshakes."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography import x509

from tests.paths.graphs import AKI, CLIENT, HOST, SKI, ca, general, leaf, root
from tui_chain.clients.families import FamilyId
from tui_chain.x509.certificate import Certificate


@dataclass(frozen=True)
class Case:
    """What a server sends, what the client trusts, and the codes that have to come out: 0 is success.

    `common_name` says that the certificate names its host only there, which requests does not read.
    """

    served: tuple[Certificate, ...]
    bundle: tuple[Certificate, ...]
    python: int
    strict: int
    curl: int
    host: str = HOST
    key: str = "leaf"
    common_name: bool = False

    @property
    def codes(self) -> dict[str, int]:
        """The code of each family by its id."""
        return {
            FamilyId.REQUESTS: 62 if self.common_name else self.python,
            FamilyId.REQUESTS_313: 62 if self.common_name else self.strict,
            FamilyId.PYTHON: self.python,
            FamilyId.PYTHON_313: self.strict,
            FamilyId.CURL: self.curl,
        }


ROOT, ISSUING, LEAF = root(), ca("Issuing", "Root"), leaf("Issuing")
UPPER_CA, LOWER_CA, LOW_LEAF = ca("Upper", "Root"), ca("Lower", "Upper"), leaf("Lower")
CHAIN = (LEAF, ISSUING)
NO_KEY_ID = frozenset({SKI})
PINNED = leaf("leaf", key="leaf")
ELSEWHERE = ((x509.NameConstraints([general("elsewhere.test")], None), True),)

CASES = {
    "complete": Case(CHAIN, (ROOT,), 0, 0, 0),
    "complete, with the root": Case((*CHAIN, ROOT), (ROOT,), 0, 0, 0),
    "wrong order": Case((LOW_LEAF, UPPER_CA, LOWER_CA), (ROOT,), 0, 0, 0),
    "leaf only, bundle of root": Case((LEAF,), (ROOT,), 20, 20, 20),
    "leaf only, bundle of intermediate": Case((LEAF,), (ISSUING,), 2, 0, 0),
    "leaf only, bundle of both": Case((LEAF,), (ISSUING, ROOT), 0, 0, 0),
    "leaf only, leaf as bundle": Case((LEAF,), (LEAF,), 20, 0, 0),
    "expired copy in the bundle": Case(CHAIN, (ca("Issuing", "Root", days=(-20, -1)), ROOT), 10, 10, 10),
    "expired copy served": Case((LEAF, ca("Issuing", "Root", days=(-20, -1)), ISSUING), (ROOT,), 0, 0, 0),
    "namesake served": Case(
        (LEAF, ca("Issuing", "Root", key="other", without=NO_KEY_ID), ISSUING), (ROOT,), 7, 86, 7
    ),
    "namesake in the bundle": Case(CHAIN, (ca("Issuing", "Root", key="other", without=NO_KEY_ID), ROOT), 7, 86, 7),
    "CA without key identifier": Case((LEAF, ca("Issuing", "Root", without=NO_KEY_ID)), (ROOT,), 0, 86, 0),
    "leaf without authority key identifier": Case(
        (leaf("Issuing", without=frozenset({AKI})), ISSUING), (ROOT,), 0, 85, 0
    ),
    "constraints not critical": Case((LEAF, ca("Issuing", "Root", uncritical=True)), (ROOT,), 0, 89, 0),
    "for clients only": Case((leaf("Issuing", uses=(CLIENT,)), ISSUING), (ROOT,), 26, 26, 26),
    "root for clients only": Case(CHAIN, (root(uses=(CLIENT,)),), 26, 26, 26),
    "path too long": Case((LOW_LEAF, LOWER_CA, ca("Upper", "Root", path_length=0)), (ROOT,), 25, 25, 25),
    "forbidden name": Case((LEAF, ca("Issuing", "Root", extra=ELSEWHERE)), (ROOT,), 47, 47, 47),
    "other host": Case(CHAIN, (ROOT,), 62, 62, 62, host="other.example.test"),
    "other host, and expired": Case(
        (leaf("Issuing", days=(-20, -1)), ISSUING), (ROOT,), 62, 62, 10, host="other.example.test"
    ),
    "by address": Case((leaf("Issuing", names=("127.0.0.1",)), ISSUING), (ROOT,), 0, 0, 0, host="127.0.0.1"),
    "other address": Case(
        (leaf("Issuing", names=("127.0.0.2",)), ISSUING), (ROOT,), 64, 64, 64, host="127.0.0.1"
    ),
    "common name only": Case(
        (leaf("Issuing", HOST, key="leaf", names=()), ISSUING), (ROOT,), 0, 0, 0, common_name=True
    ),
    "self-signed, pinned": Case((PINNED,), (PINNED,), 0, 0, 0),
    "self-signed": Case((PINNED,), (ROOT,), 18, 18, 18),
    "unknown root served": Case((*CHAIN, ROOT), (root("Another"),), 19, 19, 19),
    "two missing, bundle of the lower": Case((LOW_LEAF,), (LOWER_CA, ROOT), 2, 0, 0),
    "two missing, bundle of the upper": Case((LOW_LEAF,), (UPPER_CA, ROOT), 20, 20, 20),
    "two missing, bundle of all": Case((LOW_LEAF,), (LOWER_CA, UPPER_CA, ROOT), 0, 0, 0),
    "weak leaf key": Case(
        (leaf("Issuing", key="rsa1024:leaf"), ISSUING), (ROOT,), 66, 66, 66, key="rsa1024:leaf"
    ),
    "weak signature": Case(
        (leaf("Weak", signer="rsa2048", digest="sha1"), ca("Weak", "Root", key="rsa2048")), (ROOT,), 68, 68, 68
    ),
    "weak CA key": Case(
        (leaf("Weak", signer="rsa1024"), ca("Weak", "Root", key="rsa1024")), (ROOT,), 67, 67, 67
    ),
}  # fmt: skip
