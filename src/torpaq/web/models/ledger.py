"""The ledger, the only truth; hazardous areas, derived and rebuilt at will; and entries that wait for a signature."""

from django.db import models
from django.utils import timezone

from torpaq.land.entry import Kind, Measure, Status
from torpaq.web.fields import Shaped
from torpaq.web.models.people import CODE_LENGTH, Account, Organisation


class LedgerEntry(Shaped):
    """One entry of the ledger. Rows are added and never changed: the database itself refuses UPDATE and DELETE.

    ``line`` is the entry in its canonical text form and is what the hash chain covers; the other columns are the same
    entry, ready to be filtered and read back without parsing. ``shape`` is the snapped polygon that was signed,
    ``written`` its text, ``original`` the coordinates, CRS, notation, method and transformation as they were typed.
    Decimal figures are kept as the text they were written in, so that a row gives back the very entry that was signed.
    """

    position = models.PositiveIntegerField(unique=True)
    entry_id = models.CharField(max_length=CODE_LENGTH, unique=True)
    line = models.TextField()
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    kind = models.CharField(max_length=16, choices=[(k.value, k.value) for k in Kind])
    area = models.CharField(max_length=CODE_LENGTH, blank=True)
    effective = models.DateField()
    recorded = models.DateField()
    contamination = models.PositiveSmallIntegerField(default=0)
    status = models.CharField(max_length=16, blank=True, choices=[(s.value, s.value) for s in Status])
    depth_cm = models.CharField(max_length=24, blank=True)
    written = models.TextField(blank=True)
    unlocated_m2 = models.CharField(max_length=40, blank=True)
    unlocated_unit = models.CharField(max_length=CODE_LENGTH, blank=True)
    record = models.TextField(blank=True)
    approver = models.CharField(max_length=CODE_LENGTH, blank=True)
    operator = models.CharField(max_length=CODE_LENGTH, blank=True)
    method = models.CharField(max_length=CODE_LENGTH, blank=True)
    unit = models.CharField(max_length=CODE_LENGTH, blank=True)
    sector = models.CharField(max_length=CODE_LENGTH, blank=True)
    target = models.CharField(max_length=CODE_LENGTH, blank=True)
    measure = models.CharField(max_length=16, blank=True, choices=[(m.value, m.value) for m in Measure])
    figure_m2 = models.CharField(max_length=40, blank=True)
    since = models.DateField(null=True)
    part_of = models.CharField(max_length=CODE_LENGTH, blank=True)

    author = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    signer = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    original = models.JSONField(default=dict, blank=True)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        """Order and indexes."""

        ordering = ("position",)
        indexes = (
            models.Index(fields=["area", "position"], name="ledger_area"),
            models.Index(fields=["unit", "effective"], name="ledger_unit"),
            models.Index(fields=["operator", "effective"], name="ledger_operator"),
            models.Index(fields=["method"], name="ledger_method"),
            models.Index(fields=["effective"], name="ledger_effective"),
            models.Index(fields=["target"], name="ledger_target"),
        )

    def __str__(self) -> str:
        return self.entry_id


class AreaStatus(models.TextChoices):
    """What a hazardous area is as a whole: the worst that any of its land is."""

    CHA = "cha", "Confirmed hazardous area"
    SHA = "sha", "Suspected hazardous area"
    RELEASED = "released", "All released"
    UNLOCATED = "unlocated", "Known only as a total"
    NONE = "none", "Nothing stands"


