"""What jobs do for uploaded files: look into one, check it, take its good rows."""

from collections.abc import Callable

from torpaq.intake.batches.rows import Progress, Stop
from torpaq.web.batch_checking import check, look
from torpaq.web.batch_steps import CHECK, READ, TAKE
from torpaq.web.batch_taking import take
from torpaq.web.jobs import Telling, job
from torpaq.web.models import Batch, BatchState, Job


@job(READ)
def read_batch(work: Job, telling: Telling) -> None:
    """Look into an uploaded file."""
    _work_on(work, telling, BatchState.UPLOADED, look)


@job(CHECK)
def check_batch(work: Job, telling: Telling) -> None:
    """Check a matched file."""
    _work_on(work, telling, BatchState.CHECKING, check)


@job(TAKE)
def take_batch(work: Job, telling: Telling) -> None:
    """Take the good rows of a checked file."""
    _work_on(work, telling, BatchState.TAKING, lambda batch, progress, stop: take(batch, work.account, progress, stop))


def _work_on(work: Job, telling: Telling, state: BatchState, step: Callable[[Batch, Progress, Stop], None]) -> None:
    """Work on a batch that still waits for it."""
    batch = Batch.objects.filter(uid=work.subject, state=state).first()
    if batch is not None:
        step(batch, lambda share: telling.progress(share, work.kind), telling.stop)
