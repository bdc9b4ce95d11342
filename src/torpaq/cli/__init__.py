"""The command line: every stage on a text ledger or a programme, without a server."""

import argparse
import io
import os
import sys
import traceback
from collections.abc import Sequence

from torpaq import __version__
from torpaq.cli import evidence, forms, intake, ledger, places, plan, programme, risk
from torpaq.cli.output import CLEAN, UNUSABLE, UnusableError, unusable
from torpaq.standard.problems import problem

DESCRIPTION = "Torpaq: an accountable ledger of a country's land, and what follows from it."
EPILOG = "Exit status: 0 clean, 1 problems of severity error, 2 unusable input."


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 clean, 1 problems of severity error, 2 unusable input."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that lacks a letter shows a question mark instead
            stream.reconfigure(errors="replace")
    parser = build_parser()
    try:
        chosen = parser.parse_args(arguments)
    except SystemExit as stop:  # argparse has said what is wrong, or shown its help
        return UNUSABLE if stop.code else CLEAN
    if not hasattr(chosen, "run"):
        parser.print_help()
        return UNUSABLE
    try:
        status = _run(chosen)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of a pipe has gone, which is its right
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLEAN
    except KeyboardInterrupt:
        return UNUSABLE
    return status


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of every command; the guide to the command line is checked against it."""
    parser = argparse.ArgumentParser(prog="torpaq", description=DESCRIPTION, epilog=EPILOG)
    parser.add_argument("--version", action="version", version=f"torpaq {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    programme.add_commands(commands)
    intake.add_commands(commands)
    ledger.add_commands(commands)
    places.add_commands(commands)
    forms.add_commands(commands)
    evidence.add_commands(commands)
    risk.add_commands(commands)
    plan.add_commands(commands)
    return parser


def _run(chosen: argparse.Namespace) -> int:
    """Run a chosen command: what it cannot use, or may not touch, becomes problems; so does a mistake of ours."""
    try:
        status: int = chosen.run(chosen)
    except UnusableError as error:
        return unusable(chosen, error)
    except BrokenPipeError:
        raise
    except OSError as error:
        where = str(error.filename or "")
        return unusable(chosen, UnusableError([problem("file_refused", where, reason=error.strerror or str(error))]))
    except Exception as error:
        if os.environ.get("TORPAQ_TRACEBACK"):
            traceback.print_exc()
        detail = str(error).strip().split("\n", maxsplit=1)[0][:200]
        failed = problem("command_failed", "torpaq", kind=type(error).__name__, detail=detail)
        return unusable(chosen, UnusableError([failed]))
    return status
