"""The JSON form of results: values as JSON has them, and JSON that somebody gives, checked where it is read."""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

from tui_chain.core.text import safe_text
from tui_chain.x509.formats.pem import pem_block

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

SCHEMA = 1
"""Version of every JSON form; it changes only where a key is removed or means something else."""
MAX_MILLISECONDS = 1e12
"""Longest time that a step can take."""

_ESCAPED = 10
"""Characters of the longest escape, `\\U0010ffff`: so much `safe_text` needs for each to cut nothing."""
_SHA256 = re.compile(r"[0-9a-f]{64}")


def uncut(text: str) -> str:
    """Return `text` safe for a terminal, at its whole length."""
    return safe_text(text, _ESCAPED * len(text))


def plain(value: Any) -> Any:
    """Return a value as JSON has it: a dataclass with `as_dict` as that says, bytes in base64, times in ISO 8601."""
    if value is None or isinstance(value, str | int | float):
        return value
    if is_dataclass(value):
        own = getattr(value, "as_dict", None)
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)} if own is None else own()
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, Mapping):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, Sequence):
        return [plain(one) for one in value]
    raise TypeError(f"JSON has no {type(value).__name__}")


def iso(moment: datetime | None) -> str | None:
    """Return an aware time in ISO 8601 and UTC; raises ValueError for one without a zone or beyond UTC."""
    if moment is None:
        return None
    if moment.tzinfo is None:
        raise ValueError(f"the time {moment} has no time zone")
    return in_utc(moment).isoformat()


def in_utc(moment: datetime) -> datetime:
    """Return an aware time in UTC; raises ValueError for one that is before the year 1 or after 9999 there."""
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"the time {moment} is none in UTC, whose years are 1 to 9999") from error


def json_line(value: object) -> str:
    """Return a result as one line of JSON, ASCII only, that begins with the version of its form.

    Raises ValueError for a number that JSON has not.
    """
    return json.dumps({"schema": SCHEMA, **plain(value)}, allow_nan=False)


