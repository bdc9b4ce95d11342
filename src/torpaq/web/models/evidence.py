"""Evidence built into layers, and the surfaces made of them: what stands in the programme's folder, and who made it."""

from django.db import models
from django.utils import timezone

from torpaq.web.models.people import CODE_LENGTH, Account


class MakingState(models.TextChoices):
    """Where something that a job makes stands."""

    ASKED = "asked", "Asked for"
    DONE = "done", "Done"
    STOPPED = "stopped", "Stopped"
    FAILED = "failed", "Failed"


class Making(models.Model):
    """Something that a job makes out of evidence: asked for by a person, done, stopped or failed.

    ``asked`` is what the person chose, ``problems`` what was said on the way, ``told`` figures of what was made.
    """

    state = models.CharField(max_length=16, choices=MakingState.choices, default=MakingState.ASKED, db_index=True)
    asked = models.JSONField(default=dict, blank=True)
    told = models.JSONField(default=dict, blank=True)
    problems = models.JSONField(default=list, blank=True)
    head = models.CharField(max_length=64, blank=True)
    entries = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    created = models.DateTimeField(default=timezone.now)
    ended = models.DateTimeField(null=True)

    class Meta:
        """No table of its own."""

        abstract = True
        ordering = ("-pk",)


class EvidenceBuild(Making):
    """One building of the layers; ``digest`` is that of their cards and ``head`` the ledger's last entry then."""


class RiskSurface(Making):
    """A surface made of layers, kept in a folder below the programme's, ``folder`` by name.

    ``digest`` is that of the layers it rests on, ``told`` its manifest with the score card. ``name`` is a person's.
    """

    name = models.CharField(max_length=200, blank=True)
    folder = models.CharField(max_length=CODE_LENGTH, blank=True)
