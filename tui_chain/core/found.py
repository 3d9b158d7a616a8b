"""Values that are declared one a module: a folder of small files, where a new one is found by being there."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Collection, Iterator
from typing import TypeVar

T = TypeVar("T")


def declared(package: str, name: str, kind: type[T], others: Collection[str] = ()) -> Iterator[T]:
    """Yield the value called `name` of every module in a package, but for `others` and its folders.

    Raises AttributeError or TypeError for a module that has none of this kind: it is at the wrong place.
    """
    place = importlib.import_module(package).__path__
    for module in pkgutil.iter_modules(place):
        if not module.ispkg and module.name not in others:
            value = getattr(importlib.import_module(f"{package}.{module.name}"), name)
            if not isinstance(value, kind):
                raise TypeError(f"{name} of {package}.{module.name} is no {kind.__name__}")
            yield value
