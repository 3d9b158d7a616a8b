"""Cases of the trust file: its bytes, labels, order and what else stands in it, beside a good root."""

from __future__ import annotations

import base64
import textwrap
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.clients.cases_keys import explicit_key
from tests.clients.making import NAMELESS, Case, Cert, Ext, Pki, Shape, case, ec_key, pem, pki, root
from tests.clients.signing import NULL, oid
from tui_chain.lab.authority import key_to_pem
from tui_chain.x509.der import CONTEXT, SEQUENCE, encode

SERVER, CLIENT, EMAIL, ANY = (
    ExtendedKeyUsageOID.SERVER_AUTH.dotted_string,
    ExtendedKeyUsageOID.CLIENT_AUTH.dotted_string,
    ExtendedKeyUsageOID.EMAIL_PROTECTION.dotted_string,
    ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE.dotted_string,
)
BOM = b"\xef\xbb\xbf"


def cases() -> Iterator[Case]:
    """Yield them all."""
    three = pki()
    for title, bundle in (_bytes(three) | _blocks(three) | _broken(three) | _labels(three)).items():
        yield case(f"file/{title}", (three.leaf, three.inter), bundle)
    for title, bundle in (_trusted(three) | _odd_roots(three)).items():
        yield case(f"file/{title}", (three.leaf, three.inter), bundle)
    yield from _trusted_intermediates(three)
    for title, bundle in _broken(three).items():
        yield case(f"file-leaf-alone/{title}", (three.leaf,), bundle + pem((three.inter,)))


def block(label: str, data: bytes) -> bytes:
    """Return a PEM block with any label."""
    text = "\n".join(textwrap.wrap(base64.b64encode(data).decode(), 64))
    return f"-----BEGIN {label}-----\n{text}\n-----END {label}-----\n".encode()


def _bytes(three: Pki) -> dict[str, bytes]:
    """The same good root in other bytes."""
    good, other = pem((three.root,)), pem((root("Suite Other Root"),))
    lines = good.splitlines()
    return {
        "crlf": good.replace(b"\n", b"\r\n"),
        "cr": good.replace(b"\n", b"\r"),
        "bom": BOM + good,
        "bom-other-first": BOM + other + good,
        "bom-comment": BOM + b"# roots\n" + good,
        "bom-newline": BOM + b"\n" + good,
        "no-last-newline": good.rstrip(b"\n"),
        "one-line": b"\n".join((lines[0], b"".join(lines[1:-1]), lines[-1], b"")),
        "short-lines": b"\n".join((lines[0], *_split(b"".join(lines[1:-1]), 20), lines[-1], b"")),
        "indented": b"".join(b"  " + line + b"\n" for line in lines),
        "trailing-spaces": b"".join(line + b"  \n" for line in lines),
        "blank-lines": b"\n\n".join(lines) + b"\n",
        "blank-after-begin": lines[0] + b"\n\n" + b"\n".join(lines[1:]) + b"\n",
        "blank-before-end": b"\n".join(lines[:-1]) + b"\n\n" + lines[-1] + b"\n",
        "tabs": good.replace(b"\n", b"\t\n"),
        "utf-16": good.decode().encode("utf-16"),
        "null-after": good + b"\0\n",
        "null-before": b"\0\n" + good,
        "der": three.root.der,
        "der-then-pem": three.root.der + good,
        "empty": b"",
        "text-only": b"no certificates here\n",
        "comments": b"# Suite Root\n# of today\n" + good + b"# end\n",
        "comment-utf8": "# Würzel\n".encode() + good,
        "comment-latin": b"# W\xfcrzel\n" + good,
        "comment-dashes": b"-----\n" + good,
        "comment-like-begin": b"# -----BEGIN CERTIFICATE-----\n" + good,
        "text-before-begin": b"root: " + good,
        "text-after-end": good.rstrip(b"\n") + b" end of root\n",
        "glued": (other + good).replace(b"-----\n-----", b"----------"),
        "glued-reversed": (good + other).replace(b"-----\n-----", b"----------"),
        "twice": good + good,
        "many": b"".join(pem((root(f"Suite Root {number}"),)) for number in range(130)) + good,
        "many-after": good + b"".join(pem((root(f"Suite Root {number}"),)) for number in range(130)),
    }


