from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.support.unsafe import unsafe_in
from tui_chain.core.failure import Failure
from tui_chain.net.target import Target, parse_target

GOOD = {
    "example.org": "example.org:443",
    "  example.org\n": "example.org:443",
    "EXAMPLE.Org": "example.org:443",
    "example.org.": "example.org:443",
    "localhost": "localhost:443",
    "localhost/": "localhost:443",
    "intranet": "intranet:443",
    "intranet/": "intranet:443",
    "https://intranet/wiki": "intranet:443",
    "_25._tcp.mail.example.org": "_25._tcp.mail.example.org:443",
    "1password.example": "1password.example:443",
    "a_b.example.org": "a_b.example.org:443",
    "example.org:8443": "example.org:8443",
    "example.org:0443": "example.org:443",
    "example.org/path": "example.org:443",
    "example.org:8443/path:x?y#z": "example.org:8443",
    "192.0.2.1": "192.0.2.1:443",
    "192.0.2.1:8443": "192.0.2.1:8443",
    "::1": "[::1]:443",
    "2001:DB8:0:0::1": "[2001:db8::1]:443",
    "[::1]": "[::1]:443",
    "[::1]:8443": "[::1]:8443",
    "[::1]:8443/x": "[::1]:8443",
    "fe80::1%Eth0": "[fe80::1%Eth0]:443",
    "[fe80::1%eth0]:8443": "[fe80::1%eth0]:8443",
    "https://[fe80::1%25eth0]/": "[fe80::1%eth0]:443",
    "https://example.org": "example.org:443",
    "HTTPS://Example.ORG:8443/a/b?c=d#e": "example.org:8443",
    "https://user:secret@example.org/": "example.org:443",
    "https://[2001:db8::1]:8443/": "[2001:db8::1]:8443",
    "wss://example.org/socket": "example.org:443",
    "imaps://mail.example.org": "mail.example.org:993",
    "smtps://mail.example.org": "mail.example.org:465",
    "ldaps://ldap.example.org:1636/dc=x": "ldap.example.org:1636",
    "smtp+starttls://mail.example.org": "smtp+starttls://mail.example.org:587",
    "smtp+starttls://mail.example.org:25": "smtp+starttls://mail.example.org:25",
    "SMTP+STARTTLS://[::1]": "smtp+starttls://[::1]:587",
    "postgres+starttls://db": "postgres+starttls://db:5432",
    "postgresql+starttls://db": "postgres+starttls://db:5432",
    "auto+starttls://mail.example.org:2525": "auto+starttls://mail.example.org:2525",
    "smtp://mail.example.org": "smtp+starttls://mail.example.org:587",
    "SMTP://mail.example.org:25": "smtp+starttls://mail.example.org:25",
    "imap://mail.example.org/INBOX": "imap+starttls://mail.example.org:143",
    "pop3://mail.example.org": "pop3+starttls://mail.example.org:110",
    "ftp://files.example.org/pub": "ftp+starttls://files.example.org:21",
    "ldap://ldap.example.org/dc=x?cn": "ldap+starttls://ldap.example.org:389",
    "postgresql://user:secret@db.example.org/name": "postgres+starttls://db.example.org:5432",
    "postgres://db.example.org:5433": "postgres+starttls://db.example.org:5433",
    "mysql://root:secret@[::1]/": "mysql+starttls://[::1]:3306",
    "mariadb://db.example.org": "mysql+starttls://db.example.org:3306",
    "xmpp://example.org": "xmpp+starttls://example.org:5222",
    "xmpp-server://example.org": "xmpp-server+starttls://example.org:5269",
    "sieve://mail.example.org": "sieve+starttls://mail.example.org:4190",
    "lmtp://mail.example.org": "lmtp+starttls://mail.example.org:24",
    "nntp://news.example.org/group": "nntp+starttls://news.example.org:119",
    "irc://irc.example.org/channel": "irc+starttls://irc.example.org:6667",
    "submissions://mail.example.org": "mail.example.org:465",
    "xmpps://example.org": "example.org:5223",
    "ircs://irc.example.org": "irc.example.org:6697",
    "nntps://news.example.org": "news.example.org:563",
    "mqtts://broker.example.org": "broker.example.org:8883",
    "amqps://broker.example.org/vhost": "broker.example.org:5671",
    "rediss://:secret@cache.example.org/0": "cache.example.org:6379",
    "sips://sip.example.org": "sip.example.org:5061",
    "bücher.example": "xn--bcher-kva.example:443",
    "BÜCHER.example:8443": "xn--bcher-kva.example:8443",
    "https://bücher.example/": "xn--bcher-kva.example:443",
    "xn--bcher-kva.example": "xn--bcher-kva.example:443",
    "例え。テスト": "xn--r8jz45g.xn--zckzah:443",
    "example。org。": "example.org:443",
    "faß.de": "xn--fa-hia.de:443",
}

