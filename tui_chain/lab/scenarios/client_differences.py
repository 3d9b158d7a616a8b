"""Chains that client families judge differently, and trust stores that lead them astray."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from tui_chain.core.finding_codes import FindingCode
from tui_chain.core.status import Blame, Status
from tui_chain.lab.authority import Template, days, ed448_key
from tui_chain.lab.hierarchy import Ca, Leaf
from tui_chain.lab.scenarios.refusals import (
    GNUTLS,
    JAVA,
    OPENSSL,
    RUSTLS,
    STRICT,
    UNKNOWN_ISSUER,
    UNTRUSTED_ROOT,
    VALIDATION,
    WHOLE,
    by,
    refusals,
)
from tui_chain.lab.scenarios.scenario import (
    NO_KEY_ID,
    Scenario,
    ScenarioGroup,
    ScenarioGroups,
    complete,
    expect,
    missing,
    partial,
)
from tui_chain.lab.servers.limited_tls import ml_dsa_key
from tui_chain.lab.servers.pyopenssl import pyopenssl_handler, server_context
from tui_chain.lab.servers.services import LEAF, LOCALHOST, LabResources, Served, Tls
from tui_chain.lab.servers.tls import Credentials

UNRELATED = 20
_LAB_NAMES = x509.NameConstraints(
    [
        x509.DNSName("localhost"),
        x509.DNSName("lab.test"),
        x509.IPAddress(ipaddress.ip_network("127.0.0.0/8")),
        x509.IPAddress(ipaddress.ip_network("::1/128")),
    ],
    None,
)
_SERVERS_ALONE = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])


def _crossed(prefix: str) -> tuple[Ca, ...]:
    """A CA that an old root, which nobody trusts any more, and a new root have certified."""
    return (
        Ca(f"{prefix}-old-root", f"Lab Old Root {prefix}"),
        Ca(f"{prefix}-new-root", f"Lab New Root {prefix}", trusted=True),
        Ca(f"{prefix}-by-old", f"Lab Crossed CA {prefix}", issuer=f"{prefix}-old-root"),
        Ca(f"{prefix}-by-new", "", issuer=f"{prefix}-new-root", twin_of=f"{prefix}-by-old"),
    )


CROSS_SIGNS = (
    Scenario(
        # OpenSSL and GnuTLS take the first certificate of the issuer and do not go back
        "cross-sign-old-first",
        "sends its CA as the old root signed it, then as the new one did, which alone is trusted",
        Tls((LEAF, "first-by-old", "first-by-new"), Leaf("first-by-old")),
        partial(
            refused=refusals(openssl=20, gnutls="SIGNER_NOT_FOUND"),
            after=Status.REPAIRABLE,
        ),
        _crossed("first"),
    ),
    Scenario(
        "cross-sign-new-first",
        "sends its CA as the new root signed it, then as the old one did, which is not trusted",
        Tls((LEAF, "second-by-new", "second-by-old"), Leaf("second-by-old")),
        complete(),
        _crossed("second"),
    ),
    Scenario(
        "renewed-intermediate",
        "sends two certificates of its CA, of one key",
        Tls((LEAF, "renewed-first", "renewed-second"), Leaf("renewed-first")),
        complete(),
        (
            Ca("renewed-first", "Lab Renewed CA N1", issuer="root"),
            Ca("renewed-second", "", issuer="root", twin_of="renewed-first"),
        ),
    ),
    Scenario(
        # OpenSSL passes over an expired candidate; GnuTLS takes the first, unless the store has the present one
        "renewed-intermediate-expired-first",
        "sends its CA's expired certificate, then the present one of the same key",
        Tls((LEAF, "outdated-first", "outdated-second"), Leaf("outdated-first")),
        partial(FindingCode.EXPIRED_UNNEEDED, refused={GNUTLS: "EXPIRED"}, after=Status.REPAIRABLE),
        (
            Ca("outdated-first", "Lab Renewed CA N2", issuer="root", template=Template(days(-400, -3))),
            Ca("outdated-second", "", issuer="root", twin_of="outdated-first"),
        ),
    ),
    Scenario(
        # the sound branch stops below a certificate that the server does not send; the whole path has expired
        "bad-path-beside-dead-end",
        "sends its CA in two certificates: one has expired, and the other's issuer is not sent",
        Tls((LEAF, "fork-expired", "fork-open"), Leaf("fork-expired")),
        expect(
            Status.INCOMPLETE,
            Blame.SERVER,
            FindingCode.EXPIRED,
            FindingCode.ISSUER_UNKNOWN,
            refused={**UNKNOWN_ISSUER, GNUTLS: "EXPIRED", RUSTLS: "Expired"},
            after=Status.REPAIRABLE,
        ),
        (
            Ca("fork-expired", "Lab Forked CA", issuer="root", template=Template(days(-400, -3))),
            Ca("fork-open", "", issuer="policy", twin_of="fork-expired"),
        ),
    ),
)
"""One CA, several certificates."""

NAMESAKES = (
    Scenario(
        # every library compares the key identifiers or tries both
        "namesake-with-key-id",
        "sends a namesake of its issuer first, which its key identifier tells apart",
        Tls((LEAF, "apart-namesake", "apart-issuing"), Leaf("apart-issuing")),
        complete(FindingCode.NAMESAKE),
        (
            Ca("apart-issuing", "Lab Issuing CA D2", issuer="root"),
            Ca("apart-namesake", "Lab Issuing CA D2", issuer="root"),
        ),
    ),
    Scenario(
        # of two anchors of a name OpenSSL takes the first that it finds and does not go back
        "store-has-namesake-beside",
        "has a root of whose name the trust store holds an outdated one too",
        Tls((LEAF, "beside-issuing"), Leaf("beside-issuing")),
        partial(
            FindingCode.STRICT_AKI,
            FindingCode.NAMESAKE_IN_STORE,
            refused={**by(OPENSSL, 7), **by(STRICT, 85)},
            blame=Blame.CLIENT_STORE,
            after=Status.REPAIRABLE,  # with the CA as the anchor, which needs no key identifier
        ),
        (
            Ca("beside-old-root", "Lab Renamed Root B1", trusted=True),
            Ca("beside-new-root", "Lab Renamed Root B1", trusted=True),
            Ca("beside-issuing", "Lab Issuing CA B1", issuer="beside-new-root", template=NO_KEY_ID),
        ),
    ),
    Scenario(
        "store-has-namesake-instead",
        "has a root of whose name the trust store holds an outdated one only",
        Tls((LEAF, "instead-issuing"), Leaf("instead-issuing")),
        expect(
            Status.INCOMPLETE,
            Blame.CLIENT_STORE,
            FindingCode.ISSUER_UNKNOWN,
            refused={**UNKNOWN_ISSUER, JAVA: VALIDATION, RUSTLS: "BadSignature"},
            after=Status.UNTRUSTED,
        ),
        (
            Ca("instead-old-root", "Lab Renamed Root B2", trusted=True),
            Ca("instead-new-root", "Lab Renamed Root B2"),
            Ca("instead-issuing", "Lab Issuing CA B2", issuer="instead-new-root"),
        ),
    ),
)
"""CAs of one name and several keys."""

STORES = (
    Scenario(
        # without X509_V_FLAG_PARTIAL_CHAIN a path has to end at a root
        "intermediate-anchor",
        "does not send its intermediate, which the trust store holds without the root",
        Tls((LEAF,), Leaf("pinned-issuing")),
        partial(refused=by(WHOLE, 2), blame=Blame.CLIENT_STORE),
        (
            Ca("pinned-root", "Lab Pinned Root P0"),
            Ca("pinned-issuing", "Lab Pinned Issuing P1", issuer="pinned-root", trusted=True, aia=()),
        ),
    ),
    Scenario(
        "private-root-leaf-alone",
        "sends a leaf that a private root signed itself, which the trust store lacks",
        Tls((LEAF,), Leaf("lone-root", aia=())),
        missing(blame=Blame.SERVER_OR_STORE, repaired=False),
        (Ca("lone-root", "Lab Lone Root L1"),),
    ),
    Scenario(
        "staging-root",
        "has a certificate of a staging CA",
        Tls((LEAF, "staging-issuing"), Leaf("staging-issuing")),
        expect(
            Status.INCOMPLETE,
            Blame.SERVER,
            FindingCode.ISSUER_UNKNOWN,
            refused=UNKNOWN_ISSUER,
            after=Status.UNTRUSTED,
        ),
        (
            Ca("staging-root", "(STAGING) Pretend Lab Root"),
            Ca("staging-issuing", "(STAGING) Lab Issuing CA S1", issuer="staging-root"),
        ),
    ),
    Scenario(
        "interception-root-served",
        "sends the root of a program that reads TLS traffic",
        Tls((LEAF, "served-proxy-root"), Leaf("served-proxy-root", aia=())),
        expect(
            Status.UNTRUSTED,
            Blame.INTERCEPTION,
            FindingCode.UNTRUSTED_ROOT,
            FindingCode.INTERCEPTION_LIKELY,
            refused=UNTRUSTED_ROOT,
        ),
        (Ca("served-proxy-root", "mitmproxy 2"),),
    ),
)
"""What the trust store has, and what it lacks."""


def _limited(kind: str, summary: str, template: Template) -> Scenario:
    """A root that sets a limit which its intermediate does not carry: an anchor of that CA loses it."""
    root, issuing = f"{kind}-limited-root", f"{kind}-limited-issuing"
    return Scenario(
        f"constraints-lost-{kind}",
        f"does not send its intermediate, which lacks its root's {summary}",
        Tls((LEAF,), Leaf(issuing)),
        missing(lost=True),
        (
            Ca(root, f"Lab Limited Root {kind}", trusted=True, template=template),
            Ca(issuing, f"Lab Unlimited CA {kind}", issuer=root),
        ),
    )


LIMITS = (
    _limited("names", "name constraints", Template(extensions=((_LAB_NAMES, True),))),
    _limited("path", "path length", Template(path_length=1)),
    _limited("purpose", "extended key usage", Template(extensions=((_SERVERS_ALONE, False),))),
)
"""Bundles that lose a limit."""

MANY = (
    Scenario(
        # Java takes 10 certificates (jdk.tls.maxCertificateChainLength), GnuTLS 16
        "many-unrelated",
        f"sends {UNRELATED} unrelated CA certificates",
        Tls((LEAF, "issuing", *(f"unrelated-{number}" for number in range(UNRELATED)))),
        partial(FindingCode.STRANGER, refused={GNUTLS: "CONSTRAINT_ERROR", JAVA: "SSLProtocolException"}),
        tuple(Ca(f"unrelated-{number}", f"Lab Unrelated CA {number}") for number in range(UNRELATED)),
    ),
    Scenario(
        # OpenSSL and GnuTLS take the namesake; Go and rustls know no Ed448; Java takes 10 certificates
        "refused-by-each",
        "is refused by each client for a reason of its own, though its chain breaks no rule",
        Tls((LEAF, "each-namesake", "each-issuing", *("stranger",) * 8), Leaf("each-issuing", template=NO_KEY_ID)),
        expect(
            Status.INVALID,
            Blame.SERVER,
            FindingCode.CLIENTS_REFUSE,
            FindingCode.FAMILY_REFUSES,
            FindingCode.NAMESAKE,
            FindingCode.STRANGER,
            FindingCode.DUPLICATE,
            FindingCode.STRICT_AKI,
            refused={
                **refusals(
                    openssl=7,
                    gnutls="SIGNATURE_FAILURE",
                    go="UnknownAuthority",
                    java="SSLProtocolException",
                    rustls="UnsupportedSignatureAlgorithm",
                ),
                **by(STRICT, 85),
            },
            # a store is looked into first: with the issuer there OpenSSL meets no namesake
            after=Status.REPAIRABLE,
            refused_after={
                **refusals(
                    gnutls="SIGNATURE_FAILURE",
                    go="UnknownAuthority",
                    java="SSLProtocolException",
                    rustls="UnsupportedSignatureAlgorithm",
                ),
                **by(STRICT, 85),
            },
        ),
        (
            Ca("each-issuing", "Lab Ed448 CA E1", issuer="root", template=Template(new_key=ed448_key)),
            Ca("each-namesake", "Lab Ed448 CA E1", issuer="root", template=Template(new_key=ed448_key)),
        ),
    ),
)
"""More than some clients take."""

CLIENT_DIFFERENCES = (*CROSS_SIGNS, *NAMESAKES, *STORES, *LIMITS, *MANY)
"""What every OpenSSL can serve."""


@dataclass(frozen=True)
class NewerTls:
    """A leaf below one CA, served by pyOpenSSL, whose OpenSSL takes certificates that Python's own does not."""

    issuer: str

    def open(self, lab: LabResources, scenario: str, /) -> Served:
        """Issue the leaf and serve its chain."""
        leaf = lab.hierarchy.issue_leaf(Leaf(self.issuer), scenario)
        chain = (leaf.der, lab.hierarchy[self.issuer].der)
        handler = pyopenssl_handler(server_context(Credentials(chain, leaf.key)))
        return lab.listen(handler, addresses=LOCALHOST), chain


NEWER_DIFFERENCES = (
    Scenario(
        "mldsa-ca",
        "has an ECDSA key under a CA of ML-DSA-65",
        NewerTls("mldsa-issuing"),
        # of those measured only rustls with aws-lc-rs can check such a signature
        partial(
            refused=refusals(openssl=20, gnutls="INSECURE_ALGORITHM", go="UnknownAuthority", java=VALIDATION),
        ),
        (Ca("mldsa-issuing", "Lab ML-DSA CA M1", issuer="root", template=Template(new_key=ml_dsa_key)),),
    ),
)
"""What needs an OpenSSL that knows ML-DSA."""

SCENARIOS: ScenarioGroups = {ScenarioGroup.ODD: CLIENT_DIFFERENCES, ScenarioGroup.POST_QUANTUM: NEWER_DIFFERENCES}
