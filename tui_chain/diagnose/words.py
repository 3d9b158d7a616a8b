"""The words of a diagnosis: status of a host, severity of a finding, blame."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """Where a host stands; the value is the word in JSON and on screen."""

    COMPLETE = "complete"
    REPAIRABLE = "repairable"
    INCOMPLETE = "incomplete"
    UNTRUSTED = "untrusted"
    INVALID = "invalid"
    UNREACHABLE = "unreachable"


class Severity(StrEnum):
    """How bad a finding is: clients refuse, some do or soon will, or nobody does."""

    FATAL = "fatal"
    RISK = "risk"
    COSMETIC = "cosmetic"


class Blame(StrEnum):
    """Whose fault it is."""

    SERVER = "server"
    CLIENT_STORE = "client store"
    INTERCEPTION = "interception"
    NETWORK = "network"
    NOBODY = "nobody"
