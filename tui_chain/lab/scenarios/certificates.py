"""Servers whose certificates are odd: each with the one finding that it is made for."""

from __future__ import annotations

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

from tui_chain.clients.families import FamilyId
from tui_chain.clients.handshake import HandshakeCode
from tui_chain.core.finding_codes import FindingCode
from tui_chain.core.status import Blame, Status
from tui_chain.lab.authority import (
    LOOPBACK_NAMES,
    Template,
    days,
    key_usage,
    negative_serial,
    no_subject,
    rsa_key,
    sha1_signature,
    zero_serial,
)
from tui_chain.lab.hierarchy import Ca, Leaf
from tui_chain.lab.scenarios.refusals import (
    EXPIRED,
    GNUTLS,
    GO,
    JAVA,
    NOT_YET_VALID,
    OPENSSL,
    PYTHON,
    RUSTLS,
    STRICT,
    VALIDATION,
    WRONG_ADDRESS,
    Refusals,
    by,
    cannot_shake_hands,
    refusals,
)
from tui_chain.lab.scenarios.scenario import (
    Expected,
    Scenario,
    ScenarioGroup,
    ScenarioGroups,
    complete,
    expect,
    invalid,
    partial,
)
from tui_chain.lab.servers.services import LEAF, Tls
from tui_chain.lab.servers.tls import TlsOptions

WEAK = TlsOptions(weak=True)
_EXT = ExtensionOID


def odd_leaf(name: str, summary: str, expected: Expected, template: Template, *, weak: bool = False) -> Scenario:
    """A host whose leaf is odd and whose chain is whole."""
    options = WEAK if weak else TlsOptions()
    return Scenario(name, summary, Tls((LEAF, "issuing"), Leaf(template=template), options), expected)


def odd_ca(name: str, summary: str, expected: Expected, template: Template) -> Scenario:
    """A host whose intermediate, an own one, is odd."""
    ca = Ca(f"{name}-ca", f"Lab Odd CA {name}", issuer="root", template=template)
    return Scenario(name, summary, Tls((LEAF, ca.label), Leaf(ca.label)), expected, (ca,))


def without(*oids: x509.ObjectIdentifier) -> Template:
    """A template that leaves these extensions out."""
    return Template(without=frozenset(oids))


def having(extension: x509.ExtensionType, *, critical: bool = False) -> Template:
    """A template with this extension, in place of the usual one of its kind."""
    return Template(extensions=((extension, critical),))


def _critical_ski(builder: x509.CertificateBuilder) -> x509.CertificateBuilder:
    return builder.add_extension(x509.SubjectKeyIdentifier(b"\x05" * 20), critical=True)


_NAMES = (x509.DNSName("localhost"), x509.DNSName("127.0.0.1"))
_UNKNOWN = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.55555.1"), b"\x05\x00")
_BROKEN = x509.UnrecognizedExtension(_EXT.CERTIFICATE_POLICIES, b"\x30\x03\x02\x01")


def strict(finding: FindingCode, code: int) -> Expected:
    """A host that only X509_STRICT refuses: no bundle helps."""
    return partial(finding, refused=by(STRICT, code))


NO_COMMON_NAME: Refusals = {
    FamilyId.REQUESTS: 62,
    FamilyId.REQUESTS_313: 62,
    GO: "HostnameError",
    RUSTLS: "NotValidForName",
}
"""Those that never read a common name: urllib3 2, Go 1.15, webpki. The others do where the leaf has no DNS name."""

