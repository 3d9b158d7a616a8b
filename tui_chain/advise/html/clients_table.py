"""What every client family says: as served, and with the bundle alone, in words and with who judged."""

from __future__ import annotations

from collections.abc import Mapping

from tui_chain.advise.html.blocks import table
from tui_chain.advise.html.icons import worded
from tui_chain.advise.html.markup import Content, Markup, foreign, tag
from tui_chain.clients.engines.registry import engine_name
from tui_chain.clients.families import FAMILIES, Family
from tui_chain.clients.registry import stands_for
from tui_chain.clients.verdict import Verdict, Verdicts, reason


def clients_table(served: Verdicts, bundle: Verdicts | None, labels: Mapping[str, str]) -> Markup:
    """Return the matrix of families; `bundle` are the verdicts with the bundle alone, `labels` names by SHA-256."""
    names = ["client family", "as served", *(["with the bundle"] if bundle is not None else []), "judged by"]
    rows = [
        (_family(family), *(_cell(one.get(family.id), labels) for one in (served, bundle) if one), _engine(family))
        for family in FAMILIES
        if family.id in served
    ]
    with_bundle = f"; {_accepting(bundle)} with the bundle as the only trust store" if bundle is not None else ""
    models = "A model is the rules of a library, held against the library itself."
    summary = tag(
        "p", None, f"{_accepting(served)} client families accept the chain as served{with_bundle}. {models}"
    )
    return tag("div", {"class": "matrix"}, summary, table(names, rows, "What client families say"))


def _accepting(verdicts: Verdicts) -> str:
    return f"{sum(one.ok for one in verdicts.values())} of {len(verdicts)}"


def _family(family: Family) -> Content:
    return tag("strong", None, family.name), tag("small", None, stands_for(family.id))


def _engine(family: Family) -> Content:
    if family.model:
        return tag("span", {"class": "badge"}, "model"), f" {engine_name(family).removeprefix('model ')}"
    return engine_name(family)


def _cell(verdict: Verdict | None, labels: Mapping[str, str]) -> Content:
    if verdict is None:
        return "not asked"
    if verdict.ok:
        return worded("good", "accepts")
    at = labels.get(verdict.certificate or "")
    text = reason(verdict)
    return worded("bad", "refuses"), tag("small", None, foreign(text), *((", on ", foreign(at)) if at else ()))
