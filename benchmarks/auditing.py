"""An audit of a large trust file, beside reading it by OpenSSL and parsing it by cryptography."""

from __future__ import annotations

import ssl
import tempfile
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path

import certifi
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from benchmarks.timing import medians, row
from tui_chain.audit.audit import Auditor
from tui_chain.trust.store import TrustStore

CERTIFICATES = 1385
ROUNDS = 5
_URLS = "http://pki.example.test"


def run() -> list[tuple[str, str]]:
    """Return the name and the figure of the one measurement."""
    data = _file()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "roots.pem")
        file.write_bytes(data)

        def reading() -> None:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=file)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                x509.load_pem_x509_certificates(data)

        auditor = Auditor(TrustStore("certifi", ()), datetime.now(UTC))
        taken = medians(lambda: auditor.audit(data), reading, rounds=ROUNDS)
    name = f"audit of {CERTIFICATES:,} certificates, {len(data) / 1e6:.1f} MB / OpenSSL's and cryptography's reading"
    return [row(name, taken, "at most 3")]


def _file() -> bytes:
    """Certifi's roots, and intermediates such as public CAs issue."""
    roots = Path(certifi.where()).read_bytes()
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    count = CERTIFICATES - roots.count(b"-----BEGIN ")
    return roots + b"".join(_intermediate(number, key) for number in range(count))


def _intermediate(number: int, key: rsa.RSAPrivateKey) -> bytes:
    now = datetime.now(UTC)
    subject, issuer = _name(f"Benchmark Issuing CA {number}"), _name("Benchmark Root")
    builder = x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now).not_valid_after(now + timedelta(days=3000))
    for extension, critical in _extensions(key):
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)


def _name(common_name: str) -> x509.Name:
    texts = {
        NameOID.COUNTRY_NAME: "DE",
        NameOID.ORGANIZATION_NAME: "Benchmark Trust Services GmbH",
        NameOID.COMMON_NAME: common_name,
    }
    return x509.Name([x509.NameAttribute(oid, text) for oid, text in texts.items()])


def _extensions(key: rsa.RSAPrivateKey) -> list[tuple[x509.ExtensionType, bool]]:
    aia = [
        (AuthorityInformationAccessOID.OCSP, "ocsp"),
        (AuthorityInformationAccessOID.CA_ISSUERS, "root.cer"),
    ]
    policies = ("2.23.140.1.2.1", "1.3.6.1.4.1.55555.1.1")
    point = x509.DistributionPoint([x509.UniformResourceIdentifier(f"{_URLS}/root.crl")], None, None, None)
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    return [
        (x509.BasicConstraints(ca=True, path_length=0), True),
        (usage, True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]), False),
        (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), False),
        (
            x509.AuthorityInformationAccess(
                [
                    x509.AccessDescription(kind, x509.UniformResourceIdentifier(f"{_URLS}/{path}"))
                    for kind, path in aia
                ]
            ),
            False,
        ),
        (x509.CRLDistributionPoints([point]), False),
        (
            x509.CertificatePolicies(
                [x509.PolicyInformation(x509.ObjectIdentifier(one), [f"{_URLS}/repository"]) for one in policies]
            ),
            False,
        ),
    ]