def _split(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


def fragments(three: Pki) -> tuple[bytes, ...]:
    """Return pieces of trust files: other blocks, broken ones, marked ones and odd roots."""
    marked = (block("TRUSTED CERTIFICATE", three.root.der + settings) for settings in SETTINGS.values())
    odd = (pem((one,)) for one in _odd_certificates().values())
    return (*_others(three).values(), *_breakage(three).values(), *marked, *odd)


def _blocks(three: Pki) -> dict[str, bytes]:
    """Other blocks before and after the good root."""
    good, others = pem((three.root,)), _others(three)
    before = {f"{title}-before": data + good for title, data in others.items()}
    return before | {f"{title}-after": good + data for title, data in others.items()}


def _others(three: Pki) -> dict[str, bytes]:
    return {
        "crl": _crl(),
        "key": key_to_pem(ec_key()),
        "key-garbage": block("PRIVATE KEY", b"\x01\x02\x03"),
        "key-openssh": block("OPENSSH PRIVATE KEY", b"openssh-key-v1\0" + bytes(60)),
        "key-redacted": b"-----BEGIN PRIVATE KEY-----\n(redacted)\n-----END PRIVATE KEY-----\n",
        "public-key": block("PUBLIC KEY", b"\x30\x03\x02\x01\x01"),
        "parameters": block("EC PARAMETERS", oid("1.2.840.10045.3.1.7")),
        "request": block("CERTIFICATE REQUEST", b"\x30\x03\x02\x01\x01"),
        "pkcs7": block("PKCS7", b"\x30\x03\x02\x01\x01"),
        "unknown": block("SUITE THING", b"\x30\x03\x02\x01\x01"),
        "leaf": pem((three.leaf,)),
        "expired-root": pem((root("Suite Expired Root", Shape(days=(-300, -3))),)),
    }


def _crl() -> bytes:
    now = datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Suite CRL")])
    builder = x509.CertificateRevocationListBuilder(name, now - timedelta(days=1), now + timedelta(days=9))
    return builder.sign(ec_key(), hashes.SHA256()).public_bytes(Encoding.PEM)


def _broken(three: Pki) -> dict[str, bytes]:
    """Broken blocks before, between and after good ones."""
    good, other, breakage = pem((three.root,)), pem((root("Suite Other Root"),)), _breakage(three)
    found = {f"broken-{title}/first": data + good for title, data in breakage.items()}
    found |= {f"broken-{title}/last": good + data for title, data in breakage.items()}
    return found | {f"broken-{title}/middle": other + data + good for title, data in breakage.items()}


def _breakage(three: Pki) -> dict[str, bytes]:
    other = pem((root("Suite Other Root"),))
    lines = other.splitlines(keepends=True)
    return {
        "base64": lines[0] + b"!!!!" + b"".join(lines[1:]),
        "base64-star-middle": b"".join((*lines[:3], b"*" + lines[3][1:], *lines[4:])),
        "base64-cut": b"".join((*lines[:-2], lines[-2][:3] + b"\n", lines[-1])),
        "der-garbage": block("CERTIFICATE", b"\x01\x02\x03\x04"),
        "der-cut": block("CERTIFICATE", three.root.der[:-10]),
        "der-tail": block("CERTIFICATE", root("Suite Tail Root").der + b"\0\0"),
        "der-empty": b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
        "sequence-empty": block("CERTIFICATE", b"\x30\x00"),
        "no-end": b"".join(lines[:-1]),
        "no-begin": b"".join(lines[1:]),
        "end-other-label": b"".join((*lines[:-1], b"-----END X509 CERTIFICATE-----\n")),
        "end-four-dashes": b"".join((*lines[:-1], b"-----END CERTIFICATE----\n")),
        "begin-four-dashes": b"".join((b"-----BEGIN CERTIFICATE----\n", *lines[1:])),
        "lower-case": other.replace(b"BEGIN CERTIFICATE", b"Begin Certificate"),
        "headers": lines[0] + b"Proc-Type: 4,CLEAR\nX-Note: a\n\n" + b"".join(lines[1:]),
        "headers-encrypted": lines[0] + b"Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n" + b"".join(lines[1:]),
        "double-begin": lines[0] + other,
        "double-end": other + lines[-1],
    }


def _labels(three: Pki) -> dict[str, bytes]:
    good, other = three.root.der, pem((root("Suite Other Root"),))
    found = {}
    for title, label in {
        "x509": "X509 CERTIFICATE",
        "trusted": "TRUSTED CERTIFICATE",
        "certificates": "CERTIFICATES",
    }.items():
        found[f"label-{title}/alone"] = block(label, good)
        found[f"label-{title}/other-first"] = other + block(label, good)
        found[f"label-{title}/beside-plain"] = block(label, good) + pem((good,))
        found[f"label-{title}/other-labelled"] = block(label, root("Suite Labelled").der) + pem((good,))
    return found


def auxiliary(trust: tuple[str, ...] | None = None, reject: tuple[str, ...] = (), alias: str = "") -> bytes:
    """Return X509_CERT_AUX (crypto/x509/x_x509a.c): trusted and rejected uses, and an alias."""
    parts = [] if trust is None else [encode(SEQUENCE, *map(oid, trust))]
    if reject:
        parts.append(encode(CONTEXT, *map(oid, reject)))
    if alias:
        parts.append(encode(0x0C, alias.encode()))
    return encode(SEQUENCE, *parts)


SETTINGS = {
    "nothing": auxiliary(),
    "alias": auxiliary(alias="my root"),
    "trust-server": auxiliary((SERVER,)),
    "trust-any": auxiliary((ANY,)),
    "trust-email": auxiliary((EMAIL,)),
    "trust-client": auxiliary((CLIENT,)),
    "trust-none": auxiliary(()),
    "reject-server": auxiliary(None, (SERVER,)),
    "reject-any": auxiliary(None, (ANY,)),
    "reject-email": auxiliary(None, (EMAIL,)),
    "trust-email-reject-server": auxiliary((EMAIL,), (SERVER,)),
    "trust-server-reject-server": auxiliary((SERVER,), (SERVER,)),
    "garbage": b"\x30\x05\x01",
}


def _trusted(three: Pki) -> dict[str, bytes]:
    """TRUSTED CERTIFICATE blocks with settings, alone and beside the plain root."""
    plain, found = pem((three.root,)), {}
    for title, settings in SETTINGS.items():
        marked = block("TRUSTED CERTIFICATE", three.root.der + settings)
        found[f"settings-{title}/alone"] = marked
        found[f"settings-{title}/before-plain"] = marked + plain
        found[f"settings-{title}/after-plain"] = plain + marked
        unrelated = block("TRUSTED CERTIFICATE", root("Suite Other Root").der + settings)
        found[f"settings-{title}/other"] = unrelated + plain
    found["settings-in-plain-label"] = block("CERTIFICATE", three.root.der + SETTINGS["trust-server"])
    return found


def _trusted_intermediates(three: Pki) -> Iterator[Case]:
    for title in ("trust-server", "trust-email", "reject-server", "nothing", "trust-any", "reject-email"):
        marked = block("TRUSTED CERTIFICATE", three.inter.der + SETTINGS[title])
        yield case(f"settings-inter/{title}/alone", (three.leaf,), marked)
        yield case(f"settings-inter/{title}/with-root", (three.leaf,), marked + pem((three.root,)))
        yield case(f"settings-inter/{title}/chain-served", (three.leaf, three.inter), marked + pem((three.root,)))
        own = block("TRUSTED CERTIFICATE", three.leaf.der + SETTINGS[title])
        yield case(f"settings-leaf/{title}/alone", (three.leaf,), own)
        yield case(f"settings-leaf/{title}/with-root", (three.leaf, three.inter), own + pem((three.root,)))


def _odd_roots(three: Pki) -> dict[str, bytes]:
    """A root that some reader refuses, before and after the good one."""
    good, odd = pem((three.root,)), _odd_certificates()
    found = {f"odd-root-{title}/first": pem((one,)) + good for title, one in odd.items()}
    return found | {f"odd-root-{title}/last": good + pem((one,)) for title, one in odd.items()}


def _odd_certificates() -> dict[str, Cert]:
    key = ec_key()
    private = Ext("1.3.6.1.4.1.55555.1", NULL)
    return {
        "empty-serial": root("Suite Odd", Shape(serial=b"")),
        "explicit-curve": root("Suite Odd", Shape(key=key, spki=explicit_key(key))),
        "nameless": root("", Shape(subject=NAMELESS)),
        "duplicate-extension": root("Suite Odd", Shape(extra=(private, private))),
        "version-1-extensions": root("Suite Odd", Shape(version=1)),
        "version-4": root("Suite Odd", Shape(version=4)),
        "bad-time": root("Suite Odd", Shape(times=(b"\x17\x01x", b"\x17\x01x"))),
        "broken-constraints": root("Suite Odd", Shape(exts=(Ext("2.5.29.30", b"\x30\x02\x01", critical=True),))),
        "broken-basic": root("Suite Odd", Shape(exts=(Ext("2.5.29.19", b"\x30\x02\x01", critical=True),))),
        "bad-utf8": root(
            "Suite Odd",
            Shape(subject=encode(SEQUENCE, encode(0x31, encode(SEQUENCE, b"\x06\x03\x55\x04\x03\x0c\x02\xff\xfe")))),
        ),
        "long-form-tag": root(
            "Suite Odd",
            Shape(subject=encode(SEQUENCE, encode(0x31, encode(SEQUENCE, b"\x06\x03\x55\x04\x03\x1f\x0c\x01x")))),
        ),
        "no-key": root("Suite Odd", Shape(spki=encode(SEQUENCE))),
    }
