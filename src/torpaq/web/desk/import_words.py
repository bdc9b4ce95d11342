"""The resolution centre in words: where a file stands, how a column was matched, what was decided of a row."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from torpaq.intake.sources import SYSTEMS
from torpaq.web.batch_steps import CHECK, READ, RUNNING, TAKE, Stage, stage_of
from torpaq.web.batch_taking import LEAVE, NEW, VERSION
from torpaq.web.models import Batch, Job

FIGURES = ("rows", "good", "warned", "duplicates", "refused", "unlocated", "blank", "accepted")


@dataclass(frozen=True, slots=True)
class BatchShown:
    """A batch with its stage, in words, and the job that works on it now."""

    batch: Batch
    stage: Stage
    words: str
    job: Job | None
    figures: list[tuple[str, int]] = field(default_factory=list)

    @property
    def percent(self) -> int:
        """How much of the running job is done, in whole percent."""
        return round(self.job.share * 100) if self.job else 0

    @property
    def percent_words(self) -> str:
        """The percent with their sign."""
        return f"{self.percent}\u00a0%"

    @property
    def doing(self) -> str:
        """What the running job is doing."""
        return stage_doing(self.job) if self.job else ""

    @property
    def may_be_undone(self) -> bool:
        """Say whether it has brought anything that can be taken back."""
        return self.stage is Stage.TAKEN


def shown(batch: Batch, job: Job | None) -> BatchShown:
    """Put a batch into words; ``job`` is its last one."""
    stage = stage_of(batch, job)
    running = job if job and job.state in RUNNING else None
    return BatchShown(batch, stage, stage_name(stage), running, figures_of(batch.counts))


def shown_all(batches: Iterable[Batch]) -> list[BatchShown]:
    """Put batches into words, asking once for the jobs of all."""
    listed = list(batches)
    last: dict[str, Job] = {}
    for job in Job.objects.filter(subject__in=[batch.uid for batch in listed]).order_by("pk"):
        last[job.subject] = job
    return [shown(batch, last.get(batch.uid)) for batch in listed]


def figures_of(counts: Mapping[str, object]) -> list[tuple[str, int]]:
    """Return the counts of rows that say something, by name."""
    names = figure_names()
    told = [(name, counts.get(name)) for name in FIGURES]
    return [(names[name], value) for name, value in told if isinstance(value, int) and (value or name == "rows")]


def figure_names() -> dict[str, str]:
    """Return what rows are counted by."""
    return {
        "rows": _("rows"),
        "good": _("good"),
        "warned": _("with warnings"),
        "duplicates": _("possibly there already"),
        "refused": _("refused"),
        "unlocated": _("without a place"),
        "blank": _("blank, ignored"),
        "accepted": _("taken"),
    }


def stage_name(stage: Stage) -> str:
    """Write where a file stands."""
    names = {
        Stage.READING: _("Being read"),
        Stage.MATCHING: _("Columns to be matched"),
        Stage.CHECKING: _("Being checked"),
        Stage.CHECKED: _("Checked: to be decided"),
        Stage.TAKING: _("Being taken"),
        Stage.TAKEN: _("Taken"),
        Stage.UNDONE: _("Undone"),
        Stage.CANCELLED: _("Not taken"),
        Stage.FAILED: _("Could not be read"),
        Stage.STUCK: _("Stopped on the way"),
    }
    return names[stage]


def stage_doing(job: Job) -> str:
    """Write what a running job is doing."""
    names = {
        READ: _("The file is being read"),
        CHECK: _("The rows are being checked"),
        TAKE: _("The good rows are being taken"),
    }
    return names.get(job.kind, job.kind)


def how_name(how: str) -> str:
    """Write how a column was matched."""
    names = {
        "code_row": _("the file's own row of codes"),
        "map": _("known columns of that system"),
        "code": _("the code of the element"),
        "label": _("the name of the element"),
        "alias": _("another name that people use: please look"),
        "remembered": _("as the last time"),
        "geometry": _("the file's geometry"),
        "chosen": _("you said so"),
    }
    return names.get(how, how)


def part_name(part: str) -> str:
    """Write which part of a point a column holds."""
    names = {
        "": _("whole point"),
        "lat": _("latitude"),
        "lon": _("longitude"),
        "zone": _("UTM zone"),
        "easting": _("easting"),
        "northing": _("northing"),
    }
    return names.get(part, part)


def decisions() -> list[tuple[str, str]]:
    """Return what may be decided of a possible duplicate."""
    return [
        (LEAVE, _("leave out")),
        (NEW, _("take as a new record")),
        (VERSION, _("take as a new version of that record")),
    ]


def source_name(name: str) -> str:
    """Write what a known source is."""
    names = {
        "maxml": _("maXML file of IMSMA"),
        "imsma_ng": _("export of IMSMA NG"),
        "imsma_core": _("feature tables of IMSMA Core"),
    }
    return names.get(name, name)


def is_untried(name: str) -> bool:
    """Say whether a source was built from documentation and has met no real export yet."""
    return name in SYSTEMS
