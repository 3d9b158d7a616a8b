"""`python -m tests.scenes FOLDER` draws the pictures; `--data` makes their certificates anew."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from pathlib import Path

from tests.scenes.gallery import draw_all
from tests.scenes.reports import draw_reports
from tests.scenes.world import make_data

if __name__ == "__main__":
    for name in list(os.environ):
        if name.startswith(("NO_COLOR", "TEXTUAL", "SSH_", "COLORTERM", "FORCE_COLOR")):
            del os.environ[name]
    os.environ["TERM"] = "xterm-256color"
    if sys.argv[1] == "--data":
        make_data()
    else:
        folder = Path(sys.argv[1]).absolute()
        folder.mkdir(exist_ok=True)
        asyncio.run(draw_all(folder))
        if shutil.which("chromium") is not None:
            asyncio.run(draw_reports(folder))
