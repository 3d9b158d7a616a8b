"""What the headless commands do: gather hosts, run their journeys, report as words or JSON."""

from tui_chain.headless.lab import run_lab
from tui_chain.headless.options import Options
from tui_chain.headless.run import run_check, run_fix

__all__ = ["Options", "run_check", "run_fix", "run_lab"]
