"""The process that does the jobs of a programme: ``python -m torpaq.web.worker``. One is enough; more do no harm.

It ends with the process that started it: a desk that was killed leaves nobody behind.
"""

import os
import time

POLL_S = 0.5
LEFT_BEHIND_S = 60.0


def work(until_parent_ends: bool = True) -> None:
    """Do jobs as they come."""
    import django

    django.setup()
    from django.db import OperationalError, close_old_connections

    from torpaq.web.field.filing import file_left_behind
    from torpaq.web.job_kinds import register_all
    from torpaq.web.jobs import run_next

    register_all()
    parent, looked = os.getppid(), 0.0
    while not until_parent_ends or os.getppid() == parent:
        try:
            close_old_connections()
            if run_next():
                continue
            if time.monotonic() - looked > LEFT_BEHIND_S:
                file_left_behind()
                looked = time.monotonic()
        except OperationalError:  # the database restarts, or is being restored: it comes back
            time.sleep(POLL_S * 4)
        time.sleep(POLL_S)


if __name__ == "__main__":
    work()
