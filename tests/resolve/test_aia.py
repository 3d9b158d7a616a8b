"""What AIA answers, weighed: every form, every lie, each try recorded with its outcome and time."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from tests.support.aia import ask, pointing_at
from tests.support.chains import make_pki
from tests.support.network import record_connections
from tui_chain.lab.authority import Authority, to_pem
from tui_chain.lab.internet import Lab
from tui_chain.lab.servers.aia_site import AiaAnswer
from tui_chain.resolve.aia import MAX_URLS
from tui_chain.x509.signatures import Proof


def p7c(*authorities: Authority) -> bytes:
    certificates = [x509.load_der_x509_certificate(each.der) for each in authorities]
    return pkcs7.serialize_certificates(certificates, Encoding.DER)


def p7b(*authorities: Authority) -> bytes:
    certificates = [x509.load_der_x509_certificate(each.der) for each in authorities]
    return pkcs7.serialize_certificates(certificates, Encoding.PEM)


FORMS: dict[str, tuple[str, Callable[[Authority, Authority], bytes]]] = {
    "der": ("DER", lambda issuer, _: issuer.der),
    "pem": ("PEM", lambda issuer, _: to_pem([issuer.der])),
    "pem with more": ("PEM", lambda issuer, other: b"junk\n" + to_pem([other.der, issuer.der])),
    "p7c": ("PKCS#7", lambda issuer, other: p7c(other, issuer)),
    "p7b": ("PKCS#7", lambda issuer, other: p7b(other, issuer)),
}


@pytest.mark.parametrize("form", FORMS)
def test_the_issuer_is_found_in_every_form_whatever_its_name_says(lab: Lab, form: str) -> None:
    name, make = FORMS[form]
    issuing, other = lab.hierarchy["issuing"], lab.hierarchy["stranger"]
    url = lab.publish(f"/{form.replace(' ', '-')}.cer", AiaAnswer(make(issuing, other), headers=()))
    (tried,) = ask(pointing_at(issuing, url))
    assert (tried.ok, tried.format, tried.status, tried.address) == (True, name, 200, "127.0.0.1")
    assert issuing.der in {one.der for one in tried.certificates}
    assert (tried.source, tried.where) == ("AIA", url)
    assert tried.milliseconds > 0


NOTHING = {
    "html": (AiaAnswer(b"<!DOCTYPE html><title>\x1b[31m</title>"), "HTML: it is a web page, not a certificate"),
    "empty": (AiaAnswer(b""), "empty: there is nothing in it"),
    "not-found": (AiaAnswer(b"no", 404), "HTTP status 404"),
    "error": (AiaAnswer(b"no", 500), "HTTP status 500"),
    "text": (AiaAnswer(b"hello \x1b[31m"), "unknown: "),
    "cut": (AiaAnswer(b"\x30\x82\x10\x00abc"), "DER: "),
    "pem-cut": (AiaAnswer(b"-----BEGIN CERTIFICATE-----\nMIIB\n"), "PEM: "),
    "big": (AiaAnswer(b"\x30" * (64 * 1024 + 1)), "the answer is larger than 64 KiB"),
}


@pytest.mark.parametrize("name", NOTHING)
def test_an_answer_without_a_certificate_says_what_it_is(lab: Lab, name: str) -> None:
    answer, words = NOTHING[name]
    (tried,) = ask(pointing_at(lab.hierarchy["issuing"], lab.publish(f"/{name}", answer)))
    assert (tried.ok, tried.certificates) == (False, ())
    assert tried.outcome.startswith(words)
    assert tried.outcome.isprintable()


def test_a_stranger_is_not_the_issuer(lab: Lab) -> None:
    """chromium/badssl.com#351: AIA that serves another certificate."""
    stranger = lab.hierarchy["stranger"]
    (tried,) = ask(pointing_at(lab.hierarchy["issuing"], lab.publish("/stranger", stranger.der)))
    assert (tried.ok, tried.proof) == (False, Proof.NOT_SIGNED)
    assert "it did not sign" in tried.outcome


def test_a_namesake_with_another_key_is_not_the_issuer(lab: Lab) -> None:
    """Law 2: the signature proves, the name does not."""
    namesake = make_pki().root.issue_ca("Lab Issuing CA G2")
    (tried,) = ask(pointing_at(lab.hierarchy["issuing"], lab.publish("/namesake", namesake.der)))
    assert (tried.ok, tried.proof) == (False, Proof.NOT_SIGNED)


def test_the_next_url_is_asked_until_one_brings_the_issuer(lab: Lab) -> None:
    """ebourg/jsign#339: ldap first; and what follows the right answer is left in peace."""
    issuing = lab.hierarchy["issuing"]
    good = lab.publish("/good.cer", issuing.der)
    leaf = pointing_at(
        issuing, "ldap://x.test/cn=a", lab.publish("/gone", AiaAnswer(b"", 404)), good, lab.publish("/never", b"")
    )
    tries = ask(leaf)
    assert [tried.ok for tried in tries] == [False, False, True]
    assert tries[0].outcome.startswith("ldap:// is not fetched")
    assert "/never" not in lab.aia_log


def test_a_url_is_asked_once(lab: Lab) -> None:
    url = lab.publish("/once", b"")
    assert len(ask(pointing_at(lab.hierarchy["issuing"], url, url))) == 1


def test_five_urls_are_asked_and_the_rest_is_told(lab: Lab) -> None:
    urls = [lab.publish(f"/many{number}", b"") for number in range(8)]
    tries = ask(pointing_at(lab.hierarchy["issuing"], *urls))
    assert [tried.where for tried in tries[:-1]] == urls[:MAX_URLS]
    assert tries[-1].outcome == "3 further URLs not asked, 5 is the bound"


def test_a_certificate_without_aia_says_so(lab: Lab) -> None:
    (tried,) = ask(pointing_at(lab.hierarchy["issuing"]))
    assert (tried.where, tried.outcome) == ("(none)", "the certificate names no AIA address")


HOSTILE = (
    "http://user:secret@127.0.0.1/",
    "http://169.254.169.254/latest/meta-data/iam",
    "http://[::ffff:a9fe:a9fe]/",
    "file:///etc/passwd",
    "http://127.0.0.1/\x1b]52;c;cm0gLXJm\x07",
    "http://127.0.0.1/" + "a" * 4000,
    "http://[/",
    "gopher://127.0.0.1:25/_EHLO",
    "\n-----BEGIN CERTIFICATE-----",
)


@pytest.mark.parametrize("url", HOSTILE, ids=[repr(url[:30]) for url in HOSTILE])
def test_a_hostile_url_is_refused_unasked(lab: Lab, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    tried = record_connections(monkeypatch)
    (outcome,) = ask(pointing_at(lab.hierarchy["issuing"], url))
    assert not outcome.ok
    assert tried == []
    assert (outcome.where + outcome.outcome).isprintable()
    assert len(outcome.where) <= 200