BAD = {
    "": "It is empty.",
    " \t": "It is empty.",
    ":443": "There is no host name in it.",
    "https://": "There is no host name in it.",
    "[]:443": "There is no host name in it.",
    "...": "There is no host name in it.",
    "example.org:": "The port '' is not a number",
    "example.org:0": "The port '0' is not a number",
    "example.org:65536": "The port '65536' is not a number",
    "example.org:000000044399999": "is not a number",
    "example.org:000000443" + "0" * 5000: "is not a number",
    "example.org:+443": "The port '+443' is not a number",
    "example.org:٤٤٣": "is not a number",
    "example.org:https": "The port 'https' is not a number",
    "[::1]443": "has no closing bracket, or something other than a port follows it",
    "[::1": "has no closing bracket, or something other than a port follows it",
    "[::1]]:443": "has no closing bracket, or something other than a port follows it",
    "[example.org]:443": "is no IPv6 address",
    "[192.0.2.1]:443": "is no IPv6 address",
    "::1::2": "It has several colons but is no IPv6 address.",
    "example.org:443:443": "It has several colons but is no IPv6 address.",
    "192.0.2.1%eth0": "is not a host name",
    "fe80::1%\x1b[31m": "several colons",
    "fe80::1%" + "z" * 40: "several colons",
    "192.0.2": "is not an IP address",
    "192.0.2.256": "is not an IP address",
    "１９２.0.2": "is not an IP address",
    "-example.org": "is not a host name",
    "exam ple.org": "There is white space in it.",
    "a..b": "is not a host name",
    "*.example.org": "is not a host name: it is a wildcard",
    "!!!": "is not a host name: a host name has letters",
    "-v": "is not a host name",
    "_": "is not a host name",
    "ls|grep": "is not a host name",
    "**example.org**": "write example.org",
    '"example.org"': "write example.org",
    "example.org,443": "write one host a line",
    "user@example.org": "A user name stands before the @; write example.org alone.",
    "user@": "A user name stands before the @; write the host alone.",
    "mailto:user@example.org": "write example.org alone",
    "443": "It is a number; write the host before it, as in example.org:443.",
    "host.1": "is not an IP address",
    "0x7f.0x1": "is not an IP address",
    "10.0.0.0/8": "It is a network; write one address of it.",
    "2001:db8::/32": "It is a network",
    "certs/chain.pem": "write https:// before it if it is a URL",
    "what?": "It could be the path of a file or a word",
    "[link](https://example.org)": "bracket",
    "-----BEGIN CERTIFICATE-----": "It is a line of a PEM file",
    "\U0001f600.example": "not a valid internationalised name",
    "a" * 64 + ".example": "is not a host name: a part of it has 64 characters, and 63 are the most",
    ".".join(["a" * 60] * 5): "is not a host name: it has 304 characters, and 253 are the most",
    "xn--\u202e.example": "not a valid internationalised name",
    "\u202eexample.org": "not a valid internationalised name",
    "ü" * 100_000: "not a host name",
    "http://example.org": "http:// has no TLS",
    "gopher://example.org": "gopher:// is not known here; there are https, ftp, imap, irc, ldap,",
    "gopher+starttls://example.org": "gopher+starttls:// is not known here",
    "smtp+tls://example.org": "smtp+tls:// is not known here",
    "auto://example.org": "auto:// is not known here",
    "\x1b[31m://example.org": "is not a target",
    "https+starttls://example.org": "https+starttls:// is not known here",
    "file:///etc/passwd": "file:// is not known here",
    "https://[::1": "It is not a URL.",
    "https://exa\nmple.org/": "There is white space in it.",
}


@pytest.mark.parametrize(("text", "expected"), GOOD.items(), ids=map(repr, GOOD))
def test_a_target_is_read_as_people_write_it(text: str, expected: str) -> None:
    target = parse_target(text)
    assert isinstance(target, Target)
    assert str(target) == expected
    assert parse_target(str(target)) == target


@pytest.mark.parametrize(("text", "why"), BAD.items(), ids=[repr(text[:40]) for text in BAD])
def test_what_is_no_target_says_why(text: str, why: str) -> None:
    failure = parse_target(text)
    assert isinstance(failure, Failure)
    assert failure.kind == "target"
    assert why in failure.message
    assert "host:port" in failure.hint
    assert len(failure.message) < 400


