"""The programme's tables. The ledger is the only truth; hazardous areas are derived and rebuilt at will."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone

from torpaq.land.entry import Kind, Measure, Status
from torpaq.web.fields import Shaped

CODE_LENGTH = 200
"""The longest id, code or name an entry may carry: PostgreSQL's indexes and people's eyes both end somewhere."""


class OrganisationKind(models.TextChoices):
    """What an organisation is in the programme."""

    AUTHORITY = "authority", "Authority"
    OPERATOR = "operator", "Operator"
    DONOR = "donor", "Donor"


class Role(models.TextChoices):
    """What a person may do; ``torpaq.web.accounts`` says which right each role has."""

    VIEWER = "viewer", "Viewer"
    OPERATOR = "operator", "Operator"
    IM_OFFICER = "im_officer", "Information management officer"
    APPROVER = "approver", "Approver"
    ADMIN = "admin", "Administrator"


class Organisation(models.Model):
    """The Authority, an operator or a donor."""

    kind = models.CharField(max_length=16, choices=OrganisationKind.choices)
    code = models.CharField(max_length=32, unique=True)
    name_az = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    name_ru = models.CharField(max_length=200)

    def __str__(self) -> str:
        return self.code

    def name(self, language: str) -> str:
        """The organisation's name in ``az``, ``en`` or ``ru``."""
        return str(getattr(self, f"name_{language}", self.name_en))


class Account(AbstractUser):
    """A person who signs in: one role in one organisation."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="accounts")
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.VIEWER)
    language = models.CharField(max_length=2, default="en")


class Programme(models.Model):
    """What this database holds: one row."""

    name = models.CharField(max_length=200)
    country = models.CharField(max_length=3)
    is_synthetic = models.BooleanField(default=False)
    synthetic_label = models.CharField(max_length=300, blank=True)
    standard_version = models.CharField(max_length=32)
    created = models.DateTimeField(default=timezone.now)


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
    created = models.DateTimeField(default=timezone.now)
    submitted = models.DateTimeField(null=True)
    decided = models.DateTimeField(null=True)

    class Meta:
        """Order and indexes."""

        ordering = ("-created",)

    def __str__(self) -> str:
        return f"{self.kind} {self.area}"


class Audit(models.Model):
    """Who saw or changed what. ``action`` is a lower_snake code, ``subject`` what it was done to."""

    at = models.DateTimeField(default=timezone.now, db_index=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    action = models.CharField(max_length=64)
    subject = models.CharField(max_length=200)
    detail = models.JSONField(default=dict, blank=True)

    class Meta:
        """Order and indexes."""

        ordering = ("-at",)


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


class SignInAttempt(models.Model):
    """A failed sign-in, kept a short while to slow guessing down."""

    at = models.DateTimeField(default=timezone.now, db_index=True)
    username = models.CharField(max_length=150, db_index=True)
    address = models.CharField(max_length=64)
