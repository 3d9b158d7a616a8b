"""Every regular expression that looks at error texts is linear: its own beginnings repeated cost next to nothing.

A repeat without a bound, whose text holds the pattern's beginning again, is tried from each of them to the end.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.limits import own_seconds
from tui_chain.clients import alerts
from tui_chain.clients.quick_pattern import top_level_alternatives
from tui_chain.clients.registry import clients
from tui_chain.clients.spellings import _SYSTEM
from tui_chain.diagnose.explain import explanation, places, reading

op: Any = importlib.import_module("re._constants")
parser: Any = importlib.import_module("re._parser")
_LENGTH = reading.MAX_READ
_MOST = 0.08
"""Seconds of processor time for a text of that length; the square of it takes ten times as long."""
_REPEATS = {op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT}
_LETTERS = "a1 .:/\\"


def _expressions() -> Iterator[str]:
    """Those of clients, alternative by alternative, as they are searched for, and those of the modules."""
    outputs = [client.errors for client in clients() if client.errors is not None]
    signs = [
        *explanation._FIRST_SIGNS,
        *explanation._LAST_SIGNS,
        *(sign for one in outputs for sign in one.cause_signs),
    ]
    whole = [text.pattern for text in _SYSTEM]
    whole += [text.pattern for one in outputs for text in one.texts]
    whole += [text for one in outputs for text in (one.signs, one.server_signs)]
    whole += [text for sign in signs for text in (sign.pattern, sign.absent)]
    yield from (part for text in (*whole, reading._LOGS) if text for part in top_level_alternatives(text))
    yield from (one.version for one in outputs if one.version)
    yield from (form.pattern for form in (*places._FORMS, *places._FILES))
    for module in (reading, places, explanation, alerts):
        yield from (value.pattern for value in vars(module).values() if isinstance(value, re.Pattern))


def _sample(node: Any, letter: int) -> str:
    """A short text that a pattern matches, or nearly."""
    return "".join(_piece(kind, value, letter) for kind, value in node)


def _piece(kind: Any, value: Any, letter: int) -> str:
    if kind is op.LITERAL:
        return chr(value)
    if kind is op.IN:
        found = re.compile("[" + "".join(map(_member, value)) + "]")
        return next((one for one in _LETTERS[letter:] + _LETTERS + '"=-_A' if found.match(one)), "")
    if kind in {op.ANY, op.NOT_LITERAL}:
        return _LETTERS[letter]
    if kind is op.BRANCH:
        return _sample(value[1][letter % len(value[1])], letter)
    if kind in _REPEATS:
        return _sample(value[2], letter) * int(max(value[0], 1))
    return _sample(value[-1], letter) if kind in {op.SUBPATTERN, op.ATOMIC_GROUP} else ""


_CLASSES: dict[Any, str] = {
    op.CATEGORY_DIGIT: r"\d", op.CATEGORY_NOT_DIGIT: r"\D", op.CATEGORY_SPACE: r"\s", op.CATEGORY_NOT_SPACE: r"\S",
    op.CATEGORY_WORD: r"\w", op.CATEGORY_NOT_WORD: r"\W",
}  # fmt: skip


def _member(member: tuple[Any, Any]) -> str:
    kind, value = member
    if kind is op.NEGATE:
        return "^"
    if kind is op.CATEGORY:
        return _CLASSES[value]
    return re.escape(chr(value)) if kind is op.LITERAL else "-".join(re.escape(chr(end)) for end in value)


def _attacks(node: Any, before: str, letter: int) -> Iterator[str]:
    """What stands before an unbounded repeat with one turn of it, over and over; and its turns alone."""
    for kind, value in node:
        if kind in _REPEATS:
            if value[1] is op.MAXREPEAT:
                yield before + _sample(value[2], letter)
                yield _sample(value[2], letter)
            yield from _attacks(value[2], before, letter)
        elif kind is op.SUBPATTERN:
            yield from _attacks(value[-1], before, letter)
        elif kind is op.BRANCH:
            for branch in value[1]:
                yield from _attacks(branch, before, letter)
        before += _piece(kind, value, letter)


@pytest.mark.parametrize("letter", range(0, len(_LETTERS), 2))
def test_every_pattern_is_linear_in_its_own_words(letter: int) -> None:
    for expression in dict.fromkeys(_expressions()):
        compiled = re.compile(expression, re.MULTILINE)
        for attack in set(_attacks(parser.parse(expression), "", letter)) - {""}:
            text = attack * (_LENGTH // len(attack))
            try:
                with own_seconds(_MOST):
                    compiled.sub("", text)
            except AssertionError as error:
                pytest.fail(f"{error}: {expression!r} on {attack!r} repeated")
