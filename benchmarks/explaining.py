"""What the explanation of a long log costs beside reading it."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.timing import medians, row
from tui_chain.diagnose.explain.explanation import explain

SIZE = 8 * 1024 * 1024
ERROR = "ssl.SSLError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired"


def run() -> list[tuple[str, str]]:
    """A log of 8 MiB with one error in its middle, read and explained; and one without any."""
    line = "2026-11-26 10:00:00,{:06} INFO request {} done in 12 ms\n"
    noise = "".join(line.format(number, number * 7) for number in range(SIZE // 60))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "app.log")
        rows = []
        for name, text in (("one error in its middle", f"{noise}{ERROR}\n{noise}"), ("no error", noise + noise)):
            file.write_text(text[:SIZE], encoding="utf-8")

            def reading() -> None:
                file.read_bytes().decode("utf-8", "replace")

            def explaining() -> None:
                explain(file.read_bytes().decode("utf-8", "replace"))

            explaining()
            rows.append(
                row(
                    f"explain, a log of 8 MiB with {name} / reading it",
                    medians(explaining, reading, rounds=15),
                    "at most 5",
                )
            )
    return rows
