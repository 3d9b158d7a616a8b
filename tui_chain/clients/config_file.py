"""Where a client's settings of trust stand beside the command line and the code, and what turns its checks off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Syntax(StrEnum):
    """How a configuration file is written, as far as a line of it can be read alone."""

    INI = "ini"
    """`[section]` and `key = value`, also as TOML has them; the key is `section.key`."""
    GIT = "git"
    """INI with `[section "subsection"]`; the key is `section.subsection.key`."""
    LINES = "lines"
    """`key = value` without sections."""
    WORDS = "words"
    """`key value`, with or without a sign or dashes in between and before."""
    YAML = "yaml"
    """`key: value` at any depth, also as JSON has it."""
    OPTIONS = "options"
    """`-Dkey=value` among other options of a JVM."""


ANY = "*"
"""The value of a switch that any value but an empty list turns on."""


@dataclass(frozen=True)
class Switch:
    """What turns a client's verification off: a variable, or a setting of a file, and the values that do so."""

    name: str
    values: tuple[str, ...] = (ANY,)
    variable: bool = True


@dataclass(frozen=True)
class ConfigFile:
    """Where a client reads settings, the strongest place first, and the keys that decide about trust.

    A place is relative to the current folder where it does not say another. In it `~` is the home folder, `^` the
    nearest folder from the current one upwards that has the file, `{NAME}` an environment variable, `{NAME:default}`
    one with a default, `{prefix}` and `{base_prefix}` those of the interpreter, `*` a pattern; `$NAME` is the text of
    a variable, read as a file. A place whose variable is not set does not exist.

    `keys` are patterns (fnmatch, lower case) of keys, each with the name of the client's setting or switch.
    """

    places: tuple[str, ...]
    syntax: Syntax
    keys: Mapping[str, str] = field(default_factory=dict)
