"""Field records: what was submitted, byte by byte; what it was read as; every version; and identities kept apart."""

from django.db import models
from django.utils import timezone

from torpaq.web.fields import Shaped
from torpaq.web.models.batches import Batch
from torpaq.web.models.people import CODE_LENGTH, Account, Device, Organisation

ID_LENGTH = 128
"""The longest id of a version: an instance id of a phone is 41 characters, others have their own."""


class RecordState(models.TextChoices):
    """Where a record stands on its way to being accepted."""

    DRAFTED = "drafted", "Drafted"
    SUBMITTED = "submitted", "Submitted"
    ACCEPTED = "accepted", "Accepted"
    RETURNED = "returned", "Returned"
    WITHDRAWN = "withdrawn", "Withdrawn"


class FieldRecord(Shaped):
    """One record of any form, as it stands: the settled values of all its versions, without what identifies a person.

    ``uid`` is the record's identity for life: the id of its first version. ``subject`` is what it speaks of: the id of
    a hazardous area, or of another record. ``conflicts`` lists elements on which versions disagree and a person must
    decide; ``findings`` what checking found. ``accepted_values`` are
    those that were accepted last, ``accepted_position`` their place in the programme's order of acceptance: a later
    version changes ``values`` and has to be accepted anew. ``shape`` is the (first) boundary, snapped, for the map.
    """

    uid = models.CharField(max_length=ID_LENGTH, unique=True)
    form = models.CharField(max_length=64, db_index=True)
    version = models.CharField(max_length=16)
    state = models.CharField(max_length=16, choices=RecordState.choices, default=RecordState.SUBMITTED, db_index=True)
    values = models.JSONField(default=dict)
    heads = models.JSONField(default=list)
    conflicts = models.JSONField(default=list, blank=True)
    findings = models.JSONField(default=list, blank=True)
    local_id = models.CharField(max_length=CODE_LENGTH, blank=True, db_index=True)
    subject = models.CharField(max_length=CODE_LENGTH, blank=True, db_index=True)
    date_of_information = models.DateField(null=True, db_index=True)
    unit = models.CharField(max_length=CODE_LENGTH, blank=True, db_index=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="records")
    author = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="records")
    device = models.ForeignKey(Device, on_delete=models.PROTECT, null=True, related_name="records")
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, null=True, related_name="records")
    batch_row = models.PositiveIntegerField(null=True)
    accepted_values = models.JSONField(null=True)
    accepted_position = models.PositiveIntegerField(null=True, db_index=True)
    reviewer = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.TextField(blank=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    created = models.DateTimeField(default=timezone.now)
    submitted = models.DateTimeField(null=True)
    decided = models.DateTimeField(null=True)

    class Meta:
        """Order and indexes."""

        ordering = ("-created", "-pk")
        indexes = (
            models.Index(fields=["form", "state"], name="record_form_state"),
            models.Index(fields=["form", "local_id"], name="record_form_local"),
        )

    def __str__(self) -> str:
        return f"{self.form} {self.local_id or self.uid}"


class Identity(models.Model):
    """What identifies people in a record: the vault. Read only with a right of its own, and every reading is noted."""

    record = models.OneToOneField(FieldRecord, on_delete=models.PROTECT, related_name="identity")
    values = models.JSONField(default=dict)


class SubmissionState(models.TextChoices):
    """What became of submitted bytes."""

    KEPT = "kept", "Kept and read"
    WAITING = "waiting", "Waits for the version it was edited from"
    QUARANTINED = "quarantined", "Set aside: the same id came with other bytes, or it could not be read"
    SETTLED = "settled", "Was set aside, a person decided"


class Submission(models.Model):
    """What arrived, as it arrived, for ever: one row for an id and its bytes, however often they were sent.

    ``channel`` is ``openrosa``, ``page``, ``desk`` or ``batch``. The bytes may hold identities: they are shown with the
    right for those alone.
    """

    instance_id = models.CharField(max_length=ID_LENGTH, db_index=True)
    sha256 = models.CharField(max_length=64)
    channel = models.CharField(max_length=16)
    form = models.CharField(max_length=64, blank=True)
    form_version = models.CharField(max_length=16, blank=True)
    content = models.BinaryField()
    state = models.CharField(
        max_length=16, choices=SubmissionState.choices, default=SubmissionState.KEPT, db_index=True
    )
    problems = models.JSONField(default=list, blank=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    device = models.ForeignKey(Device, on_delete=models.PROTECT, null=True, related_name="submissions")
    received = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.TextField(blank=True)

    class Meta:
        """An id and its bytes are one submission, held by the database itself."""

        ordering = ("-received", "-pk")
        constraints = (models.UniqueConstraint(fields=["instance_id", "sha256"], name="submission_once"),)

    def __str__(self) -> str:
        return self.instance_id


class SubmissionFile(models.Model):
    """A photo or document of a submission; ``data`` as sent, an image checked to be one."""

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="files")
    name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    media_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        """The same file of a submission is kept once."""

        constraints = (models.UniqueConstraint(fields=["submission", "name", "sha256"], name="submission_file_once"),)


class RecordVersion(models.Model):
    """One version of a record: what it said and which versions it was edited from. Never changed, never deleted.

    ``record`` is empty while a version it was edited from has not arrived. ``identities`` are this version's own.
    """

    version_id = models.CharField(max_length=ID_LENGTH, unique=True)
    record = models.ForeignKey(FieldRecord, on_delete=models.PROTECT, null=True, related_name="versions")
    bases = models.JSONField(default=list, blank=True)
    form = models.CharField(max_length=64)
    form_version = models.CharField(max_length=16)
    values = models.JSONField(default=dict)
    identities = models.JSONField(default=dict, blank=True)
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, null=True, related_name="versions")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    device = models.ForeignKey(Device, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.TextField(blank=True)
    received = models.DateTimeField(default=timezone.now)

    class Meta:
        """In the order of arrival, which decides nothing."""

        ordering = ("received", "pk")

    def __str__(self) -> str:
        return self.version_id
