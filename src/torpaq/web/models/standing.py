"""Who may work, and with what: accreditations, people and their certificates, machines, animals, tests, explosives."""

from django.db import models
from django.utils import timezone

from torpaq.web.models.people import CODE_LENGTH, Account, Organisation, Team
from torpaq.web.models.records import FieldRecord


class StateMove(models.Model):
    """One move of anything that has a state: what, from where to where, by whom and why. Rows are only added.

    ``subject`` is the table of moves (``task``, ``accreditation`` …) and ``name`` the thing's own code.
    """

    subject = models.CharField(max_length=32)
    name = models.CharField(max_length=CODE_LENGTH)
    move = models.CharField(max_length=32)
    source = models.CharField(max_length=32, blank=True)
    target = models.CharField(max_length=32)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    on = models.DateField()
    reason = models.TextField(blank=True)
    detail = models.JSONField(default=dict, blank=True)

    class Meta:
        """Order and indexes."""

        ordering = ("pk",)
        indexes = (models.Index(fields=["subject", "name"], name="move_of"),)


class Accreditation(models.Model):
    """What an organisation may do: activity × method × units, in a period. Empty ``method`` or ``units``: all."""

    code = models.CharField(max_length=64, unique=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="accreditations")
    kind = models.CharField(max_length=32)
    activity = models.CharField(max_length=64, blank=True)
    method = models.CharField(max_length=64, blank=True)
    units = models.JSONField(default=list, blank=True)
    state = models.CharField(max_length=32, default="applied", db_index=True)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True, db_index=True)
    conditions = models.TextField(blank=True)
    evaluation = models.TextField(blank=True)
    evaluator = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        """Order."""

        ordering = ("organisation__code", "code")

    def __str__(self) -> str:
        return self.code


class Person(models.Model):
    """Somebody who works for an organisation. Names are seen by that organisation and the Authority alone."""

    code = models.CharField(max_length=64)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="people")
    name = models.CharField(max_length=200)
    sex = models.CharField(max_length=16)
    account = models.OneToOneField(Account, on_delete=models.PROTECT, null=True, related_name="person")
    since = models.DateField(null=True)
    until = models.DateField(null=True)

    class Meta:
        """A code is one person's in the organisation."""

        ordering = ("organisation__code", "code")
        constraints = (models.UniqueConstraint(fields=["organisation", "code"], name="person_code"),)

    def __str__(self) -> str:
        return self.code


class Certificate(models.Model):
    """What a person was trained and examined in: the list ``certificate_kind``."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="certificates")
    kind = models.CharField(max_length=32)
    number = models.CharField(max_length=64, blank=True)
    issuer = models.CharField(max_length=200, blank=True)
    issued_on = models.DateField()
    valid_to = models.DateField(null=True, db_index=True)
    withdrawn_on = models.DateField(null=True)

    class Meta:
        """Order."""

        ordering = ("person", "kind", "-issued_on")


class TeamMember(models.Model):
    """Who works in a team, as what, and when."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="members")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    function = models.CharField(max_length=32)
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        """Order."""

        ordering = ("team", "function", "person")


class Asset(models.Model):
    """A detector, machine, dog or rat: the list ``asset_kind``."""

    code = models.CharField(max_length=64, unique=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="assets")
    kind = models.CharField(max_length=32)
    name = models.CharField(max_length=100, blank=True)
    model = models.CharField(max_length=100, blank=True)
    serial = models.CharField(max_length=100, blank=True)
    tool = models.CharField(max_length=32, blank=True)
    working_depth_cm = models.PositiveSmallIntegerField(null=True)
    state = models.CharField(max_length=32, default="in_use", db_index=True)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, related_name="assets")
    since = models.DateField(null=True)

    class Meta:
        """Order."""

        ordering = ("organisation__code", "kind", "code")

    def __str__(self) -> str:
        return self.code


class AnimalPair(models.Model):
    """A dog or rat with its handler: what is accredited is the two together, for these targets."""

    animal = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="pairs")
    handler = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="animals")
    targets = models.JSONField(default=list, blank=True)
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        """Order."""

        ordering = ("animal", "-since")


class AssetTest(models.Model):
    """A test certificate of an asset, or of an animal with its handler: the list ``asset_test_kind``."""

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="tests")
    pair = models.ForeignKey(AnimalPair, on_delete=models.CASCADE, null=True, related_name="tests")
    kind = models.CharField(max_length=32)
    on = models.DateField()
    valid_to = models.DateField(null=True, db_index=True)
    passed = models.BooleanField()
    depth_cm = models.PositiveSmallIntegerField(null=True)
    tool = models.CharField(max_length=32, blank=True)
    targets = models.PositiveSmallIntegerField(null=True)
    missed = models.PositiveSmallIntegerField(null=True)
    false_indications = models.PositiveSmallIntegerField(null=True)
    soak_days = models.PositiveSmallIntegerField(null=True)
    blind = models.BooleanField(default=False)
    tester = models.CharField(max_length=200, blank=True)
    unit = models.CharField(max_length=CODE_LENGTH, blank=True)
    record = models.ForeignKey(FieldRecord, on_delete=models.PROTECT, null=True, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        """Order."""

        ordering = ("asset", "-on")


class DailyCheck(models.Model):
    """The check of a day before work: a detector on its test piece, an animal's health and test search."""

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="checks")
    on = models.DateField()
    fit = models.BooleanField()
    test_passed = models.BooleanField()
    wind_mps = models.FloatField(null=True)
    temperature_c = models.FloatField(null=True)
    note = models.CharField(max_length=300, blank=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        """One check a day and asset; a later one of the day replaces nothing, it is another row's note."""

        ordering = ("asset", "-on")
        constraints = (models.UniqueConstraint(fields=["asset", "on"], name="daily_check_once"),)


class TrainingSession(models.Model):
    """Training of an animal with its handler."""

    pair = models.ForeignKey(AnimalPair, on_delete=models.CASCADE, related_name="trainings")
    on = models.DateField()
    hours = models.FloatField()
    subject = models.CharField(max_length=200)
    targets = models.PositiveSmallIntegerField(default=0)
    found = models.PositiveSmallIntegerField(default=0)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        """Order."""

        ordering = ("pair", "-on")


class ExplosiveMovement(models.Model):
    """One line of the explosives book: nothing is edited, a mistake is countered by another line.

    ``kind`` is of the list ``explosive_movement``; ``quantity`` in ``unit`` (``kg``, ``m``, ``items``), and for
    ``counted`` what the count found. ``to_store`` is the other store of a transfer.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="explosives")
    store = models.CharField(max_length=64)
    explosive = models.CharField(max_length=100)
    unit = models.CharField(max_length=16)
    kind = models.CharField(max_length=32)
    quantity = models.DecimalField(max_digits=12, decimal_places=3)
    on = models.DateField()
    to_store = models.CharField(max_length=64, blank=True)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, related_name="+")
    task = models.CharField(max_length=64, blank=True)
    record = models.ForeignKey(FieldRecord, on_delete=models.PROTECT, null=True, related_name="+")
    witness = models.CharField(max_length=200, blank=True)
    note = models.CharField(max_length=300, blank=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        """Order."""

        ordering = ("on", "pk")
