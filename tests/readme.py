"""The parts of the README that are made from the code; `python -m tests.readme` writes them anew."""

from __future__ import annotations

import re
from pathlib import Path

from tui_chain.diagnose.findings.catalogue import markdown_table
from tui_chain.tui.actions import keys_table

README = Path(__file__).parents[1] / "README.md"


def rendered() -> str:
    """The README as it has to be."""
    text = README.read_text(encoding="utf-8")
    table = keys_table()
    return re.sub(
        r"(<!-- keys:.*?-->\n).*?(<!-- /keys -->)", lambda m: f"{m[1]}\n{table}\n\n{m[2]}", text, flags=re.DOTALL
    )


FINDINGS = README.parent / "docs" / "findings.md"


def findings() -> str:
    """The table of findings as it has to be."""
    words = "Every finding there is, made from the catalogue; `tlschain explain CODE` says the same of one."
    return f"# Findings\n\n{words}\n\n{markdown_table().strip()}\n"


if __name__ == "__main__":
    README.write_text(rendered(), encoding="utf-8")
    FINDINGS.parent.mkdir(exist_ok=True)
    FINDINGS.write_text(findings(), encoding="utf-8")
