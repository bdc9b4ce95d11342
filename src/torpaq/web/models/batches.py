"""Uploaded files on their way to records, and the work that a process of its own does."""

from django.db import models
from django.utils import timezone

from torpaq.web.models.people import CODE_LENGTH, Account, Organisation


class BatchState(models.TextChoices):
    """Where an uploaded file stands."""

    UPLOADED = "uploaded", "Uploaded: its columns are to be matched"
    CHECKING = "checking", "Being checked"
    CHECKED = "checked", "Checked: to be accepted or left"
    TAKING = "taking", "Its good rows are being taken"
    TAKEN = "taken", "Taken"
    UNDONE = "undone", "Undone"
    CANCELLED = "cancelled", "Cancelled"
    FAILED = "failed", "It could not be read"


class Batch(models.Model):
    """One uploaded file, its bytes as they came, how its columns were matched, and what checking found.

    The bytes, ``columns`` and ``form_version`` give the same rows again at any time: only rows with findings are kept.
    ``source`` names a known source instead of a form. ``counts`` holds rows, good, warned, refused, duplicates,
    unlocated and blank.
    """

    uid = models.CharField(max_length=40, unique=True)
    form = models.CharField(max_length=64, blank=True)
    form_version = models.CharField(max_length=16, blank=True)
    source = models.CharField(max_length=64, blank=True)
    file_name = models.CharField(max_length=300)
    sha256 = models.CharField(max_length=64, db_index=True)
    content = models.BinaryField()
    sheet = models.CharField(max_length=200, blank=True)
    columns = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=16, choices=BatchState.choices, default=BatchState.UPLOADED, db_index=True)
    counts = models.JSONField(default=dict, blank=True)
    findings = models.JSONField(default=list, blank=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="batches")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="batches")
    created = models.DateTimeField(default=timezone.now)
    checked = models.DateTimeField(null=True)
    taken = models.DateTimeField(null=True)
    undone = models.DateTimeField(null=True)

    class Meta:
        """Order."""

        ordering = ("-created", "-pk")

    def __str__(self) -> str:
        return self.uid


class RowVerdict(models.TextChoices):
    """What checking said of a row."""

    WARNED = "warned", "Good, with warnings"
    DUPLICATE = "duplicate", "Possibly there already"
    REFUSED = "refused", "Refused"


class BatchRow(models.Model):
    """A row with findings; good rows without any are not kept, they are read again from the file.

    ``values`` is the row as it stands in the file, cell by cell. ``duplicate_of`` is the uid of the record it may
    repeat; ``take`` is a person's decision to take it all the same.
    """

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    verdict = models.CharField(max_length=16, choices=RowVerdict.choices)
    is_unlocated = models.BooleanField(default=False)
    values = models.JSONField(default=dict, blank=True)
    findings = models.JSONField(default=list)
    duplicate_of = models.CharField(max_length=128, blank=True)
    take = models.BooleanField(default=False)

    class Meta:
        """Rows in the file's order, each once."""

        ordering = ("number",)
        constraints = (models.UniqueConstraint(fields=["batch", "number"], name="batch_row_once"),)


class ColumnMatch(models.Model):
    """How a sender's columns were matched to a form's elements the last time: remembered for the next file."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, null=True, related_name="+")
    form = models.CharField(max_length=64)
    header_sha256 = models.CharField(max_length=64)
    columns = models.JSONField(default=dict)
    changed = models.DateTimeField(default=timezone.now)

    class Meta:
        """One match for an organisation, a form and a header."""

        constraints = (
            models.UniqueConstraint(fields=["organisation", "form", "header_sha256"], name="column_match_once"),
        )


class JobState(models.TextChoices):
    """Where a job stands. The row itself is the queue."""

    QUEUED = "queued", "Waits"
    RUNNING = "running", "Runs"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class Job(models.Model):
    """Work that outlives a page: one process takes queued rows, oldest first, and writes its progress here.

    ``heartbeat`` is written while it runs; a running job without one for a while was killed and is queued again, so
    every kind of job must come to the same end when it is begun anew.
    """

    kind = models.CharField(max_length=32)
    subject = models.CharField(max_length=CODE_LENGTH)
    state = models.CharField(max_length=16, choices=JobState.choices, default=JobState.QUEUED, db_index=True)
    share = models.FloatField(default=0)
    step = models.CharField(max_length=64, blank=True)
    stop_asked = models.BooleanField(default=False)
    attempts = models.PositiveIntegerField(default=0)
    problems = models.JSONField(default=list, blank=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    created = models.DateTimeField(default=timezone.now)
    started = models.DateTimeField(null=True)
    heartbeat = models.DateTimeField(null=True)
    ended = models.DateTimeField(null=True)

    class Meta:
        """Oldest first."""

        ordering = ("pk",)
