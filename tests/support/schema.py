"""A validator for the part of JSON Schema (draft 2020-12) that the package's schema uses."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

Schema = Mapping[str, Any]

_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "object": dict, "array": list, "string": str, "number": (int, float), "integer": int, "boolean": bool,
    "null": type(None),
}  # fmt: skip
_KNOWN = {
    "$ref", "anyOf", "const", "enum", "type", "minLength", "pattern", "items", "required", "properties",
    "additionalProperties", "$schema", "$defs", "title",
}  # fmt: skip


@cache
def host_schema() -> Schema:
    """The schema of a host, as it lies in the package."""
    text = files("tui_chain.results").joinpath("host.schema.json").read_text(encoding="utf-8")
    found: Schema = json.loads(text)
    return found


def faults(value: object) -> list[str]:
    """Say in what a value is not the JSON of a host, each with its place; empty where it is."""
    return list(_faults(value, host_schema(), "host"))


def _faults(value: object, schema: Schema, place: str) -> Iterator[str]:
    assert set(schema) <= _KNOWN, f"this validator does not know {set(schema) - _KNOWN}"
    if "$ref" in schema:
        yield from _faults(value, host_schema()["$defs"][schema["$ref"].removeprefix("#/$defs/")], place)
    if "anyOf" in schema and all(list(_faults(value, one, place)) for one in schema["anyOf"]):
        yield f"{place}: {value!r} is nothing of what is allowed"
    if "const" in schema and value != schema["const"]:
        yield f"{place}: {value!r} is not {schema['const']!r}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{place}: {value!r} is none of {schema['enum']}"
    if "type" in schema and not _has_type(value, schema["type"]):
        yield f"{place}: {value!r} is no {schema['type']}"
    yield from _inside(value, schema, place)


def _has_type(value: object, wanted: str | list[str]) -> bool:
    names = [wanted] if isinstance(wanted, str) else wanted
    if isinstance(value, bool):
        return "boolean" in names
    return any(isinstance(value, _TYPES[name]) for name in names)


def _inside(value: object, schema: Schema, place: str) -> Iterator[str]:
    if isinstance(value, str):
        if len(value) < schema.get("minLength", 0):
            yield f"{place}: it is too short"
        if not re.search(schema.get("pattern", ""), value):
            yield f"{place}: {value[:80]!r} is not like {schema['pattern']}"
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from _faults(one, schema.get("items", {}), f"{place}[{number}]")
    elif isinstance(value, dict):
        yield from _members(value, schema, place)


def _members(value: Mapping[str, object], schema: Schema, place: str) -> Iterator[str]:
    known, others = schema.get("properties", {}), schema.get("additionalProperties", True)
    yield from (f"{place}: {name} is missing" for name in schema.get("required", ()) if name not in value)
    for name, one in value.items():
        if name in known or isinstance(others, dict):
            yield from _faults(one, known.get(name, others), f"{place}.{name}")
        elif not others:
            yield f"{place}: {name} is not known"
