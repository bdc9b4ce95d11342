"""Quality and release: inspections to come, samples, non-conformities, look-back, certificates, visits afterwards."""

from django.db import models
from django.utils import timezone

from torpaq.web.fields import Shaped
from torpaq.web.models.people import CODE_LENGTH, Account, Organisation, Team
from torpaq.web.models.records import FieldRecord
from torpaq.web.models.tasks import Task


class PlannedInspection(models.Model):
    """An inspection that a rule or a person asks for: the list ``inspection_kind``; done once its record is filed."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, null=True, related_name="inspections")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=32)
    rule = models.CharField(max_length=64)
    reason = models.TextField(blank=True)
    due_on = models.DateField(db_index=True)
    inspector = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="inspections")
    record = models.ForeignKey(FieldRecord, on_delete=models.PROTECT, null=True, related_name="inspections")
    done_on = models.DateField(null=True)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        """Order."""

        ordering = ("due_on", "pk")


class SamplePlan(Shaped):
    """Which squares of a lot are inspected: so many by a stated rule, drawn with a stated seed. ``shape`` is the lot.

    ``parameters`` hold what the number follows from and ``squares`` the drawn ones as ``[column, row]`` of the lot's
    grid, whose origin and side are in ``parameters``; ``power`` is what a pass means, worked out once and kept.
    """

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="samples")
    inspection = models.ForeignKey(PlannedInspection, on_delete=models.SET_NULL, null=True, related_name="samples")
    rule = models.CharField(max_length=64)
    parameters = models.JSONField(default=dict)
    lot_squares = models.PositiveIntegerField()
    sample_squares = models.PositiveIntegerField()
    seed = models.CharField(max_length=64)
    squares = models.JSONField(default=list)
    power = models.JSONField(default=list)
    inspected_squares = models.PositiveIntegerField(null=True)
    failed_squares = models.PositiveIntegerField(null=True)
    record = models.ForeignKey(FieldRecord, on_delete=models.PROTECT, null=True, related_name="samples")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        """Order."""

        ordering = ("-created",)


class NonConformity(models.Model):
    """Something that was not as it has to be: critical, major or minor, with an owner, an action and a verification."""

    code = models.CharField(max_length=64, unique=True)
    severity = models.CharField(max_length=16, db_index=True)
    kind = models.CharField(max_length=64)
    state = models.CharField(max_length=32, default="raised", db_index=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="non_conformities")
    task = models.ForeignKey(Task, on_delete=models.PROTECT, null=True, related_name="non_conformities")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, related_name="+")
    method = models.CharField(max_length=64, blank=True)
    asset = models.CharField(max_length=64, blank=True)
    area = models.CharField(max_length=CODE_LENGTH, blank=True)
    found_on = models.DateField()
    description = models.TextField()
    requirement = models.TextField(blank=True)
    containment = models.TextField(blank=True)
    cause = models.TextField(blank=True)
    action = models.TextField(blank=True)
    owner = models.CharField(max_length=200, blank=True)
    due_on = models.DateField(null=True, db_index=True)
    correction = models.TextField(blank=True)
    verification = models.TextField(blank=True)
    verified_on = models.DateField(null=True)
    verified_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    raised_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    record = models.ForeignKey(FieldRecord, on_delete=models.PROTECT, null=True, related_name="non_conformities")
    record_row = models.PositiveIntegerField(null=True)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        """Order."""

        ordering = ("-found_on", "code")


class LookBack(models.Model):
    """One piece of released land that a critical non-conformity throws doubt on, and what became of the doubt."""

    non_conformity = models.ForeignKey(NonConformity, on_delete=models.CASCADE, related_name="look_back")
    entry_id = models.CharField(max_length=CODE_LENGTH)
    area = models.CharField(max_length=CODE_LENGTH)
    released_on = models.DateField()
    area_m2 = models.FloatField(default=0)
    why = models.CharField(max_length=64)
    state = models.CharField(max_length=16, default="to_check", db_index=True)
    decided_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    decided_on = models.DateField(null=True)
    reason = models.TextField(blank=True)

    class Meta:
        """An entry stands once in a list."""

        ordering = ("non_conformity", "released_on", "entry_id")
        constraints = (models.UniqueConstraint(fields=["non_conformity", "entry_id"], name="look_back_once"),)


class Handover(models.Model):
    """Land given back: what was and what was not cleared, how deep, with which restrictions, and who signed.

    ``contents`` is the certificate as it was signed, in plain values, so that it can be printed again for ever.
    """

    code = models.CharField(max_length=64, unique=True)
    task = models.OneToOneField(Task, on_delete=models.PROTECT, related_name="handover")
    completion = models.ForeignKey(FieldRecord, on_delete=models.PROTECT, null=True, related_name="handovers")
    state = models.CharField(max_length=16, default="accepted", db_index=True)
    not_cleared = models.TextField(blank=True)
    restrictions = models.TextField(blank=True)
    residual_risk = models.TextField(blank=True)
    hotline = models.CharField(max_length=64, blank=True)
    intended_use = models.JSONField(default=list, blank=True)
    languages = models.JSONField(default=list, blank=True)
    beneficiaries = models.JSONField(default=list, blank=True)
    present = models.JSONField(default=dict, blank=True)
    signatures = models.JSONField(default=list, blank=True)
    contents = models.JSONField(default=dict, blank=True)
    prepared_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    signed_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    signed_on = models.DateField(null=True)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        """Order."""

        ordering = ("-created",)


class FollowUp(models.Model):
    """A visit to land that was given back, so many months later."""

    handover = models.ForeignKey(Handover, on_delete=models.CASCADE, related_name="follow_ups")
    months = models.PositiveSmallIntegerField()
    due_on = models.DateField(db_index=True)
    done_on = models.DateField(null=True)
    land_used = models.CharField(max_length=16, blank=True)
    land_use = models.JSONField(default=list, blank=True)
    conflict = models.TextField(blank=True)
    finds = models.PositiveIntegerField(default=0)
    note = models.TextField(blank=True)
    record = models.ForeignKey(FieldRecord, on_delete=models.PROTECT, null=True, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        """Order."""

        ordering = ("due_on", "pk")
