"""`tlschain config`: where the config file is, and what is wrong in it."""

from __future__ import annotations

from tui_chain.cli.output import FOUND, OK, emit
from tui_chain.core.command import hinted
from tui_chain.core.text import plural, safe_text
from tui_chain.engine.settings import UserSettings, example, missing_files, read_settings


def print_example() -> int:
    """Print a config file with every setting and every key as comments."""
    emit(example().rstrip("\n"))
    return OK


def run_config() -> int:
    """Print the path of the config file, then that it is fine, or a line for each thing that is wrong."""
    settings = read_settings()
    emit(safe_text(str(settings.path), 4096))
    wrong = (*settings.notices, *missing_files(settings))
    if wrong:
        emit("\n".join(wrong))
        return FOUND
    emit(_summary(settings))
    return OK


def _summary(settings: UserSettings) -> str:
    if not settings.exists:
        return f"There is no such file; {hinted('config', '--example')} prints one."
    return f"It is fine: {', '.join(_parts(settings)) or 'it sets nothing'}."


def _parts(settings: UserSettings) -> list[str]:
    """What is set, in few words."""
    parts = [f"trust {safe_text(', '.join(settings.trust))}"] if settings.trust else []
    parts += [f"timeout {settings.timeout:g} s"] if settings.timeout is not None else []
    parts += [f"jobs {settings.jobs}"] if settings.jobs is not None else []
    parts += [f"warn days {settings.warn_days}"] if settings.warn_days is not None else []
    parts += [f"pool {safe_text(', '.join(map(str, settings.pool)))}"] if settings.pool else []
    parts += [f"theme {safe_text(settings.theme)}"] if settings.theme else []
    return [*parts, f"keys of {plural(len(settings.keymap), 'action')}"] if settings.keymap else parts
