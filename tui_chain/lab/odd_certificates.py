"""Servers whose certificates are odd: each with the one finding that it is made for."""

from __future__ import annotations

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

from tui_chain.diagnose.words import Blame, Status
from tui_chain.lab.authority import LOOPBACK_NAMES, Template, days, key_usage, rsa_key
from tui_chain.lab.hierarchy import Ca, Leaf
from tui_chain.lab.raw import negative_serial, no_subject, sha1_signature, zero_serial
from tui_chain.lab.scenarios import Expected, Scenario, expect
from tui_chain.lab.servers import TlsOptions
from tui_chain.lab.services import LEAF, Tls

WEAK = TlsOptions(weak=True)
_EXT = ExtensionOID


def invalid(*findings: str) -> Expected:
    """A host that clients refuse for these findings, whatever is found."""
    return expect(Status.INVALID, Blame.SERVER, *findings)


def complete(*findings: str) -> Expected:
    """A host that is trusted, with these findings."""
    return expect(Status.COMPLETE, Blame.NOBODY, *findings)


def odd_leaf(name: str, words: str, expected: Expected, template: Template, *, weak: bool = False) -> Scenario:
    """A host whose leaf is odd and whose chain is whole."""
    options = WEAK if weak else TlsOptions()
    return Scenario(name, words, Tls((LEAF, "issuing"), Leaf(template=template), options), expected)


def odd_ca(name: str, words: str, expected: Expected, template: Template) -> Scenario:
    """A host whose intermediate, an own one, is odd."""
    ca = Ca(f"{name}-ca", f"Lab Odd CA {name}", issuer="root", template=template)
    return Scenario(name, words, Tls((LEAF, ca.label), Leaf(ca.label)), expected, (ca,))


def without(*oids: x509.ObjectIdentifier) -> Template:
    """A template that leaves these extensions out."""
    return Template(without=frozenset(oids))


def having(extension: x509.ExtensionType, *, critical: bool = False) -> Template:
    """A template with this extension, in place of the usual one of its kind."""
    return Template(extensions=((extension, critical),))


_NAMES = (x509.DNSName("localhost"), x509.DNSName("127.0.0.1"))
_UNKNOWN = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.55555.1"), b"\x05\x00")
_BROKEN = x509.UnrecognizedExtension(_EXT.CERTIFICATE_POLICIES, b"\x30\x03\x02\x01")

