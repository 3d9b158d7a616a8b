"""`python -m tui_chain.cli`."""

from tui_chain.cli.main import run

if __name__ == "__main__":
    run()
