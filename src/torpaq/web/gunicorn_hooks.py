"""What gunicorn does beside serving: it starts the process that does the jobs, which ends when gunicorn does."""

import subprocess
import sys

preload_app = True
"""The program is loaded once and forked: a web process that was killed is back at once."""


def start_worker() -> "subprocess.Popen[bytes]":
    """Start the process that does the jobs; it watches over its own end."""
    return subprocess.Popen([sys.executable, "-m", "torpaq.web.worker"])


def when_ready(server: object) -> None:
    """Gunicorn's hook: the server listens."""
    start_worker()
