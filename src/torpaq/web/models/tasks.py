"""Tasks and what is done on them: orders, teams, lanes, days of work, spot tasks, marking, the environment."""

from django.db import models
from django.utils import timezone

from torpaq.web.fields import Shaped
from torpaq.web.models.people import CODE_LENGTH, Account, Organisation, Team
from torpaq.web.models.records import FieldRecord


class Task(Shaped):
    """Work on land that an organisation is given: where, what, how, how deep, when. ``shape`` is its boundary.

    ``brief`` holds what the dossier tells beside these columns, by the names of ``BRIEF`` in
    ``torpaq.operations.tasks.order``; ``contamination`` is of the list ``contamination_type``. ``cost`` is the full
    cost that the accepted report of completion ``cost_record`` told, in ``currency``. The last columns are sums of the
    task's own rows, kept by whoever writes those so that the board needs no counting, the words it searches, folded,
    and its ground: ``|terrain:flat|vegetation:bushes|contamination:ap|``.
    """

    code = models.CharField(max_length=64, unique=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="tasks")
    areas = models.JSONField(default=list, blank=True)
    unit = models.CharField(max_length=CODE_LENGTH, blank=True, db_index=True)
    activity = models.CharField(max_length=64)
    methods = models.JSONField(default=list, blank=True)
    contamination = models.JSONField(default=list, blank=True)
    terrain = models.JSONField(default=list, blank=True)
    vegetation = models.CharField(max_length=64, blank=True)
    required_depth_cm = models.PositiveSmallIntegerField(null=True)
    urgency = models.CharField(max_length=16, default="routine")
    state = models.CharField(max_length=16, default="proposed", db_index=True)
    planned_start = models.DateField(null=True)
    planned_end = models.DateField(null=True, db_index=True)
    issued_on = models.DateField(null=True)
    started_on = models.DateField(null=True)
    completed_on = models.DateField(null=True)
    accepted_on = models.DateField(null=True)
    brief = models.JSONField(default=dict, blank=True)
    original = models.JSONField(default=dict, blank=True)
    author = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    issuer = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    created = models.DateTimeField(default=timezone.now)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    area_m2 = models.FloatField(default=0)
    processed_m2 = models.FloatField(default=0)
    work_days = models.PositiveIntegerField(default=0)
    last_work_on = models.DateField(null=True)
    items_found = models.PositiveIntegerField(default=0)
    days_without_find = models.PositiveIntegerField(default=0)
    critical_open = models.PositiveIntegerField(default=0)
    serious_open = models.PositiveIntegerField(default=0)
    cost = models.FloatField(null=True)
    currency = models.CharField(max_length=16, blank=True)
    cost_record = models.ForeignKey(FieldRecord, on_delete=models.SET_NULL, null=True, related_name="+")
    search_key = models.CharField(max_length=600, blank=True)
    ground_key = models.CharField(max_length=600, blank=True)

    class Meta:
        """Order and indexes."""

        ordering = ("code",)
        indexes = (
            models.Index(fields=["state", "code"], name="task_state_code"),
            models.Index(fields=["state", "planned_end", "code"], name="task_state_end"),
            models.Index(fields=["organisation", "state"], name="task_org_state"),
        )

    def __str__(self) -> str:
        return self.code


class TaskTeam(models.Model):
    """A team on a task, and when: rows of the calendar."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="teams")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="tasks")
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        """Order."""

        ordering = ("task", "since")


class TaskAsset(models.Model):
    """A machine, detector or animal on a task, and when."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="assets")
    asset = models.ForeignKey("torpaq_web.Asset", on_delete=models.CASCADE, related_name="tasks")
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        """Order."""

        ordering = ("task", "since")


class Lane(Shaped):
    """A lane, box or worksite inside a task: the list ``lane_kind``. ``done_on`` once it was searched."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="lanes")
    name = models.CharField(max_length=64)
    kind = models.CharField(max_length=32, default="lane")
    method = models.CharField(max_length=64, blank=True)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, related_name="+")
    area_m2 = models.FloatField(default=0)
    done_on = models.DateField(null=True)
    work_day = models.ForeignKey("torpaq_web.WorkDay", on_delete=models.SET_NULL, null=True, related_name="lanes")
    original = models.JSONField(default=dict, blank=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        """A name is one lane's in its task."""

        ordering = ("task", "name")
        constraints = (models.UniqueConstraint(fields=["task", "name"], name="lane_name"),)


