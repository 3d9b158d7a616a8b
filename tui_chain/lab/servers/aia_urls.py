"""AIA addresses of the lab: one for each way in which the site may answer, delay, redirect or lie."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import NameOID

from tui_chain.lab.authority import Authority, to_pem
from tui_chain.lab.hierarchy import AiaUrl, Referral
from tui_chain.lab.servers.aia_site import AiaAnswer, AnswerSource, redirect

BOUND = 64 * 1024
"""Bytes that one answer may have."""
REBINDING_NAME = "rebinding.lab.test"
"""A name that leads to loopback when it is judged, and inside when it is connected to: tests make it so."""
BOMB_BYTES = 30 << 20
PKCS7_TYPE = (("Content-Type", "application/pkcs7-mime"),)
TEXT_TYPE = (("Content-Type", "text/html; charset=utf-8"),)


def answered(make: Callable[[Referral], AnswerSource], ending: str = ".cer") -> AiaUrl:
    """Return what makes an URL that is answered as `make` says."""
    return lambda referral: referral.site.publish(f"/{referral.label}{ending}", make(referral))


def status(code: int) -> AiaUrl:
    """The issuer, under a status that says there is none."""
    return answered(lambda referral: AiaAnswer(referral.issuer.der, code))


def late(seconds: float) -> AiaUrl:
    """The issuer, after a while."""
    return answered(lambda referral: AiaAnswer(referral.issuer.der, delay=seconds))


def body(
    data: Callable[[Referral], bytes], headers: tuple[tuple[str, str], ...] = (), ending: str = ".cer"
) -> AiaUrl:
    """An answer with this body."""
    return answered(lambda referral: AiaAnswer(data(referral), headers=headers or AiaAnswer().headers), ending)


def redirected(location: str) -> AiaUrl:
    """A redirect to a place that is no business of anybody's."""
    return answered(lambda _: redirect(location))


def redirected_home(referral: Referral) -> str:
    """A redirect to the issuer."""
    home = referral.site.publish(f"/{referral.label}-home.cer", AiaAnswer(referral.issuer.der))
    return referral.site.publish(f"/{referral.label}.cer", redirect(home))


def redirect_loop(referral: Referral) -> str:
    """A redirect to itself."""
    path = f"/{referral.label}.cer"
    return referral.site.publish(path, redirect(referral.site.url(path)))


def endless(referral: Referral) -> str:
    """An answer that begins as a certificate and never ends."""

    def pieces() -> Iterator[bytes]:
        yield referral.issuer.der
        while True:
            yield bytes(8192)

    return referral.site.publish(f"/{referral.label}.cer", AiaAnswer(pieces))


def gzip_bomb(referral: Referral) -> str:
    """30 MB packed in 30 KB, well within the bound as it comes."""
    packed = gzip.compress(referral.issuer.der + bytes(BOMB_BYTES), mtime=0)
    headers = (*AiaAnswer().headers, ("Content-Encoding", "gzip"))
    return referral.site.publish(f"/{referral.label}.cer", AiaAnswer(packed, headers=headers))


def pem(referral: Referral) -> bytes:
    """The issuer as PEM."""
    return to_pem([referral.issuer.der])


def one_too_large(referral: Referral) -> bytes:
    """The issuer, padded to a byte more than the bound."""
    return referral.issuer.der.ljust(BOUND + 1, b"\n")


def namesake(referral: Referral) -> bytes:
    """A CA of the issuer's name with another key."""
    names = referral.issuer.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return Authority.root(str(names[0].value), now=referral.issuer.now).der


def unrelated(referral: Referral) -> bytes:
    """A CA that has nothing to do with anything."""
    return Authority.root("Lab Unrelated CA", now=referral.issuer.now).der


def pkcs7_of(*others: Callable[[Referral], bytes]) -> Callable[[Referral], bytes]:
    """Return what packs unrelated certificates, namesakes and at last the issuer into one PKCS#7 answer."""

    def pack(referral: Referral) -> bytes:
        ders = (*(other(referral) for other in others), referral.issuer.der)
        return pkcs7.serialize_certificates([x509.load_der_x509_certificate(der) for der in ders], Encoding.DER)

    return pack


def pkcs7_of_none(_: Referral) -> bytes:
    """A PKCS#7 answer without certificates: signedData (RFC 5652 section 5.1) whose sets are all empty."""
    signed = bytes.fromhex("0201013100300b06092a864886f70d0107013100")
    content = bytes([0xA0, len(signed) + 2, 0x30, len(signed)]) + signed
    whole = bytes.fromhex("06092a864886f70d010702") + content
    return bytes([0x30, len(whole)]) + whole


def web_page(_: Referral) -> bytes:
    """What a captive portal says."""
    return b"<!doctype html><title>Welcome</title><p>Please log in."


def ldap(referral: Referral) -> str:
    """A directory's address."""
    return f"ldap://ldap.lab.test/CN={referral.label},DC=lab,DC=test?cACertificate;binary?base"


def rebinding(referral: Referral) -> str:
    """The issuer under a name whose address changes."""
    path = f"/{referral.label}.cer"
    referral.site.publish(path, AiaAnswer(referral.issuer.der))
    return f"http://{REBINDING_NAME}:{referral.site.port}{path}"


def named(path: str) -> AiaUrl:
    """Another certificate's address, whoever publishes it."""
    return lambda referral: referral.site.url(path)
