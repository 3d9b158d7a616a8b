"""Writes the texts: raw ones as they come, and the kept ones from them."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from tests.explain.making.collecting import Made, collect
from tests.explain.making.merging import chosen, line_of, merged
from tests.explain.score import TEXTS


def write_raw(file: Path, labels: Sequence[str], names: Sequence[str], share: tuple[int, int]) -> None:
    """Run the clients; each text is a line of the file as soon as it is there."""
    with file.open("a", encoding="utf-8") as lines:
        for made in collect(labels, names, share):
            lines.write(json.dumps(asdict(made), ensure_ascii=False) + "\n")
            lines.flush()


def keep(files: Sequence[Path]) -> None:
    """Merge raw texts and write what is kept of them: all texts of each client that they hold."""
    lines = (line for file in files for line in file.read_text(encoding="utf-8").splitlines())
    by_client: dict[str, list[Made]] = defaultdict(list)
    for one in merged([_made(line) for line in lines]):
        by_client[one.client].append(one)
    frequency = Counter(frozenset(one.causes) for texts in by_client.values() for one in texts)
    TEXTS.mkdir(exist_ok=True)
    for client, texts in by_client.items():
        (TEXTS / f"{client}.jsonl").write_text("".join(map(line_of, chosen(texts, frequency))), encoding="utf-8")


def _made(line: str) -> Made:
    fields = json.loads(line)
    return Made(**fields | {"causes": tuple(fields["causes"])})