LEAVES = (
    odd_leaf(
        "no-san", "has its name in the common name only", invalid("no-san"), without(_EXT.SUBJECT_ALTERNATIVE_NAME)
    ),
    Scenario(
        "ip-as-dns-name",
        "has its IP address among the DNS names",
        Tls((LEAF, "issuing"), Leaf(template=having(x509.SubjectAlternativeName(_NAMES)))),
        invalid("ip-as-dns-name"),
        reach="127.0.0.1:{port}",
    ),
    odd_leaf(
        "ca-as-leaf",
        "has a CA certificate of its own as leaf",
        complete("ca-as-leaf"),
        having(x509.BasicConstraints(ca=True, path_length=None), critical=True),
    ),
    odd_leaf(
        "expires-soon", "its certificate has five days left", complete("expires-soon"), Template(days(-60, 5.5))
    ),
    odd_leaf(
        "too-long-valid", "its certificate is for three years", complete("too-long-valid"), Template(days(-1, 1095))
    ),
    odd_leaf("not-yet-valid", "its certificate starts in two days", invalid("not-yet-valid"), Template(days(2, 60))),
    odd_leaf(
        "must-staple-missing",
        "demands a staple and sends none",
        complete("must-staple-missing"),
        having(x509.TLSFeature([x509.TLSFeatureType.status_request])),
    ),
    odd_leaf(
        "purpose",
        "its certificate is for clients",
        invalid("purpose"),
        having(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])),
    ),
    odd_leaf(
        "critical-extension",
        "has a critical extension of its own making",
        invalid("critical-extension"),
        having(_UNKNOWN, critical=True),
    ),
    odd_leaf(
        "key-id-mismatch",
        "names another key than its issuer's",
        invalid("key-id-mismatch"),
        having(x509.AuthorityKeyIdentifier(b"\x01" * 20, None, None)),
    ),
    odd_leaf(
        "weak-key",
        "has an RSA key of 1024 bits",
        invalid("weak-key"),
        Template(new_key=lambda: rsa_key(1024)),
        weak=True,
    ),
    odd_leaf(
        "weak-signature", "is signed with SHA-1", invalid("weak-signature"), Template(edit=sha1_signature), weak=True
    ),
    odd_leaf("unreadable", "has an extension that is cut off", complete("unreadable"), having(_BROKEN)),
    odd_leaf("negative-serial", "has the serial number -1", complete("odd-serial"), Template(edit=negative_serial)),
    odd_leaf("zero-serial", "has the serial number 0", complete("odd-serial"), Template(edit=zero_serial)),
    odd_leaf(
        "strict-aki",
        "does not say which key signed it",
        complete("strict-aki"),
        without(_EXT.AUTHORITY_KEY_IDENTIFIER),
    ),
    odd_leaf(
        "strict-form",
        "has no subject and may sign CRLs",
        complete("strict-form"),
        Template(
            extensions=(
                (key_usage("digital_signature", "crl_sign"), True),
                (x509.SubjectAlternativeName([x509.DNSName(LOOPBACK_NAMES[0])]), True),
            ),
            edit=no_subject,
        ),
    ),
    odd_leaf(
        "profile-refuses",
        "its list of names is critical, which the web's rules forbid",
        complete("profile-refuses"),
        having(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=True),
    ),
)

_PERMITTED = x509.NameConstraints([x509.DNSName("example.test")], None)

CAS = (
    odd_ca("expired-intermediate", "its intermediate has expired", invalid("expired"), Template(days(-400, -3))),
    odd_ca(
        "ca-expires-soon",
        "its intermediate has ten days left",
        complete("ca-expires-soon"),
        Template(days(-300, 10.5)),
    ),
    odd_ca(
        "not-a-ca", "its issuer does not say that it is a CA", invalid("not-a-ca"), without(_EXT.BASIC_CONSTRAINTS)
    ),
    odd_ca(
        "leaf-as-issuer",
        "was signed by another server's certificate",
        invalid("leaf-as-issuer"),
        Template(
            extensions=(
                (x509.BasicConstraints(ca=False, path_length=None), True),
                (x509.SubjectAlternativeName([x509.DNSName("other.lab.test")]), False),
            )
        ),
    ),
    odd_ca(
        "no-cert-sign",
        "its issuer may sign CRLs only",
        invalid("no-cert-sign"),
        having(key_usage("crl_sign"), critical=True),
    ),
    odd_ca(
        "name-constraints",
        "its CA is for another domain",
        invalid("name-constraints"),
        having(_PERMITTED, critical=True),
    ),
    odd_ca(
        "strict-ski",
        "its CA does not say which key it has",
        complete("strict-ski"),
        without(_EXT.SUBJECT_KEY_IDENTIFIER),
    ),
    odd_ca(
        "strict-criticality",
        "its CA's basic constraints are not critical",
        complete("strict-criticality"),
        having(x509.BasicConstraints(ca=True, path_length=None)),
    ),
    odd_ca(
        "strict-key-usage",
        "its CA does not say what its key is for",
        complete("strict-key-usage"),
        without(_EXT.KEY_USAGE),
    ),
    Scenario(
        "path-length",
        "has a CA below one that allows none",
        Tls((LEAF, "path-below", "path-top"), Leaf("path-below")),
        invalid("path-length"),
        (
            Ca("path-top", "Lab Last CA", issuer="root", template=Template(path_length=0)),
            Ca("path-below", "Lab CA below the last", issuer="path-top"),
        ),
    ),
)
