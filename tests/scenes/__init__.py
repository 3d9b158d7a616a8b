"""Scenes of the product with fixed certificates and a clock that stands still: for snapshots and for pictures."""
