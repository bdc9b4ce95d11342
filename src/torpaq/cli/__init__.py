"""The command line: every stage on a text ledger or a programme, without a server."""

import argparse
import os
import sys
from collections.abc import Sequence

from torpaq.cli import ledger, places, programme
from torpaq.cli.output import CLEAN, UNUSABLE

DESCRIPTION = "Torpaq: an accountable ledger of a country's land, and what follows from it."
EPILOG = "Exit status: 0 clean, 1 problems of severity error, 2 unusable input."


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 clean, 1 problems of severity error, 2 unusable input."""
    parser = build_parser()
    chosen = parser.parse_args(arguments)
    if not hasattr(chosen, "run"):
        parser.print_help()
        return UNUSABLE
    try:
        status: int = chosen.run(chosen)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of a pipe has gone, which is its right
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLEAN
    except KeyboardInterrupt:
        return UNUSABLE
    return status


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of every command; the reference of the command line is written from it."""
    parser = argparse.ArgumentParser(prog="torpaq", description=DESCRIPTION, epilog=EPILOG)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    programme.add_commands(commands)
    ledger.add_commands(commands)
    places.add_commands(commands)
    return parser
