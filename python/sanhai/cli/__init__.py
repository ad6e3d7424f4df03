"""The command line. `main` is the entry point; each command imports what it needs when it runs."""

from sanhai.cli.app import app, main

__all__ = ["app", "main"]