class WorkDay(models.Model):
    """One team's day with one method on a task, from one record of progress. Processed is never released.

    ``accepted`` follows the record's state. ``flags`` are codes of problems that a person should look at.
    """

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="days")
    record = models.OneToOneField(FieldRecord, on_delete=models.CASCADE, null=True, related_name="work_day")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    team = models.CharField(max_length=64, blank=True)
    on = models.DateField()
    activity = models.CharField(max_length=64)
    method = models.CharField(max_length=64)
    unit = models.CharField(max_length=CODE_LENGTH, blank=True)
    area = models.CharField(max_length=CODE_LENGTH, blank=True)
    processed_m2 = models.FloatField(default=0)
    quality_search_m2 = models.FloatField(default=0)
    depth_cm = models.FloatField(null=True)
    persons = models.PositiveIntegerField(default=0)
    hours = models.FloatField(default=0)
    machine_hours = models.FloatField(default=0)
    animal_hours = models.FloatField(default=0)
    stoppage_hours = models.FloatField(default=0)
    stoppages = models.JSONField(default=list, blank=True)
    items_found = models.PositiveIntegerField(default=0)
    accepted = models.BooleanField(default=False)
    flags = models.JSONField(default=list, blank=True)

    class Meta:
        """Order and indexes."""

        ordering = ("on", "pk")
        indexes = (
            models.Index(fields=["task", "on"], name="work_day_task"),
            models.Index(fields=["on", "method"], name="work_day_on"),
            models.Index(fields=["organisation", "on"], name="work_day_organisation"),
            models.Index(fields=["organisation", "activity", "method", "unit", "on"], name="work_day_scope"),
            models.Index(fields=["unit", "on"], name="work_day_unit"),
            models.Index(fields=["organisation", "team", "on"], name="work_day_team"),
        )


class WorkSum(models.Model):
    """The days of a month on a task by one team with one method, summed: figures of a million days read these.

    Kept in step by whoever writes days. ``by_persons_m2`` is what was processed on days with persons at work, and
    ``by_persons_days`` how many days those are; hours, machines and animals likewise. ``lost`` holds hours by cause.
    """

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="work_sums")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    month = models.DateField()
    activity = models.CharField(max_length=64)
    method = models.CharField(max_length=64)
    unit = models.CharField(max_length=CODE_LENGTH, blank=True)
    team = models.CharField(max_length=64, blank=True)
    days = models.PositiveIntegerField(default=0)
    processed_m2 = models.FloatField(default=0)
    quality_search_m2 = models.FloatField(default=0)
    persons = models.PositiveIntegerField(default=0)
    hours = models.FloatField(default=0)
    machine_hours = models.FloatField(default=0)
    animal_hours = models.FloatField(default=0)
    stoppage_hours = models.FloatField(default=0)
    by_persons_m2 = models.FloatField(default=0)
    by_persons_days = models.PositiveIntegerField(default=0)
    by_hours_m2 = models.FloatField(default=0)
    by_hours_days = models.PositiveIntegerField(default=0)
    by_machines_m2 = models.FloatField(default=0)
    by_machines_days = models.PositiveIntegerField(default=0)
    by_animals_m2 = models.FloatField(default=0)
    by_animals_days = models.PositiveIntegerField(default=0)
    with_hours_days = models.PositiveIntegerField(default=0)
    lost = models.JSONField(default=dict, blank=True)

    class Meta:
        """Order and indexes."""

        ordering = ("month", "pk")
        indexes = (models.Index(fields=["month"], name="work_sum_month"),)


class OrdnanceItem(models.Model):
    """One explosive ordnance item, or a lot of equal ones, from find to fate, counted once whoever reports it again.

    ``lon`` and ``lat`` are where it was found, never where it was destroyed.
    """

    uid = models.CharField(max_length=140, unique=True)
    category = models.CharField(max_length=64, db_index=True)
    model = models.CharField(max_length=200, blank=True)
    quantity = models.PositiveIntegerField(default=1)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    x_cm = models.IntegerField(null=True)
    y_cm = models.IntegerField(null=True)
    depth_cm = models.FloatField(null=True)
    condition = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=32, db_index=True)
    disposal = models.CharField(max_length=32, blank=True)
    found_on = models.DateField(db_index=True)
    disposed_on = models.DateField(null=True)
    found_by_method = models.CharField(max_length=64, blank=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="+")
    team = models.CharField(max_length=64, blank=True)
    task = models.ForeignKey(Task, on_delete=models.PROTECT, null=True, related_name="items")
    area = models.CharField(max_length=CODE_LENGTH, blank=True, db_index=True)
    unit = models.CharField(max_length=CODE_LENGTH, blank=True, db_index=True)
    in_released_land = models.BooleanField(default=False)

    class Meta:
        """Order and indexes."""

        ordering = ("-found_on", "uid")
        indexes = (
            models.Index(fields=["x_cm", "y_cm"], name="item_place"),
            models.Index(fields=["found_on", "category"], name="item_found"),
        )


