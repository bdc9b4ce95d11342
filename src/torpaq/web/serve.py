"""Serving a programme on this machine: one process with threads, because they share one land in memory.

Gunicorn where it runs (it needs a Unix), otherwise the standard library's server. Only the loopback address
is bound: a national programme puts its own TLS proxy in front and names its host in ``TORPAQ_HOSTS``.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from importlib.util import find_spec
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from torpaq.standard.problems import Problem, problem

HOST = "127.0.0.1"
THREADS = 8
PATIENCE_S = 60.0
WORKER_TIMEOUT_S = 300  # the first question at a million entries builds the land


def serve(directory: Path, port: int) -> tuple[subprocess.Popen[bytes] | None, list[Problem]]:
    """Start serving a folder's programme and wait until it answers; the caller ends the process.

    Returns no process where the port is taken or the server stops at once.
    """
    if not is_free(port):
        return None, [problem("port_taken", f"{HOST}:{port}", port=port)]
    role = "torpaq_app" if os.environ.get("TORPAQ_DATABASE_URL") else ""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "torpaq.web.settings",
        "TORPAQ_PROGRAMME": str(directory.absolute()),
        "TORPAQ_DATABASE_ROLE": os.environ.get("TORPAQ_DATABASE_ROLE", role),
        "PYTHONPATH": os.pathsep.join(filter(None, [str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH")])),
    }
    process = subprocess.Popen(server_command(port), env=environment)
    if wait_until_it_answers(process, port):
        return process, []
    stop(process)
    return None, [problem("desk_did_not_start", f"{HOST}:{port}", seconds=int(PATIENCE_S))]


@contextmanager
def served(directory: Path, port: int | None = None) -> Iterator[str]:
    """Serve a folder's programme within a ``with`` block and give its address. Raises ``RuntimeError`` if it cannot."""
    chosen = port or free_port()
    process, problems = serve(directory, chosen)
    if process is None:
        raise RuntimeError("; ".join(found.sentence() for found in problems))
    try:
        yield f"http://{HOST}:{chosen}/"
    finally:
        stop(process)


def server_command(port: int) -> list[str]:
    """Return the command that serves on a port."""
    if find_spec("gunicorn") is None or os.name != "posix":
        return [sys.executable, "-m", "torpaq.web.serve", str(port)]
    options = {
        "config": "python:torpaq.web.gunicorn_hooks",
        "bind": f"{HOST}:{port}",
        "workers": 1,
        "worker-class": "gthread",
        "threads": THREADS,
        "timeout": WORKER_TIMEOUT_S,
        "graceful-timeout": 5,
        "log-level": "warning",
    }
    flags = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    return [sys.executable, "-m", "gunicorn", *flags, "torpaq.web.wsgi:application"]


def wait_until_it_answers(process: subprocess.Popen[bytes], port: int) -> bool:
    """Wait until the server answers or ends; say whether it answers."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and process.poll() is None:
        if answers(port):
            return True
        time.sleep(0.1)
    return False


def answers(port: int) -> bool:
    """Say whether a desk answers on a port."""
    connection = HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/alive")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def is_free(port: int) -> bool:
    """Say whether nothing listens on a port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) != 0


def free_port() -> int:
    """Return a port that nothing uses now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a server, kindly first."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class ThreadedServer(ThreadingMixIn, WSGIServer):
    """The standard library's server, one thread a request."""

    daemon_threads = True


class QuietHandler(WSGIRequestHandler):
    """Writes no line for each request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Stay silent."""


def serve_simply(port: int) -> None:
    """Serve with the standard library alone, until the process is ended."""
    from torpaq.web.gunicorn_hooks import start_worker
    from torpaq.web.wsgi import application

    start_worker()
    with make_server(HOST, port, application, ThreadedServer, QuietHandler) as server:
        server.serve_forever()


if __name__ == "__main__":
    serve_simply(int(sys.argv[1]))
