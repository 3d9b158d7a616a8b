"""What the app does for the screens that look at files."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from tui_chain.audit.audit import Auditor
from tui_chain.audit.refresh import Refreshed
from tui_chain.core.failure import Failure
from tui_chain.engine.host_state import Clock
from tui_chain.repair.file_header import Header
from tui_chain.trust.store import TrustStore
from tui_chain.tui.background import in_background
from tui_chain.tui.screens.looking import Looked, look, open_path


@dataclass(frozen=True)
class Desk:
    """The app's services: `public` loads the store that everybody has and may block, `copy` fills the clipboard.

    `question` says what looking after a bundle would do, to be agreed to; `refresh` does it. `stands` hears where a
    bundle stands that works for these targets.
    """

    public: Callable[[], TrustStore | Failure]
    clock: Clock
    copy: Callable[[str, str], Awaitable[None]]
    question: Callable[[Header], str | Failure]
    refresh: Callable[[bytes, Header], Awaitable[Refreshed | Failure]]
    stands: Callable[[Path, tuple[str, ...]], None]

    async def auditor(self) -> Auditor | Failure:
        """An auditor for the time that it is now."""
        public = await in_background(self.public, "store")
        return public if isinstance(public, Failure) else Auditor(public, self.clock())

    async def open(self, path: Path) -> Looked | tuple[Path, ...] | Failure:
        """Audit a file, or list a folder's trust files, off the event loop."""
        auditor = await self.auditor()
        return (
            auditor
            if isinstance(auditor, Failure)
            else await in_background(lambda: open_path(path, auditor), "audit")
        )


async def look_quietly(path: Path, auditor: Auditor) -> Looked | Failure:
    """Audit a file off the event loop."""
    return await in_background(lambda: look(path, auditor), "audit")
