"""The spellings of all clients as such: each can match a folded text, and means one kind of error."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

import pytest

from tui_chain.clients.errors import ErrorKind, fold
from tui_chain.clients.quick_pattern import top_level_alternatives
from tui_chain.clients.registry import clients, error_texts
from tui_chain.clients.spellings import _SYSTEM, spelled_errors
from tui_chain.clients.verify_errors import verify_texts
from tui_chain.diagnose.explain.reading import read

CLASS = re.compile(r"\[(?P<negated>\^?)(?P<members>\]?(?:\\.|[^\]\\])*)\]")
RANGE = re.compile(r"\\.|(\w)-\w")
NO_BLANK = re.compile(r"\\S|\[\^[^\]]* [^\]]*\]")
SYNTAX = re.compile(r"\\.|\(\?P[<=]\w+[>)]|\(\?(?:[a-z]+\)|<?[=!:]|:)")


def flaw(pattern: str) -> str:
    """Why a pattern cannot match a folded text as it was meant, or empty."""
    letters = SYNTAX.sub("", CLASS.sub(_member, pattern)).replace(" ", "x")
    if fold(letters) != letters:
        return "texts have no such letter"
    if "  " in pattern:
        return "texts have single blanks"
    return "a name with a hyphen or an underscore is two words of a text" if NO_BLANK.search(pattern) else ""


def _member(found: re.Match[str]) -> str:
    """A member of a class: one that a text can have where there is any."""
    members = RANGE.sub(lambda each: each[1] or "a", found["members"])
    return "" if found["negated"] else next((one for one in members if fold(one) == one), members)


def test_every_pattern_can_match_a_folded_text() -> None:
    patterns = [text.pattern for text in (*_SYSTEM, *error_texts()) if text.pattern]
    alternatives = {one for pattern in patterns for one in top_level_alternatives(pattern)}
    assert [(one, why) for one in sorted(alternatives) if (why := flaw(one))] == []


@pytest.mark.parametrize(
    "pattern", ["Error", "no_start", "a-b", "“x” expired", "[A-Z]", "cn=`x", "a  b", r"to \S+:", "cn='[^ ]+"]
)
def test_a_pattern_that_cannot_is_found(pattern: str) -> None:
    assert flaw(pattern)


@pytest.mark.parametrize("pattern", [r"\bx\.509\b", "(?<!a)[^'_]{1,9}", "(?P<name>[a-z]+)(?P=name)", "(?:a|['`])"])
def test_a_pattern_that_can_is_none_of_them(pattern: str) -> None:
    assert flaw(pattern) == ""


def test_a_phrase_means_one_kind_of_error() -> None:
    kinds: dict[str, set[ErrorKind]] = defaultdict(set)
    for text in (*_SYSTEM, *error_texts(), *verify_texts()):
        for phrase in text.phrases:
            kinds[fold(phrase)].add(text.kind)
    assert {phrase: found for phrase, found in kinds.items() if len(found) > 1} == {}


def test_no_client_has_a_phrase_twice() -> None:
    known = Counter(fold(phrase) for text in verify_texts() for phrase in text.phrases)
    for client in clients():
        texts = client.errors.texts if client.errors is not None else ()
        own = Counter(fold(phrase) for text in texts for phrase in text.phrases) + known
        assert [phrase for phrase, times in own.items() if times > 1] == [], client.name


def test_every_entry_spells_something_and_its_phrases_are_found() -> None:
    for text in (*_SYSTEM, *error_texts(), *verify_texts()):
        assert text.phrases or text.pattern, text
        for phrase in text.phrases:
            assert text.kind in {one.kind for one in spelled_errors(fold(f"failed: {phrase} - end"))}, phrase


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (
            "--2026-11-27 10:00:00-- https://a.example.org/\nConnecting to corp-proxy.example "
            "(corp-proxy.example)|192.0.2.1|:3999... failed: Connection refused.",
            ErrorKind.PROXY_UNREACHABLE,
        ),
        (
            "https://a.example.org: Failed to connect to corp-gw.example port 3999: refused",
            ErrorKind.PROXY_UNREACHABLE,
        ),
        ("https://a-b.example: Failed to connect to a-b.example port 3999: refused", ErrorKind.REFUSED),
        ("x509: “a.example.org” certificate is not standards compliant", ErrorKind.PURPOSE),
    ],
)
def test_names_with_hyphens_and_quotation_marks_are_read(text: str, kind: ErrorKind) -> None:
    found = read(text)
    assert found is not None
    assert found.kind is kind