LEAVES = (
    Scenario(
        "no-san",
        "has its name in the common name only",
        Tls((LEAF, "issuing"), Leaf(names=("localhost",), template=without(_EXT.SUBJECT_ALTERNATIVE_NAME))),
        partial(FindingCode.NO_SAN, refused=NO_COMMON_NAME),
    ),
    Scenario(
        "ip-as-dns-name",
        "has its IP address among the DNS names",
        Tls((LEAF, "issuing"), Leaf(template=having(x509.SubjectAlternativeName(_NAMES)))),
        invalid(FindingCode.IP_AS_DNS_NAME, refused=WRONG_ADDRESS),
        reach="127.0.0.1:{port}",
    ),
    odd_leaf(
        "ca-as-leaf",
        "has a CA certificate of its own as leaf",
        partial(FindingCode.CA_AS_LEAF, refused={RUSTLS: "CaUsedAsEndEntity"}),
        having(x509.BasicConstraints(ca=True, path_length=None), critical=True),
    ),
    odd_leaf(
        FindingCode.EXPIRES_SOON,
        "its certificate has five days left",
        complete(FindingCode.EXPIRES_SOON),
        Template(days(-60, 5.5)),
    ),
    odd_leaf(
        FindingCode.TOO_LONG_VALID,
        "its certificate is for three years",
        complete(FindingCode.TOO_LONG_VALID),
        Template(days(-1, 1095)),
    ),
    odd_leaf(
        "not-yet-valid",
        "its certificate starts in two days",
        invalid(FindingCode.NOT_YET_VALID, refused=NOT_YET_VALID),
        Template(days(2, 60)),
    ),
    odd_leaf(
        # it names no OCSP responder either, so that no server could staple for it
        "must-staple-missing",
        "demands a staple and sends none",
        partial(FindingCode.MUST_STAPLE_MISSING, refused={GNUTLS: "MISSING_OCSP_STATUS"}),
        having(x509.TLSFeature([x509.TLSFeatureType.status_request])),
    ),
    odd_leaf(
        # git and wget do not look at the purpose
        "purpose",
        "its certificate is for clients",
        partial(
            FindingCode.PURPOSE,
            refused=refusals(openssl=26, go="IncompatibleUsage", java="Extended key usage", rustls="InvalidPurpose"),
        ),
        having(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])),
    ),
    odd_leaf(
        "critical-extension",
        "has a critical extension of its own making",
        invalid(
            FindingCode.CRITICAL_EXTENSION,
            refused=refusals(
                openssl=34,
                gnutls="UNKNOWN_CRIT_EXTENSIONS",
                go="UnhandledCriticalExtension",
                java=VALIDATION,
                rustls="UnsupportedCriticalExtension",
            ),
        ),
        having(_UNKNOWN, critical=True),
    ),
    odd_leaf(
        # Java compares it at the anchor alone; Go and rustls go by signatures
        "key-id-mismatch",
        "names another key than its issuer's",
        partial(FindingCode.KEY_ID_MISMATCH, refused=refusals(openssl=20, gnutls="SIGNER_NOT_FOUND")),
        having(x509.AuthorityKeyIdentifier(b"\x01" * 20, None, None)),
    ),
    odd_leaf(
        "weak-key",
        "has an RSA key of 1024 bits",
        partial(
            FindingCode.WEAK_KEY,
            FindingCode.UNSUPPORTED_ALGORITHM,
            refused={**by(OPENSSL, 66), **cannot_shake_hands(HandshakeCode.UNSUPPORTED_ALGORITHM, (RUSTLS,))},
        ),
        Template(new_key=lambda: rsa_key(1024)),
        weak=True,
    ),
    odd_leaf(
        # Java forbids SHA-1 only under the authorities of its own cacerts
        "weak-signature",
        "is signed with SHA-1",
        partial(
            FindingCode.WEAK_SIGNATURE,
            refused=refusals(
                openssl=68, gnutls="INSECURE_ALGORITHM", go="UnknownAuthority", rustls="UnsupportedSignatureAlgorithm"
            ),
        ),
        Template(edit=sha1_signature),
        weak=True,
    ),
    odd_leaf(
        "unreadable",
        "has an extension that is cut off",
        partial(FindingCode.UNREADABLE, refused={GO: "MalformedCertificate"}),
        having(_BROKEN),
    ),
    odd_leaf(
        "negative-serial",
        "has the serial number -1",
        complete(FindingCode.ODD_SERIAL),
        Template(edit=negative_serial),
    ),
    odd_leaf("zero-serial", "has the serial number 0", complete(FindingCode.ODD_SERIAL), Template(edit=zero_serial)),
    odd_leaf(
        "strict-aki",
        "does not say which key signed it",
        strict(FindingCode.STRICT_AKI, 85),
        without(_EXT.AUTHORITY_KEY_IDENTIFIER),
    ),
    odd_leaf(
        "strict-form",
        "has no subject and may sign CRLs",
        strict(FindingCode.STRICT_FORM, 84),
        Template(
            extensions=(
                (key_usage("digital_signature", "crl_sign"), True),
                (x509.SubjectAlternativeName([x509.DNSName(LOOPBACK_NAMES[0])]), True),
            ),
            edit=no_subject,
        ),
    ),
    odd_leaf(
        # it is a server's key by RSA key exchange; GnuTLS and Java want it to sign
        "family-refuses",
        "has an RSA key that may not sign",
        partial(refused={GNUTLS: "KEY_USAGE_VIOLATION", JAVA: "KeyUsage"}),
        Template(new_key=rsa_key, extensions=((key_usage("key_encipherment"), True),)),
    ),
    odd_leaf(
        "critical-san",
        "its list of names is critical, which only the web's own rules forbid",
        complete(),
        having(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=True),
    ),
    odd_leaf(
        # RFC 5280 section 4.2.1.2 has it not critical; as a critical one only Go 1.19 and GnuTLS know it
        "critical-ski",
        "its subject key identifier is critical",
        partial(
            FindingCode.CRITICAL_EXTENSION,
            refused=refusals(openssl=34, java=VALIDATION, rustls="UnsupportedCriticalExtension"),
        ),
        Template(customise=_critical_ski, without=frozenset({_EXT.SUBJECT_KEY_IDENTIFIER})),
    ),
    Scenario(
        # OpenSSL takes letters, digits and hyphens in a pattern's labels (do_x509_check), Java in every name
        "underscore-wildcard",
        "its wildcard stands below a name with an underscore",
        Tls((LEAF, "issuing"), Leaf(names=("*.under_score.lab.test",))),
        partial(refused={**by(PYTHON, 62), JAVA: "HostnameMismatch"}),
        reach="www.under_score.lab.test:{port}",
        addresses=("127.0.0.1",),
    ),
    Scenario("ip-host", "is asked for by its address", Tls((LEAF, "issuing")), complete(), reach="127.0.0.1:{port}"),
)

