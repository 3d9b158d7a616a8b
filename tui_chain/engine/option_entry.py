"""What an option is: its flags, its value, and what may be wrong with that."""

import math
from collections.abc import Callable
from typing import Literal, NamedTuple

from tui_chain.core.text import safe_text

ValueType = Literal["switch", "text", "path", "seconds", "count", "choice", "optional", "url", "expiry"]
"""What stands behind an option: nothing (a switch), text, a path, a number of seconds, a count, one of some, a URL,
a time before the end of a certificate.

Of an `optional` one the value stands behind `=`; the flag alone is `ALL`. A `url` may be left out where nothing or
another option follows; the flag alone is `ENVIRONMENT`.
"""


def _any(_value: object) -> str | None:
    """Refuse nothing."""
    return None


def is_number(value: object) -> str | None:
    """Say what is wrong with a number; nan passes every range."""
    return "nan is no number of seconds." if isinstance(value, float) and math.isnan(value) else None


def is_consent(value: object) -> str | None:
    """Say what is wrong with places that are allowed."""
    from tui_chain.net.addresses import problem_of_places  # few need it, and help does without

    return problem_of_places(value) if isinstance(value, tuple) else None


def is_protocol(value: object) -> str | None:
    """Say what is wrong with the name of a protocol with STARTTLS."""
    if value is None:
        return None
    from tui_chain.net.starttls.registry import protocol_names, protocols  # few need it, and help does without
    from tui_chain.net.target import AUTO

    if value == AUTO or value in protocol_names():
        return None
    return f"there is no such protocol; there are {', '.join(protocols())} and {AUTO}."


def is_shard(value: object) -> str | None:
    """Say what is wrong with a part of a list, as in `2/5`."""
    if value is None or read_shard(str(value)) is not None:
        return None
    return f"{safe_text(str(value), 40)} is no part of a list; write the second of five parts as 2/5."


def read_shard(text: str) -> tuple[int, int] | None:
    """Read a part of a list: its number, counted from 1, and how many there are; None where it is none."""
    parts = text.split("/")
    if len(parts) != 2 or not all(part.isascii() and part.isdigit() and len(part) < 7 for part in parts):
        return None
    number, of = map(int, parts)
    return (number, of) if 1 <= number <= of else None


class OptionEntry(NamedTuple):
    """An option: `name` is its keyword, as the Python API has it.

    `metavar` stands for the value in the help. `least` and `most` bound a number, `choices` are all values of a
    choice. `stores` is what a switch puts into `name`, for several switches of one keyword that exclude each other.
    `carried` says that what it sets holds for the commands that are printed too, where they take it.
    `setting` says that the config file gives it where no option does (`settings`), under the same name.
    `problem` returns what is wrong with a value that passed its type, as a sentence, or None.
    """

    name: str
    flags: tuple[str, ...]
    help: str
    value: ValueType = "switch"
    metavar: str | None = None
    default: str | float | None = None
    multiple: bool = False
    required: bool = False
    choices: tuple[str, ...] = ()
    least: float = 0
    most: float = 0
    stores: str | None = None
    carried: bool = False
    setting: bool = False
    problem: Callable[[object], str | None] = _any
