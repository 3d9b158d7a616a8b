"""Every text of a result, and which of them could act on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import PurePath

from tests.support.unsafe import unsafe_in
from tui_chain.x509.certificate import Certificate
from tui_chain.x509.crl import RevocationList


def unsafe_texts(result: object) -> list[str]:
    """The texts of a result that hold characters which no terminal may get, each with the place it is at."""
    return [f"{place} is {text!r}" for place, text in texts(result, "result") if unsafe_in(text)]


def texts(value: object, place: str) -> Iterator[tuple[str, str]]:
    """Yield the texts in a value with their places; what a certificate says has tests of its own."""
    if isinstance(value, str | PurePath):
        yield place, str(value)
    elif isinstance(value, Certificate | RevocationList):
        yield f"{place}.label", value.label
    elif is_dataclass(value) and not isinstance(value, type):
        for one in fields(value):
            yield from texts(getattr(value, one.name), f"{place}.{one.name}")
    elif isinstance(value, Mapping):
        for key, held in value.items():
            yield from texts(key, f"{place} key")
            yield from texts(held, f"{place}[{key!r}]")
    elif isinstance(value, list | tuple | set | frozenset):
        for number, held in enumerate(value):
            yield from texts(held, f"{place}[{number}]")
