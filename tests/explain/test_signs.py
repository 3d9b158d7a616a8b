"""Every sign of causes decides for some text: none lies in the shade of another, or of the kind of error itself."""

from __future__ import annotations

from tests.diagnose.error_texts import SAMPLES
from tests.explain.score import TEXTS, load
from tui_chain.diagnose.explain.explanation import all_signs, deciding_sign
from tui_chain.diagnose.explain.reading import read

_UNKNOWN = "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: unable to get local issuer certificate"
_MORE = (
    f"[nltk_data] Error loading punkt: <urlopen error {_UNKNOWN}>",
    "in load_verify_locations\nssl.SSLError: [ASN1: NOT_ENOUGH_DATA] not enough data (_ssl.c:4149)",
    f'File "/Library/Frameworks/Python.framework/Versions/3.12/x.py"\n{_UNKNOWN}',
    f'File "C:\\Temp\\_MEI12345\\certifi\\core.py"\n{_UNKNOWN}',
    "FAILED! => Failed to validate the SSL certificate for api.example.org:443. Make sure your managed systems have",
    "Unable to download data from https://rubygems.org/ - SSL_connect returned=1 errno=0: certificate verify failed",
    "C:\\xampp\\a.php: cURL error 60: SSL certificate problem: unable to get local issuer certificate",
    'The "https://getcomposer.org/versions" file could not be downloaded: SSL operation failed with code 1',
    "Certificate chain\n 0 s:CN = a.example\n   i:CN = a.example\nVerify return code: 21 (unable to verify the first "
    "certificate)",
    'Code=-1202 "The certificate for this server is invalid." "<cert(0x7f) s: a.example i: a.example>"\n)',
    'NSURLErrorDomain "The certificate for this server is invalid" NSErrorFailingURLKey=https://api.corp.internal/',
    "ERROR 2026 (HY000): TLS/SSL error: Certificate verification failure: The certificate is NOT trusted.",
    f"a.abcde.mongodb.net:27017: {_UNKNOWN}",
    "a.abcde.mongodb.net:27017: [SSL: TLSV1_ALERT_INTERNAL_ERROR] tlsv1 alert internal error (_ssl.c:1007)",
    "broker certificate could not be verified, verify that ssl.ca.location is correctly configured",
    "certificate verification failed for mx.example.org[192.0.2.1]:25: untrusted issuer /C=US/O=X",
    "#5 [2/3] RUN a\nx509: certificate signed by unknown authority: https://registry-1.docker.io/v2/",
    "unable to get local issuer certificate\nissuer: C=US; O=Let's Encrypt; CN=R11",
    "https://pypi.org/simple: self-signed certificate",
    "https://github.com/x: certificate has expired",
    "https://github.com/x: x509: certificate has expired or is not yet valid",
    "https://a.invalid/: Connection refused",
    "https://a.invalid/: [SSL: WRONG_VERSION_NUMBER] wrong version number",
    "- subject `CN=a.example', issuer `CN=a.example'\n- Status: The certificate issuer is unknown.",
    f"2026-11-27 10:00:00 error setting certificate verify locations\n2026-11-27 10:05:00 {_UNKNOWN}",
)
"""Texts with the signs that none of the kept ones has."""


def test_every_sign_decides_somewhere() -> None:
    texts = [*_MORE, *(one.text for one in SAMPLES), *(one.text for one in load(sorted(TEXTS.glob("*.jsonl"))))]
    readings = [reading for reading in map(read, texts) if reading is not None]
    deciding = {sign for sign in map(deciding_sign, readings) if sign is not None}
    assert [sign for sign in all_signs() if sign not in deciding] == []
