"""The words of a diagnosis: status of a host, severity of a finding, blame."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """Where a host stands; the value is the word in JSON and on screen."""

    COMPLETE = "complete"
    REPAIRABLE = "repairable"
    PARTIAL = "partial"
    UNTRUSTED = "untrusted"
    INCOMPLETE = "incomplete"
    INVALID = "invalid"
    REFUSED = "refused"
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
    CLIENT = "client"
    SERVER_OR_STORE = "server or client store"
    INTERCEPTION = "interception"
    NETWORK = "network"
    NOBODY = "nobody"
