"""The entry point: `sc-analytics` and `python -m sc_analytics_cli`."""

from __future__ import annotations


def main() -> None:
    """Run the command line and exit with the code that errors.py lists."""
    from .cli.app import run

    run()


if __name__ == "__main__":
    main()
