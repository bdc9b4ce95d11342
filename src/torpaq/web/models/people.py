"""Who works in the programme, and who saw or changed what."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone

CODE_LENGTH = 200
"""The longest id, code or name a row may carry: PostgreSQL's indexes and people's eyes both end somewhere."""


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
    INSPECTOR = "inspector", "Quality inspector"
    APPROVER = "approver", "Approver"
    ADMIN = "admin", "Administrator"


class Organisation(models.Model):
    """The Authority, an operator or a donor. ``type`` says more: a code of the list ``organisation_kind``."""

    kind = models.CharField(max_length=16, choices=OrganisationKind.choices)
    type = models.CharField(max_length=32, blank=True)
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


class Team(models.Model):
    """People of one organisation who work together. ``areas`` are the hazardous areas its phones carry, by their ids.

    A phone carries only its team's slice: what is not named here never leaves for it.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="teams")
    code = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    areas = models.JSONField(default=list, blank=True)

    class Meta:
        """A code is one team's in its organisation."""

        ordering = ("organisation__code", "code")
        constraints = (models.UniqueConstraint(fields=["organisation", "code"], name="team_code"),)

    def __str__(self) -> str:
        return f"{self.organisation.code} {self.code}"


class Device(models.Model):
    """A phone of a team. It signs in with a key of its own, of which only the SHA-256 is kept."""

    name = models.CharField(max_length=200)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="devices")
    key_sha256 = models.CharField(max_length=64, unique=True)
    enrolled_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    enrolled = models.DateTimeField(default=timezone.now)
    expires = models.DateTimeField(null=True)
    revoked = models.DateTimeField(null=True)
    last_contact = models.DateTimeField(null=True)

    class Meta:
        """Order."""

        ordering = ("team", "name")

    def __str__(self) -> str:
        return self.name


class SignInAttempt(models.Model):
    """A failed sign-in, kept a short while to slow guessing down."""

    at = models.DateTimeField(default=timezone.now, db_index=True)
    username = models.CharField(max_length=150, db_index=True)
    address = models.CharField(max_length=64)