class ItemMention(models.Model):
    """Where an item is told of: the record and the row of its finds. The first mention found it, others repeat it."""

    item = models.ForeignKey(OrdnanceItem, on_delete=models.CASCADE, related_name="mentions")
    record = models.ForeignKey(FieldRecord, on_delete=models.CASCADE, related_name="mentions")
    row = models.PositiveIntegerField()

    class Meta:
        """A row of a record speaks of one item."""

        ordering = ("item", "pk")
        constraints = (models.UniqueConstraint(fields=["record", "row"], name="item_mention_once"),)


class SpotTask(models.Model):
    """An EOD spot task from the call to the answer given to the caller. It releases no land.

    ``people_m`` is how far people are, ``suspected`` what it may be (list ``ordnance_category``), ``detail`` the
    reasons of its urgency, the evacuation and the explosives of its demolition. Caller and contact are the officer's
    and the assigned organisation's alone.
    """

    code = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=16, default="reported", db_index=True)
    urgency = models.CharField(max_length=16, blank=True)
    danger_to = models.JSONField(default=list, blank=True)
    source = models.CharField(max_length=64, blank=True)
    caller = models.CharField(max_length=200, blank=True)
    contact = models.CharField(max_length=200, blank=True)
    told = models.TextField(blank=True)
    suspected = models.CharField(max_length=64, blank=True)
    people_m = models.PositiveIntegerField(null=True)
    place_told = models.TextField(blank=True)
    reported_at = models.DateTimeField(default=timezone.now)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    unit = models.CharField(max_length=CODE_LENGTH, blank=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="spot_tasks")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, related_name="spot_tasks")
    items = models.JSONField(default=list, blank=True)
    action = models.CharField(max_length=32, blank=True)
    evacuated = models.PositiveIntegerField(null=True)
    feedback = models.TextField(blank=True)
    feedback_on = models.DateField(null=True)
    detail = models.JSONField(default=dict, blank=True)
    record = models.ForeignKey(FieldRecord, on_delete=models.PROTECT, null=True, related_name="spot_tasks")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        """Order."""

        ordering = ("-reported_at",)


class MarkingScheme(Shaped):
    """Signs and fence round a hazardous area or a task: planned from the perimeter, put up, looked at, taken away."""

    area = models.CharField(max_length=CODE_LENGTH, db_index=True)
    task = models.ForeignKey(Task, on_delete=models.PROTECT, null=True, related_name="marking")
    system = models.CharField(max_length=32)
    plan = models.JSONField(default=dict, blank=True)
    length_m = models.FloatField(default=0)
    signs = models.PositiveIntegerField(default=0)
    posts = models.PositiveIntegerField(default=0)
    material = models.CharField(max_length=64, blank=True)
    planned_on = models.DateField()
    installed_on = models.DateField(null=True)
    removed_on = models.DateField(null=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        """Order."""

        ordering = ("area", "planned_on")


class MarkingVisit(models.Model):
    """What was done or seen at a scheme on a day: the list ``marking_action``."""

    scheme = models.ForeignKey(MarkingScheme, on_delete=models.CASCADE, related_name="visits")
    on = models.DateField(db_index=True)
    action = models.CharField(max_length=32)
    signs_missing = models.PositiveIntegerField(default=0)
    signs_damaged = models.PositiveIntegerField(default=0)
    gaps_m = models.FloatField(default=0)
    note = models.TextField(blank=True)
    record = models.ForeignKey(FieldRecord, on_delete=models.PROTECT, null=True, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        """Order."""

        ordering = ("scheme", "-on")


class EnvironmentRecord(models.Model):
    """What a task may do to its surroundings, how that is kept small, and how the land was put right (IMAS 07.13)."""

    task = models.OneToOneField(Task, on_delete=models.CASCADE, related_name="environment")
    aspects = models.JSONField(default=list, blank=True)
    measures = models.TextField(blank=True)
    waste = models.JSONField(default=list, blank=True)
    incidents = models.JSONField(default=list, blank=True)
    screened_on = models.DateField(null=True)
    screened_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    restoration = models.TextField(blank=True)
    restored_on = models.DateField(null=True)
