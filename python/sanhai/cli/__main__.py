"""`python -m sanhai.cli` is the command line."""

from sanhai.cli import main

if __name__ == "__main__":
    main()
