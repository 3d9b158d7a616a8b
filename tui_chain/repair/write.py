"""Putting a bundle, or results, on disk: whole or not at all, and never over a file unseen (law 4)."""

from __future__ import annotations

import difflib
import errno
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tui_chain.core.failure import Failure
from tui_chain.core.system import keep_owner, set_mode, sync_folder
from tui_chain.core.temporary_file import clear_abandoned, synced_file, temporary_file
from tui_chain.core.text import safe_text
from tui_chain.repair.difference import CertificateDifference, certificate_difference
from tui_chain.repair.file_header import same_but_notes
from tui_chain.repair.header_lines import with_file_name
from tui_chain.x509.formats.private_keys import holds_private_key

NEW_FILE_MODE = 0o644
"""Rights of a new bundle, less what the umask takes: it holds nothing secret, and services run as other users."""
MAX_BACKUPS = 1000
MAX_REPLACED = 16 << 20
"""Bytes of an existing file that is shown and replaced."""
MAX_COMPARED = 1 << 20
"""Bytes of two files together that are compared line by line; two whole trust stores have half of it."""
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}
"""What file systems say that have no hard links: FAT, and some over a network."""


@dataclass(frozen=True)
class WritePlan:
    """What writing would do: `path` as resolved through links, the new bytes, and the old ones or None."""

    path: Path
    data: bytes
    old: bytes | None

    @property
    def unchanged(self) -> bool:
        """Whether the file holds this already: the same bytes, but for notes of which program found what where."""
        return self.old == self.data or (self.old is not None and same_but_notes(self.old, self.data))

    def difference(self) -> tuple[str, ...]:
        """The lines that would go (`- `) and come (`+ `), with two lines around them, as safe text.

        Of files that would take seconds to compare one line says so.
        """
        if len(self.old or b"") + len(self.data) > MAX_COMPARED:
            return ("@@ too large to be compared line by line @@",)
        old, new = (_lines(data) for data in (self.old or b"", self.data))
        found = difflib.unified_diff(old, new, lineterm="", n=2)
        return tuple(line for line in found if not line.startswith(("---", "+++")))

    @property
    def is_text(self) -> bool:
        """Whether both files are text, so that `difference` tells something."""
        return not any(b"\0" in data[:1024] for data in (self.old or b"", self.data))

    def certificates(self) -> CertificateDifference:
        """The certificates that would come, stay and go."""
        return certificate_difference(self.old or b"", self.data)


def _lines(data: bytes) -> list[str]:
    return [safe_text(line) for line in data.decode("utf-8", "replace").split("\n")]


def plan_write(path: Path, data: bytes) -> WritePlan | Failure:
    """Look at what stands at `path`, without touching it; a file of ours gets its own path into its comments."""
    shown = safe_text(str(path))
    try:
        real = _writable(path)
        if isinstance(real, Failure):
            return real
        data = with_file_name(data, path)
        if not real.exists():
            return WritePlan(real, data, None)
        if real.stat().st_size > MAX_REPLACED:
            return Failure("file", f"{shown} is larger than 16 MiB; that is no bundle.", "Name another file.")
        old = real.read_bytes()
        return _holds_key(path) if holds_private_key(old) else WritePlan(real, data, old)
    except (OSError, RuntimeError, ValueError) as error:
        return _unseen(path, error)


def _writable(path: Path) -> Path | Failure:
    """A path as resolved through links, where a regular file is or can be; raises OSError and ValueError."""
    shown = safe_text(str(path))
    if shown != str(path) and not str(path).isprintable():
        return Failure("file", f"The name {shown} has control characters.", "Name a file without them.")
    real = Path(os.path.realpath(os.path.expanduser(path)))  # noqa: PTH111 - Path's raises for a user that is none
    if real.is_dir():
        return Failure("file", f"{shown} is a folder.", "Name a file in it.")
    if not real.parent.is_dir():
        return Failure("file", f"The folder of {shown} does not exist.", "Make it first, or name another.")
    if real.exists() and not real.is_file():
        return Failure("file", f"{shown} is no regular file.", "Name another file.")
    return real


def _holds_key(path: Path) -> Failure:
    shown = safe_text(str(path))
    return Failure("file", f"{shown} holds a private key; it is neither shown nor replaced.", "Name another file.")


def _unseen(path: Path, error: Exception) -> Failure:
    shown = safe_text(str(path))
    return Failure("file", f"{shown} cannot be looked at: {_reason(error)}.", "Check the path and its rights.")


@dataclass(frozen=True)
class StreamPlan:
    """A file that results are to be written to: `path` as resolved through links, and whether one stands there."""

    path: Path
    exists: bool


def plan_stream(path: Path, *, replace: bool) -> StreamPlan | Failure:
    """Look at what stands at `path`, before anything is probed; an existing file is refused without `replace`.

    Results are made anew by every run, unlike a bundle: how they differ from those of the last is not shown.
    """
    try:
        real = _writable(path)
        if isinstance(real, Failure):
            return real
        if not real.exists():
            return StreamPlan(real, exists=False)
        if not replace:
            return Failure("exists", f"{safe_text(str(path))} exists.", "Add --replace to replace it.")
        with real.open("rb") as file:
            start = file.read(MAX_COMPARED)
        return _holds_key(path) if holds_private_key(start) else StreamPlan(real, exists=True)
    except (OSError, RuntimeError, ValueError) as error:
        return _unseen(path, error)