class HazardousArea(Shaped):
    """One hazardous area as it stands now, for lists, search and the map. Derived: dropped and rebuilt at will.

    ``shape`` is the rectangle around all its located entries; the areas are square metres of land, each counted once
    whatever its classes. ``mine_status`` and ``erw_status`` are ``cha``, ``sha``, ``released`` or empty. ``held`` is
    exact: doubled µm² by account (mine, erw, land) and status number, flat, see ``torpaq.web.holdings``.
    """

    area = models.CharField(max_length=CODE_LENGTH, unique=True)
    unit = models.CharField(max_length=CODE_LENGTH, blank=True, db_index=True)
    operator = models.CharField(max_length=CODE_LENGTH, blank=True)
    status = models.CharField(max_length=16, choices=AreaStatus.choices, db_index=True)
    mine_status = models.CharField(max_length=16, blank=True)
    erw_status = models.CharField(max_length=16, blank=True)
    sha_m2 = models.FloatField(default=0)
    cha_m2 = models.FloatField(default=0)
    cancelled_m2 = models.FloatField(default=0)
    reduced_m2 = models.FloatField(default=0)
    cleared_m2 = models.FloatField(default=0)
    open_m2 = models.FloatField(default=0)
    released_m2 = models.FloatField(default=0)
    held = models.JSONField(default=list)
    unlocated_m2 = models.FloatField(default=0)
    entry_count = models.PositiveIntegerField(default=0)
    first_effective = models.DateField()
    last_effective = models.DateField(db_index=True)
    last_recorded = models.DateField()
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    search_key = models.CharField(max_length=400, blank=True)

    class Meta:
        """Order and indexes."""

        ordering = ("area",)

    def __str__(self) -> str:
        return self.area


class ProposalState(models.TextChoices):
    """Where a proposed entry stands."""

    DRAFTED = "drafted", "Drafted"
    SUBMITTED = "submitted", "Submitted"
    SIGNED = "signed", "Signed"
    RETURNED = "returned", "Returned"
    WITHDRAWN = "withdrawn", "Withdrawn"


class Proposal(Shaped):
    """An entry that a person drafted and another person may sign. Nothing here is in the ledger yet.

    ``line`` is the entry's text form; ``arithmetic`` the areas before, after and their difference, reckoned against the
    ledger whose last entry has ``base_position`` and ``base_hash``; ``problems`` what that trial found.
    ``field_record`` is the accepted record it was made of and ``reported_m2`` the area that record states.
    """

    state = models.CharField(max_length=16, choices=ProposalState.choices, default=ProposalState.DRAFTED, db_index=True)
    line = models.TextField()
    area = models.CharField(max_length=CODE_LENGTH, blank=True)
    kind = models.CharField(max_length=16)
    original = models.JSONField(default=dict, blank=True)
    arithmetic = models.JSONField(default=dict, blank=True)
    problems = models.JSONField(default=list, blank=True)
    base_position = models.PositiveIntegerField(default=0)
    base_hash = models.CharField(max_length=64, blank=True)
    author = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="proposals")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="proposals")
    signer = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.TextField(blank=True)
    position = models.PositiveIntegerField(null=True)
    field_record = models.ForeignKey(
        "torpaq_web.FieldRecord", on_delete=models.PROTECT, null=True, related_name="proposals"
    )
    reported_m2 = models.FloatField(null=True)
    created = models.DateTimeField(default=timezone.now)
    submitted = models.DateTimeField(null=True)
    decided = models.DateTimeField(null=True)

    class Meta:
        """Order and indexes."""

        ordering = ("-created",)

    def __str__(self) -> str:
        return f"{self.kind} {self.area}"


class ImportBatch(models.Model):
    """One imported file, known by its bytes: the same bytes a second time add nothing."""

    source = models.CharField(max_length=64)
    file_name = models.CharField(max_length=300)
    sha256 = models.CharField(max_length=64, unique=True)
    rows = models.PositiveIntegerField()
    accepted = models.PositiveIntegerField()
    refused = models.PositiveIntegerField()
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    created = models.DateTimeField(default=timezone.now)


class OrdnanceCount(models.Model):
    """Explosive ordnance items found, counted by unit, month, operator and category."""

    unit = models.CharField(max_length=CODE_LENGTH, db_index=True)
    month = models.DateField()
    operator = models.CharField(max_length=CODE_LENGTH, blank=True)
    category = models.CharField(max_length=64)
    items = models.PositiveIntegerField()
    batch = models.ForeignKey(ImportBatch, on_delete=models.PROTECT, null=True, related_name="counts")

    class Meta:
        """Order and indexes."""

        indexes = (models.Index(fields=["month", "unit"], name="ordnance_month_unit"),)
