"""The command line. `main` is the entry point; each command imports what it needs when it runs."""

from sanhai.cli.app import main, run_command

__all__ = ["main", "run_command"]