@dataclass(frozen=True)
class JSONReader:
    """A JSON object whose values are taken by name; `place` says where it stands, as in `served[0].`.

    `what` is said of the whole where a value is wrong, as in `it is not the JSON of a host`.
    """

    values: Mapping[str, Any]
    place: str = ""
    what: str = "a host"

    def wrong(self, name: str, problem: str) -> ValueError:
        """Return the error that says what is wrong with a value."""
        return ValueError(f"it is not the JSON of {self.what}: {uncut(self.place + name)} {problem}")

    def any(self, name: str) -> Any:
        """Return a value of any type."""
        if name not in self.values:
            raise self.wrong(name, "is missing")
        return self.values[name]

    def _of(self, name: str, kind: type[T], expected: str) -> T:
        value = self.any(name)
        # Of its subclasses JSON knows one: a bool is an int and no number
        if type(value) is not kind:
            raise self.wrong(name, f"is not {expected}")
        return value

    def maybe(self, name: str, take: Callable[[JSONReader, str], T]) -> T | None:
        """Return None where null stands, else what `take` returns."""
        return None if self.any(name) is None else take(self, name)

    def object(self, name: str) -> JSONReader:
        """Return an object."""
        return JSONReader(self._of(name, dict, "an object"), f"{self.place}{name}.", self.what)

    def list(self, name: str, take: Callable[[JSONReader, str], T]) -> tuple[T, ...]:
        """Return what `take` returns for each value of a list."""
        given = self._of(name, list, "a list")
        held = JSONReader({f"{name}[{at}]": one for at, one in enumerate(given)}, self.place, self.what)
        return tuple(take(held, one) for one in held.values)

    def objects(self, name: str) -> Iterator[JSONReader]:
        """Yield each object of a list."""
        yield from self.list(name, JSONReader.object)

    def file(self, name: str) -> str:
        """Return the text of a file, which may hold whatever UTF-8 can."""
        text = self._of(name, str, "text")
        if not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
            raise self.wrong(name, "holds half a character")
        return text

    def text(self, name: str) -> str:
        """Return text that is safe for a terminal."""
        text = self._of(name, str, "text")
        if uncut(text) != text:
            raise self.wrong(name, "holds characters that are not safe for a terminal")
        return text

    def key(self, name: str) -> str:
        """Return the name of a value, which somebody else chose: safe text."""
        return JSONReader({"name": name}, self.place, self.what).text("name")

    def flag(self, name: str) -> bool:
        """Return true or false."""
        return self._of(name, bool, "true or false")

    def code(self, name: str) -> int | str:
        """Return a whole number or safe text."""
        value = self.any(name)
        return value if type(value) is int else self.text(name)

    def choice(self, name: str, kind: type[E]) -> E:
        """Return the member of an enumeration that a text names."""
        text = self.text(name)
        try:
            return kind(text)
        except ValueError as error:
            raise self.wrong(name, f"is none of {', '.join(kind)}") from error

    def count(self, name: str) -> int:
        """Return a whole number that is not negative."""
        value = self._of(name, int, "a whole number")
        if value < 0:
            raise self.wrong(name, "is negative")
        return value

    def milliseconds(self, name: str) -> float:
        """Return a number that can be a time."""
        value = self.any(name)
        if type(value) not in (int, float) or not 0 <= value <= MAX_MILLISECONDS:
            raise self.wrong(name, "is not a number of milliseconds")
        return float(value)

    def sha256(self, name: str) -> str:
        """Return a SHA-256."""
        text = self.text(name)
        if _SHA256.fullmatch(text) is None:
            raise self.wrong(name, "is not a SHA-256 in lower-case hexadecimal digits")
        return text

    def moment(self, name: str) -> datetime:
        """Return an aware time, in UTC."""
        text = self.text(name)
        try:
            moment = datetime.fromisoformat(text)
        except ValueError as error:
            raise self.wrong(name, "is not a time in ISO 8601") from error
        if moment.tzinfo is None:
            raise self.wrong(name, "has no time zone")
        try:
            return in_utc(moment)
        except ValueError as error:
            raise self.wrong(name, "is no time in UTC, whose years are 1 to 9999") from error

    def der(self, name: str) -> bytes:
        """Return the DER of one certificate, which stands there as `pem_block` writes it."""
        text = self.file(name)
        try:
            der = base64.b64decode("".join(text.splitlines()[1:-1]), validate=True)
        except ValueError as error:
            raise self.wrong(name, "is not the PEM of a certificate") from error
        if pem_block("CERTIFICATE", der) != text:
            raise self.wrong(name, "is not the PEM of one certificate and nothing else")
        return der

    def texts(self, name: str) -> tuple[str, ...]:
        """Return the texts of a list."""
        return self.list(name, JSONReader.text)

    def whole(self, name: str) -> int:
        """Return a whole number."""
        return self._of(name, int, "a whole number")

    def free(self, name: str) -> dict[str, Any]:
        """Return an object whose form is free: its texts are safe and its numbers finite."""
        self.plain(name)
        return dict(self.object(name).values)

    def octets(self, name: str) -> bytes:
        """Return bytes, which stand there in base64 (RFC 4648 section 4)."""
        try:
            return base64.b64decode(self.text(name), validate=True)
        except ValueError as error:
            raise self.wrong(name, "is not base64") from error

    def plain(self, name: str) -> None:
        """Check that every text in a value is safe and every number finite; its form is free."""
        value = self.any(name)
        if isinstance(value, dict):
            held = self.object(name)
            for key in value:
                held.key(key)
                held.plain(key)
        elif isinstance(value, list):
            self.list(name, JSONReader.plain)
        elif isinstance(value, str):
            self.text(name)
        elif isinstance(value, float) and not math.isfinite(value):
            raise self.wrong(name, "is not a finite number")


def read_line(text: str, what: str, take: Callable[[JSONReader], T]) -> T:
    """Return what `take` makes of the object that `json_line` wrote; raises ValueError where it is none of `what`."""
    try:
        return read_object(json.loads(text), what, take)
    except RecursionError as error:
        raise ValueError(f"it is not the JSON of {what}: it is nested too deeply") from error


def read_object(read: object, what: str, take: Callable[[JSONReader], T]) -> T:
    """Return what `take` makes of an object that was parsed already; raises as `read_line` does."""
    try:
        given = JSONReader(JSONReader({"it": read}, what=what).object("it").values, what=what)
        # True is 1 for Python
        if given.any("schema") is True or given.any("schema") != SCHEMA:
            raise ValueError("it is the JSON of another version")
        return take(given)
    except RecursionError as error:
        raise ValueError(f"it is not the JSON of {what}: it is nested too deeply") from error
