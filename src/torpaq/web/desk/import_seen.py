"""Which uploaded file a page is about: one that the person may see; for everyone else there is none."""

from django.http import Http404

from torpaq.web.batch_steps import batches_seen_by
from torpaq.web.models import Account, Batch


def seen_batch(person: Account, number: int) -> Batch:
    """Return a batch. Raises ``Http404`` where the person may see none of that number."""
    batch = batches_seen_by(person).filter(pk=number).first()
    if batch is None:
        raise Http404
    return batch