def test_a_password_is_not_repeated() -> None:
    for text in (
        "https://user:secret@example.org:x/",
        "ftp://user:secret@host/",
        "https://user:secret@ho st/",
        "user:secret@example.org",
        "user:secret@ho..st",
    ):
        assert "secret" not in str(parse_target(text))


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("example.org", "https://example.org/"),
        ("example.org:8443", "https://example.org:8443/"),
        ("[2001:db8::1]:8443", "https://[2001:db8::1]:8443/"),
    ],
)
def test_a_target_has_a_url(text: str, url: str) -> None:
    target = parse_target(text)
    assert isinstance(target, Target)
    assert target.url == url
    assert target.is_ip == ("[" in text)


PIECES = st.sampled_from(["https://", "smtp+starttls://", "[", "]", ":", "::1", "443", "%", "a", "ü", ".", "@", "/"])


@settings(database=None, deadline=None, max_examples=300)
@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=8).map("".join)))
@example("https://[v1.x]/")
@example("https://a\uff03b/")
@example("\ud800.example")
def test_no_text_raises_or_brings_foreign_characters(text: str) -> None:
    result = parse_target(text)
    assert unsafe_in(str(result)) == set()
    if isinstance(result, Target):
        assert 1 <= result.port <= 65535
        assert result.host.isascii()
        assert parse_target(str(result)) == result
        assert unsafe_in(result.display + result.spellings.replace("\n", "")) == set()
        assert parse_target(result.display) == result


SHOWN = {
    "bücher.example": "bücher.example:443",
    "smtp+starttls://faß.de": "smtp+starttls://faß.de:587",
    "đường.example": "đường.example:443",
    "例え.テスト": "例え.テスト:443",
    "データー.example": "データー.example:443",
    "한국.example": "한국.example:443",
    "пример.рф": "пример.рф:443",
    "ελλάδα.example": "ελλάδα.example:443",
    "भारत.example": "भारत.example:443",
    "ไทย.example": "ไทย.example:443",
    "example.org": "example.org:443",
}
DISGUISED = {
    "paypаl.example": "a Cyrillic letter in a Latin name",
    "аррӏе.example": "Cyrillic letters alone, all of which look Latin",
    "ɡoogle.example": "a Latin letter of phonetics",
    "mıcrosoft.example": "a letter without its dot",
    "toyotaトヨタ.example": "Latin beside Japanese",
    "oνο.example": "Greek beside Latin",
    "שלום.example": "a script that a terminal may reorder",
    "xn--zzzzzz.example": "no name at all",
    "xn--a.example": "no name at all",
}


@pytest.mark.parametrize(("text", "shown"), SHOWN.items(), ids=SHOWN)
def test_a_name_is_shown_as_people_write_it(text: str, shown: str) -> None:
    target = parse_target(text)
    assert isinstance(target, Target)
    assert target.display == shown
    assert str(target).isascii()
    assert {str(target), shown} == set(target.spellings.splitlines())


@pytest.mark.parametrize("text", DISGUISED, ids=DISGUISED.values())
def test_a_name_that_can_be_taken_for_another_is_shown_in_ascii(text: str) -> None:
    target = parse_target(text)
    assert isinstance(target, Target)
    assert target.display == str(target)
    assert text in target.spellings, "it is found as it was written all the same"


def test_each_label_is_shown_by_itself() -> None:
    target = parse_target("bücher.paypаl.example")
    assert isinstance(target, Target)
    assert target.display.startswith("bücher.xn--")


def test_a_target_without_starttls_loads_no_protocol() -> None:
    code = (
        "import sys\nfrom tui_chain.net.target import parse_target\n"
        "parse_target('a.test'), parse_target('https://a.test'), parse_target('ldaps://a.test')\n"
        "print(*(name for name in sys.modules if 'starttls' in name))\n"
        "parse_target('smtp+starttls://a.test')\n"
        "print('tui_chain.net.starttls.smtp' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines() == ["", "True"]


@pytest.mark.parametrize(
    ("text", "protocol", "expected"),
    [
        ("mail.example.org", "smtp", "smtp+starttls://mail.example.org:587"),
        ("mail.example.org:25", "smtp", "smtp+starttls://mail.example.org:25"),
        ("2001:db8::1", "mariadb", "mysql+starttls://[2001:db8::1]:3306"),
        ("[2001:db8::1]", "postgresql", "postgres+starttls://[2001:db8::1]:5432"),
        ("example.org", "auto", "auto+starttls://example.org:443"),
        ("example.org:2525", "auto", "auto+starttls://example.org:2525"),
        # what a target says of itself wins
        ("https://example.org", "smtp", "example.org:443"),
        ("imap://example.org", "smtp", "imap+starttls://example.org:143"),
    ],
)
def test_a_protocol_that_is_given_beside_it(text: str, protocol: str, expected: str) -> None:
    assert str(parse_target(text, protocol)) == expected
