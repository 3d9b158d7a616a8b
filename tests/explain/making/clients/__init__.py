"""The clients that write the kept texts, a module a family, found by being there."""

from __future__ import annotations

from tests.explain.making.client import Client
from tui_chain.core.found import declared

CLIENTS: tuple[Client, ...] = tuple(one for found in declared(__name__, "CLIENTS", tuple, set()) for one in found)
