"""The kept texts as such: whole, of a bounded size, and of no machine."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import pytest

from tests.explain.score import TEXTS

CODES = frozenset(
    [
        "missing-issuer",
        "untrusted-root",
        "interception-likely",
        "self-signed",
        "host-mismatch",
        "ip-not-covered",
        "no-san",
        "expired",
        "ca-expired",
        "not-yet-valid",
        "clock-wrong",
        "weak-signature",
        "weak-key",
        "weak-dh",
        "path-length",
        "not-a-ca",
        "leaf-as-issuer",
        "name-constraints",
        "critical-extension",
        "purpose",
        "strict-aki",
        "strict-criticality",
        "strict-key-usage",
        "incomplete-bundle",
        "ca-file",
        "no-ca-store",
        "client-certificate",
        "own-certificate-weak",
        "no-tls",
        "starttls-port",
        "name",
        "reset",
        "timeout",
        "refused",
        "alert-protocol-version",
        "alert-handshake-failure",
        "alert-unrecognized-name",
        "alert-internal-error",
        "alert-access-denied",
        "legacy-renegotiation",
        "proxy-auth",
        "proxy-refused",
        "proxy-unreachable",
        "proxy-scheme",
    ]
)
"""The causes that situations bring about."""
SPEAKERS = frozenset(("own", "alert", "server-log", "proxy", "file", "name", "connect"))
MOST_BYTES = 1_500_000


@pytest.fixture(scope="module")
def texts() -> list[dict[str, Any]]:
    files = sorted(TEXTS.glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]


def test_every_text_has_causes_that_are_known_and_a_speaker(texts: list[dict[str, Any]]) -> None:
    for text in texts:
        assert text["causes"], text
        assert CODES.issuperset(text["causes"]), text
        assert text["speaker"] in SPEAKERS, text


def test_every_cause_is_there(texts: list[dict[str, Any]]) -> None:
    assert {cause for text in texts for cause in text["causes"]} == CODES


def test_a_host_stands_in_its_text(texts: list[dict[str, Any]]) -> None:
    assert all(text["host"] in text["text"] for text in texts if text["host"] is not None)


def test_no_text_is_there_twice(texts: list[dict[str, Any]]) -> None:
    twice = [text for text, times in Counter(text["text"] for text in texts).items() if times > 1]
    assert not twice


def test_no_text_shows_where_it_was_made(texts: list[dict[str, Any]]) -> None:
    places = re.compile(r"/root/\.(?!cer|crt)|/tmp/|/home/(?!joe/)|tlschain")
    assert not [found for text in texts if (found := places.search(text["text"]))]


def test_the_files_are_small() -> None:
    assert sum(file.stat().st_size for file in TEXTS.glob("*.jsonl")) < MOST_BYTES
