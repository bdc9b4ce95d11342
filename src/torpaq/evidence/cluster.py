"""The same tiles on a Dask cluster: imported only when somebody names one."""

import importlib
import queue
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from typing import Any

from torpaq.evidence.grid import Window
from torpaq.evidence.raster import RasterError, StoppedError

Client = Any  # the library's client, of which the library states no types

FIND_S = 10.0  # a scheduler and a first worker have to answer within
LOST_S = 60.0  # no worker for so long: nobody will come back
LOOK_S = 2.0
AHEAD = 2  # tiles under way for each thread of the cluster


def on_cluster(
    do_tile: Callable[[Any, Window], Any], job: object, tiles: Sequence[Window], address: str, stop: Callable[[], bool]
) -> Iterator[tuple[Window, Any]]:
    """Do tiles on the workers of the scheduler at ``address`` and give each as it is ready; a lost one is done again.

    Raises :class:`RasterError` for a cluster that does not answer or loses all its workers.
    """
    client = _client(address)
    try:
        yield from _results(client, do_tile, job, tiles, address, stop)
    except (OSError, TimeoutError, CancelledError, _lost()) as error:
        raise RasterError("cluster_lost", address) from error
    finally:
        client.close(timeout=FIND_S)


def _client(address: str) -> Client:
    """Return a client with at least one worker behind it."""
    try:
        distributed = importlib.import_module("distributed")
    except ImportError as error:
        raise RasterError("cluster_not_installed", address) from error
    client: Client = None
    try:
        client = distributed.Client(address, timeout=FIND_S, set_as_default=False)
        client.wait_for_workers(1, timeout=FIND_S)
    except (OSError, TimeoutError, ValueError) as error:
        if client is not None:
            client.close(timeout=FIND_S)
        raise RasterError("cluster_unreachable", address) from error
    return client


def _results(
    client: Client,
    do_tile: Callable[[Any, Window], Any],
    job: object,
    tiles: Sequence[Window],
    address: str,
    stop: Callable[[], bool],
) -> Iterator[tuple[Window, Any]]:
    shared = client.scatter(job, broadcast=True, hash=False)
    waiting = iter(tiles)
    running: dict[Any, Window] = {}
    ready: queue.SimpleQueue[Any] = queue.SimpleQueue()
    idle_s = 0.0
    while True:
        while len(running) < _most(client) and (tile := next(waiting, None)) is not None:
            future = client.submit(do_tile, shared, tile, pure=False, retries=1)
            running[future] = tile
            future.add_done_callback(ready.put)
        if not running:
            return
        if stop():
            raise StoppedError("tiles_stopped", address)
        try:
            future = ready.get(timeout=LOOK_S)
        except queue.Empty:
            idle_s = 0.0 if client.nthreads() else idle_s + LOOK_S
            if idle_s >= LOST_S:
                raise RasterError("cluster_lost", address) from None
            continue
        idle_s = 0.0
        yield running.pop(future), future.result()
        future.release()


def _most(client: Client) -> int:
    return int(AHEAD * max(1, sum(client.nthreads().values())))


def _lost() -> type[Exception]:
    """What Dask raises when a tile's workers died again and again, or the scheduler is gone."""
    lost: type[Exception] = importlib.import_module("distributed").KilledWorker
    return lost