@contextmanager
def streamed(plan: StreamPlan) -> Iterator[Callable[[bytes], None]]:
    """Give what adds bytes to a new file; when the block ends well it stands at the path, at once and whole.

    An old file stays as it is until then, and where the block fails; its rights and owner are kept. Raises OSError,
    FileExistsError where somebody else has made one meanwhile.
    """
    with temporary_file(plan.path.parent, NEW_FILE_MODE) as file:
        yield file.write
        if plan.exists:
            file.sync(partial(_keep_rights, plan.path))
            file.path.replace(plan.path)
        else:
            file.sync()
            _place(file.path, plan.path)
    sync_folder(plan.path.parent)


def plan_merge(path: Path, merged: Callable[[bytes], bytes | Failure]) -> WritePlan | Failure:
    """Plan to write at `path` what `merged` makes of the bytes that stand there."""
    standing = plan_write(path, b"")
    if isinstance(standing, Failure):
        return standing
    data = merged(standing.old or b"")
    return data if isinstance(data, Failure) else WritePlan(standing.path, with_file_name(data, path), standing.old)


def numbered(path: Path, number: int) -> Path:
    """Name the file of that number beside `path`: NAME-2 before the suffix."""
    return path.with_name(f"{path.stem}-{number}{path.suffix}")


def free_name(path: Path) -> Path:
    """Name a file beside `path` that does not exist: NAME-2, NAME-3 and so on before the suffix."""
    names = (numbered(path, number) for number in range(2, MAX_BACKUPS))
    return next((name for name in names if not os.path.lexists(name)), path)


def write(plan: WritePlan, *, replace: bool, backup: bool = False) -> Path | Failure:
    """Write as planned and return the path; the old file stays whole until the new one stands.

    Without `replace` an existing file is never touched. With it, only the bytes that the plan showed are
    replaced; its rights and owner are kept, and with `backup` the old file stays as NAME.bak, or .bak1 and so on
    where that is taken. A temporary file in the same folder, fsync, atomic rename.
    """
    if plan.unchanged:
        clear_abandoned(plan.path.parent)
        return plan.path
    if plan.old is not None and not replace:
        return _exists(plan.path)
    try:
        with _temporary(plan) as temporary:
            if plan.old is None:
                _place(temporary, plan.path)
            elif plan.path.read_bytes() != plan.old:
                shown = safe_text(str(plan.path))
                return Failure(
                    "file", f"{shown} has changed since it was shown.", "Look again before it is replaced."
                )
            else:
                _replace(plan, temporary, backup=backup)
        sync_folder(plan.path.parent)
    except FileExistsError:
        return _exists(plan.path)
    except OSError as error:
        shown = safe_text(str(plan.path))
        return Failure(
            "file", f"{shown} cannot be written: {_reason(error)}.", "Name another folder, or free some space."
        )
    return plan.path


def write_all(plans: tuple[WritePlan, ...], *, replace: bool, backup: bool) -> Failure | None:
    """Write files, the first last; stop at the first failure and return it."""
    results = (write(plan, replace=replace, backup=backup) for plan in reversed(plans))
    return next((result for result in results if isinstance(result, Failure)), None)


def _replace(plan: WritePlan, temporary: Path, *, backup: bool) -> None:
    """Rename the new file to the old one's name; a backup that was made for nothing is taken back."""
    made = _back_up(plan) if backup else None
    try:
        temporary.replace(plan.path)
    except OSError:
        if made is not None:
            made.unlink(missing_ok=True)
        raise


def _back_up(plan: WritePlan) -> Path | None:
    """Give the old file a second name, which it keeps when its first one goes to the new file.

    Returns the name, or None where it has one: a run that was killed before it replaced the file gave it that.
    """
    for number in range(MAX_BACKUPS):
        name = plan.path.with_name(f"{plan.path.name}.bak{number or ''}")
        try:
            _link(plan, name)
        except FileExistsError:
            if os.path.samestat(name.lstat(), plan.path.lstat()):
                return None
            continue
        return name
    raise OSError(errno.EEXIST, f"{MAX_BACKUPS} backups are there already")


def _link(plan: WritePlan, name: Path) -> None:
    """Make a hard link of the old file, or a copy where there are none; raises FileExistsError."""
    try:
        os.link(plan.path, name)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        with synced_file(name.parent, plan.old or b"", prepare=partial(_keep_rights, plan.path)) as copy:
            _place(copy, name)


def _place(temporary: Path, path: Path) -> None:
    """Give a new file its name; raises FileExistsError where another has it by now."""
    try:
        os.link(temporary, path)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        # without hard links the name is taken first, and given over then
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, NEW_FILE_MODE))
        try:
            temporary.replace(path)
        except OSError:
            path.unlink(missing_ok=True)
            raise


def _exists(path: Path) -> Failure:
    return Failure("exists", f"{safe_text(str(path))} exists.", "Agree to replace it, or name another file.")


def _reason(error: Exception) -> str:
    return safe_text((error.strerror if isinstance(error, OSError) and error.strerror else str(error)).lower(), 120)


def _temporary(plan: WritePlan) -> AbstractContextManager[Path]:
    """A synced file beside the target with its bytes and rights; removed if it was not moved away."""
    folder = plan.path.parent
    if plan.old is None:
        return synced_file(folder, plan.data, NEW_FILE_MODE)
    return synced_file(folder, plan.data, prepare=partial(_keep_rights, plan.path))


def _keep_rights(path: Path, descriptor: int) -> None:
    """Give an open file the owner and the rights of that at `path`; rights last, since a new owner changes them."""
    old = path.stat()
    keep_owner(descriptor, old)
    set_mode(descriptor, stat.S_IMODE(old.st_mode))
