"""What is read out of a text, however it was copied: the error, who speaks, client, host, port, trust file."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap

import pytest

from tests.support.limits import own_seconds
from tui_chain.clients.errors import Speaker
from tui_chain.core.failure import Failure
from tui_chain.diagnose.explain.explanation import Explanation, explain

VERIFY = "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: "
EXPIRED = f"{VERIFY}certificate has expired (_ssl.c:1006)"


def read(text: str) -> Explanation:
    found = explain(text)
    assert isinstance(found, Explanation), found
    return found


CHAINED = f"""Traceback (most recent call last):
  File "/srv/app/lib/python3.11/site-packages/urllib3/connectionpool.py", line 470, in _make_request
    self._validate_conn(conn)
ssl.SSLCertVerificationError: {VERIFY}self-signed certificate (_ssl.c:1006)

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/srv/app/lib/python3.11/site-packages/requests/adapters.py", line 682, in send
    raise ConnectionError(err, request=request)
requests.exceptions.ConnectionError: ('Connection aborted.', ConnectionResetError(104, 'Connection reset by peer'))
"""


def test_the_innermost_error_of_a_chained_traceback_counts() -> None:
    found = read(CHAINED)
    assert found.symptom.name == "self-signed"
    assert found.line.startswith("ssl.SSLCertVerificationError")
    assert (found.client, found.version, found.openssl_code) == ("requests", None, 18)


@pytest.mark.parametrize(
    ("text", "symptom"),
    [
        (json.dumps({"level": "error", "msg": f'Get "https://api.example.org": {EXPIRED}'}), "expired"),
        (json.dumps({"log": f"line one\nssl.SSLError: {EXPIRED}\n"}), "expired"),
        (repr(f"ERROR: The certificate of ‘api.example.org’ has expired.\n{EXPIRED}".encode()), "expired"),
        (f"web-1  | 2026-11-26T10:00:00Z {EXPIRED}", "expired"),
        (f"> > {EXPIRED}", "expired"),
        (f"E   ssl.SSLError: {EXPIRED}", "expired"),
        ("\x1b[31mERROR\x1b[0m certificate \x1b[1mhas\x1b[0m expired", "expired"),
        (EXPIRED.replace(" ", "\n"), "expired"),
        (EXPIRED.replace(" ", "  \t "), "expired"),
        (EXPIRED.upper(), "expired"),
        (
            "SSL: no alternative certificate subject name matches target host name &#x27;a.example&#x27;",
            "host-mismatch",
        ),
        ("ERR SSL UNSAFE LEGACY RENEGOTIATION DISABLED", "legacy-renegotiation"),
    ],
)
def test_a_text_is_read_however_it_was_copied(text: str, symptom: str) -> None:
    assert read(text).symptom.name == symptom


@pytest.mark.parametrize("width", [40, 61, 80, 100])
def test_lines_that_a_terminal_cut_are_put_together(width: int) -> None:
    line = f"URLError: <urlopen error {VERIFY}unable to get local issuer certificate (_ssl.c:1006)>"
    cut = "\n".join(line[at : at + width] for at in range(0, len(line), width))
    words = "\n".join(textwrap.wrap(line, width, break_on_hyphens=False))
    for text in (cut, words):
        found = read(text)
        assert (found.symptom.name, found.openssl_code) == ("unknown-issuer", 20), text


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("HTTPSConnectionPool(host='api.example.org', port=8443): certificate has expired", "api.example.org", 8443),
        ("Cannot connect to host api.example.org:444 ssl:True [certificate has expired]", "api.example.org", 444),
        ("connection to server at \"db.example.org\" (192.0.2.7), port 5433 failed: certificate verify failed",
         "db.example.org", 5433),
        ("peeraddr=192.0.2.7:8443 state=error: certificate verify failed (expired)", "192.0.2.7", 8443),
        ("amqps://user:secret@mq.example.org:5671/ certificate has expired", "mq.example.org", 5671),
        ("https://[2001:db8::7]:8443/x certificate has expired", "2001:db8::7", 8443),
        ("ldaps://ldap.example.org certificate has expired", "ldap.example.org", 636),
        ("amqps://user:secret@mq.example.org/vhost certificate has expired", "mq.example.org", 5671),
        ("mongodb+srv://u:p@db.example.org/x certificate has expired", "db.example.org", 27017),
        ("postgresql://u:p@db.example.org/x certificate has expired", "db.example.org", 5432),
        ("jdbc:postgresql://db.example.org/x certificate has expired", "db.example.org", 5432),
        ("jdbc:sqlserver://db.example.org;encrypt=true certificate has expired", "db.example.org", 1433),
        ("ssl://db.example.org certificate has expired", "db.example.org", 443),
        ("Failed to validate the SSL certificate for a.example.org:8443. Make sure", "a.example.org", 8443),
        ("fatal: unable to access 'https://git.example.org/x.git/': certificate has expired", "git.example.org", 443),
        ("x509: certificate is valid for a.example, not b.example", "b.example", 443),
        ("see https://curl.se/docs/sslcerts.html certificate has expired", None, None),
        ("localhost:27017: [SSL: CERTIFICATE_VERIFY_FAILED] certificate has expired", "localhost", 27017),
        ("depth=0 CN = other.example\nverify error:num=10:certificate has expired", None, None),
        ("http: TLS handshake error from 192.0.2.9:40000: EOF", None, None),
    ],
)  # fmt: skip
def test_the_host_is_the_one_that_failed(text: str, host: str | None, port: int | None) -> None:
    found = read(text)
    assert (found.host, found.port) == (host, port)


def test_the_host_nearest_to_the_error_counts() -> None:
    text = "\n".join(
        [
            "GET https://first.example.org/ 200",
            *("a line",) * 5,
            "GET https://second.example.org:8443/",
            "certificate has expired",
            *("a line",) * 5,
            "GET https://third.example.org/",
        ]
    )
    found = read(text)
    assert (found.host, found.port) == ("second.example.org", 8443)
    assert found.url == "https://second.example.org:8443/"


def test_a_url_loses_its_login_and_its_query() -> None:
    found = read("Get https://user:secret@api.example.org/a?token=secret#x : x509: certificate has expired")
    assert found.url == "https://api.example.org/a"
    assert "secret" not in repr(found)


@pytest.mark.parametrize(
    "text",
    [
        "Unable to connect to proxy http://joe:sec'ret@proxy.test:3128/: certificate has expired",
        "proxy=http://joe:se@cr:et@proxy.test:3128 certificate has expired",
        "https://secret@proxy.test/a: certificate has expired",
        json.dumps({"msg": "https://joe:secret@proxy.test/: certificate has expired"}).replace("/", "\\/"),
        "host='proxy.test', port=443): Max retries with url: /a?token=secret&b=%73 (certificate has expired)",
    ],
)
def test_a_login_and_a_query_are_nowhere_in_the_answer(text: str) -> None:
    found = read(text)
    assert found.host == "proxy.test"
    assert not any(piece in repr(found) for piece in ("secret", "sec'", "cr:et", "joe", "token="))


def test_a_list_of_addresses_has_no_login() -> None:
    assert read("from 'https://a.example.org','b@example.org': certificate has expired").host == "a.example.org"


@pytest.mark.parametrize(
    ("text", "file"),
    [
        ("curl: (77) error setting certificate file: /srv/pki/ca.pem", "/srv/pki/ca.pem"),
        ("server certificate verification failed. CAfile: /srv/pki/root.pem CRLfile: none", "/srv/pki/root.pem"),
        ("certificate verification failed. CAfile: none CRLfile: none", None),
        (
            "OSError: Could not find a suitable TLS CA certificate bundle, invalid path: /opt/a b/c.pem",
            "/opt/a b/c.pem",
        ),
        ('root certificate file "/root/.postgresql/root.crt" does not exist', "/root/.postgresql/root.crt"),
        ("Warning: Ignoring extra certs from `/srv/bad.pem`, load failed: error:0680009B", "/srv/bad.pem"),
    ],
)
def test_the_trust_file_is_the_one_of_the_text(text: str, file: str | None) -> None:
    assert read(text).trust_file == file


def test_a_trust_file_goes_into_the_commands_and_a_port_brings_its_protocol() -> None:
    found = read("unable to access 'https://git.corp.test/x': certificate has expired CAfile: /srv/$(id).pem")
    assert found.trust_file == "/srv/$(id).pem"
    assert "tlschain check git.corp.test --trust '/srv/$(id).pem'" in [cause.command for cause in found.causes]
    mail = read("mail.example.org:587: [SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1000)")
    assert mail.causes[0].code == "starttls-port"
    relay = read("mail.example.org:25: [SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1000)")
    assert relay.causes[0].code == "starttls-port"
    assert "tlschain check smtp+starttls://mail.example.org:25" in [cause.command for cause in relay.causes]
    assert "tlschain check smtp+starttls://mail.example.org:587" in [cause.command for cause in mail.causes]


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        (EXPIRED, Speaker.OWN),
        ("[SSL: TLSV1_ALERT_UNKNOWN_CA] tlsv1 alert unknown ca", Speaker.ALERT),
        ("OSError: Tunnel connection failed: 407 Proxy Authentication Required", Speaker.PROXY),
        ("curl: (77) error setting certificate file: /srv/ca.pem", Speaker.FILE),
        ("curl: (6) Could not resolve host: nowhere.example", Speaker.NAME),
        ("Errno::ECONNREFUSED: Connection refused", Speaker.CONNECT),
    ],
)
def test_who_speaks(text: str, speaker: Speaker) -> None:
    assert read(text).symptom.speaker is speaker


@pytest.mark.parametrize(
    ("text", "client", "version"),
    [
        (f"curl 7.88.1 (x86_64-pc-linux-gnu)\ncurl: (60) {EXPIRED}", "curl", "7.88.1"),
        ("Error: certificate has expired\n  code: 'CERT_HAS_EXPIRED'\n}\n\nNode.js v20.20.2", "Node", "20.20.2"),
        (f'File "/usr/lib/python3.12/ssl.py", line 1\nssl.SSLError: {EXPIRED}', "Python", "3.12"),
        ("FileNotFoundError: [Errno 2] No such file or directory: '/opt/conda/ssl/cacert.pem'", None, None),
        ("Errno::ECONNREFUSED: Connection refused", "Ruby", None),
    ],
)
def test_the_client_and_its_version(text: str, client: str | None, version: str | None) -> None:
    found = read(text)
    assert (found.client, found.version) == (client, version)


def test_the_letters_of_a_code_inside_a_word_are_no_code() -> None:
    assert read("FileNotFoundError: '/srv/ca.pem'").symptom.name == "bundle-unusable"
    assert isinstance(explain("FileNotFoundError: page"), Failure)


def test_a_long_text_is_read_at_its_ends_and_about_its_errors() -> None:
    noise = "2026-11-26 10:00:00 INFO request 17 done in 12 ms\n" * 20_000
    for text in (EXPIRED + noise, noise + EXPIRED, noise + EXPIRED + "\n" + noise):
        assert read(text).symptom.name == "expired"
    with own_seconds(4.0):
        for text in (noise * 8, "x" * 8_000_000, "SSLError " * 900_000, "certificate has expired\n" * 350_000):
            explain(text)


def test_nothing_is_opened_and_nobody_is_asked() -> None:
    script = (
        "import sys\n"
        "from tui_chain.diagnose.explain.explanation import explain\n"
        "explain('curl: (77) CAfile: /etc/hostname https://b.example:25 wrong version number')\n"
        "seen = []\n"
        "sys.addaudithook(lambda event, args: seen.append(event) if event.partition('.')[0] in "
        "{'open', 'socket', 'subprocess', 'os', 'urllib'} else None)\n"
        "explain('curl: (77) CAfile: /etc/hostname https://b.example:25 wrong version number')\n"
        "print(seen)\n"
    )
    done = subprocess.run((sys.executable, "-c", script), capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "[]\n"


def test_of_a_log_with_several_incidents_the_last_one_with_a_reason_counts() -> None:
    log = "\n".join(
        [
            f"2026-11-26 10:00:00,100 ERROR GET https://first.example.org/ {EXPIRED}",
            "2026-11-26 10:00:01,000 INFO giving up",
            f"2026-11-26 10:07:00,100 ERROR GET https://second.example.org/ {VERIFY}self-signed certificate",
            "2026-11-26 10:07:01,000 ERROR GET https://second.example.org/ certificate verify failed",
            "2026-11-26 10:09:00,000 ERROR the upload timed out",
        ]
    )
    found = read(log)
    assert (found.symptom.name, found.host) == ("self-signed", "second.example.org")
    once = log.replace("10:07:00", "10:00:01").replace("10:07:01", "10:00:02").replace("10:09:00", "10:00:03")
    assert read(once).symptom.name == "expired"


@pytest.mark.parametrize(
    ("text", "symptom", "client"),
    [
        ("localhost:9984: connect: connection refused", "refused", None),
        (f"Azure Traffic Manager: {VERIFY}unable to get local issuer certificate", "unknown-issuer", None),
        (f"Proxy error: Error: {VERIFY}unable to get local issuer certificate", "unknown-issuer", None),
        ("httpx.RequestError: certificate has expired", "expired", "httpx"),
        ("RequestError: unable to verify the first certificate\n at TLSSocket.onConnectSecure",
         "first-certificate-unverified", "Node"),
        ("[Errno 21] Is a directory: '/srv/data': connection refused", "refused", None),
    ],
)  # fmt: skip
def test_a_word_that_means_nothing_by_itself_is_not_taken_for_an_error(
    text: str, symptom: str, client: str | None
) -> None:
    found = read(text)
    assert (found.symptom.name, found.client) == (symptom, client)


@pytest.mark.parametrize(
    "text",
    [
        "ERROR 1045 (28000): Access denied for user 'joe'@'192.0.2.7' (using password: YES)",
        "IsADirectoryError: [Errno 21] Is a directory: '/tmp/x'",
    ],
)
def test_what_says_nothing_of_tls_is_not_known(text: str) -> None:
    assert isinstance(explain(text), Failure)


def test_a_version_is_safe_text() -> None:
    found = read("mysql  Ver 8.0\x07\u202e ERROR 2026 (HY000): SSL connection error: certificate has expired")
    assert found.version == "8.0\\x07\\u202e"


def test_a_code_alone_names_no_client_and_its_line_has_its_words() -> None:
    found = read(" 20\n")
    assert (found.line, found.client, found.openssl_code) == ("20 (unable to get local issuer certificate)", None, 20)
    assert read("17").symptom.name == "runtime-fault"
    assert isinstance(explain("0"), Failure)


def test_a_host_without_a_route_is_unreachable_first() -> None:
    assert read("connect to 192.0.2.7 port 443: No route to host").causes[0].code == "unreachable"


@pytest.mark.parametrize(
    "text",
    [
        "FileNotFoundError: [Errno 2] No such file or directory: '/srv/pki/ca-bundle.crt'",
        "PermissionError: [Errno 13] Permission denied: '/srv/my_ca.pem'",
        "unable to load CA certificates: open /etc/my-app/ca.crt: no such file or directory",
    ],
)
def test_a_file_whose_name_has_a_hyphen_is_a_trust_file_too(text: str) -> None:
    assert read(text).symptom.name == "bundle-unusable"


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("curl: SSL handshake failure", Speaker.CONNECT),
        ("haproxy[99]: 192.0.2.9:40212 [27/Nov/2026:06:00:00.000] fe_https/1: SSL handshake failure",
         Speaker.SERVER_LOG),
        ("[ssl:info] [pid 9] [client 192.0.2.9:4430] AH02039: Certificate Verification: Error (20): unable to get "
         "local issuer certificate", Speaker.SERVER_LOG),
        ("[ssl:info] [pid 9] [remote 192.0.2.5:443] AH02039: Certificate Verification: Error (20): unable to get "
         "local issuer certificate", Speaker.OWN),
        ("[proxy:error] [pid 9] AH00961: HTTPS: failed to enable ssl support for 192.0.2.5:443\n[ssl:info] [pid 9] "
         "[remote 192.0.2.5:443] AH02003: SSL Proxy connect failed\nSSL Library Error: certificate verify failed",
         Speaker.OWN),
    ],
)  # fmt: skip
def test_a_server_that_is_a_client_itself_has_a_verdict_of_its_own(text: str, speaker: Speaker) -> None:
    assert read(text).symptom.speaker is speaker


def test_an_access_list_of_a_database_is_no_verdict_on_a_certificate() -> None:
    denied = 'FATAL: no pg_hba.conf entry for host "192.0.2.9", user "joe", database "x", no encryption'
    assert read(denied).causes[0].code == "alert-access-denied"
    assert read(f"SSL error: certificate verify failed\n{denied}").symptom.name == "verify-failed"