_PERMITTED = x509.NameConstraints([x509.DNSName("example.test")], None)
NOT_A_CA = refusals(
    openssl=79, gnutls="SIGNER_NOT_CA", go="UnknownAuthority", java=VALIDATION, rustls="EndEntityUsedAsCa"
)
"""An issuer is no CA."""

CAS = (
    odd_ca(
        "expired-intermediate",
        "its intermediate has expired",
        invalid(FindingCode.EXPIRED, refused=EXPIRED),
        Template(days(-400, -3)),
    ),
    odd_ca(
        "ca-expires-soon",
        "its intermediate has ten days left",
        complete(FindingCode.CA_EXPIRES_SOON),
        Template(days(-300, 10.5)),
    ),
    odd_ca(
        "not-a-ca",
        "its issuer does not say that it is a CA",
        invalid(FindingCode.NOT_A_CA, refused=NOT_A_CA),
        without(_EXT.BASIC_CONSTRAINTS),
    ),
    odd_ca(
        "leaf-as-issuer",
        "was signed by another server's certificate",
        invalid(FindingCode.LEAF_AS_ISSUER, refused=NOT_A_CA),
        Template(
            extensions=(
                (x509.BasicConstraints(ca=False, path_length=None), True),
                (x509.SubjectAlternativeName([x509.DNSName("other.lab.test")]), False),
            )
        ),
    ),
    odd_ca(
        # webpki 0.103 does not look at the keyUsage of a CA
        "no-cert-sign",
        "its issuer may sign CRLs only",
        partial(
            FindingCode.NO_CERT_SIGN,
            refused=refusals(openssl=79, gnutls="SIGNER_CONSTRAINTS_FAILURE", go="UnknownAuthority", java=VALIDATION),
        ),
        having(key_usage("crl_sign"), critical=True),
    ),
    odd_ca(
        "name-constraints",
        "its CA is for another domain",
        invalid(
            FindingCode.NAME_CONSTRAINTS,
            refused=refusals(
                openssl=47,
                gnutls="SIGNER_CONSTRAINTS_FAILURE",
                go="CANotAuthorizedForThisName",
                java=VALIDATION,
                rustls="NameConstraintViolation",
            ),
        ),
        having(_PERMITTED, critical=True),
    ),
    odd_ca(
        "strict-ski",
        "its CA does not say which key it has",
        strict(FindingCode.STRICT_SKI, 86),
        without(_EXT.SUBJECT_KEY_IDENTIFIER),
    ),
    odd_ca(
        "strict-criticality",
        "its CA's basic constraints are not critical",
        strict(FindingCode.STRICT_CRITICALITY, 89),
        having(x509.BasicConstraints(ca=True, path_length=None)),
    ),
    odd_ca(
        "strict-key-usage",
        "its CA does not say what its key is for",
        strict(FindingCode.STRICT_KEY_USAGE, 92),
        without(_EXT.KEY_USAGE),
    ),
    Scenario(
        # with the lower CA as the anchor nobody would look at the upper one's limit: that is no repair
        "path-length",
        "has a CA below one that allows none",
        Tls((LEAF, "path-below", "path-top"), Leaf("path-below")),
        expect(
            Status.INVALID,
            Blame.SERVER,
            FindingCode.PATH_LENGTH,
            refused=refusals(
                openssl=25,
                gnutls="SIGNER_CONSTRAINTS_FAILURE",
                go="TooManyIntermediates",
                java=VALIDATION,
                rustls="PathLenConstraintViolated",
            ),
        ),
        (
            Ca("path-top", "Lab Last CA", issuer="root", template=Template(path_length=0)),
            Ca("path-below", "Lab CA below the last", issuer="path-top"),
        ),
    ),
)
"""CAs that are odd."""

SCENARIOS: ScenarioGroups = {ScenarioGroup.ODD: (*LEAVES, *CAS)}
