"""How properties are tried here: without a time for each example, which says nothing on a busy machine."""

from __future__ import annotations

from hypothesis import settings

relaxed = settings(database=None, deadline=None)
