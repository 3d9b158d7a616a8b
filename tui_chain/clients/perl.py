"""Perl: IO::Socket::SSL sets PARTIAL_CHAIN, as curl does."""

from __future__ import annotations

from tui_chain.clients.client import Client
from tui_chain.clients.families import FamilyId

CLIENT = Client("Perl", place=260, families={FamilyId.CURL: "Perl"})
