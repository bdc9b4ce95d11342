"""What happened to a record: its versions with what each changed, who saw it, and what it would bring to the ledger."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils import timezone

from torpaq.intake.record.context import Context
from torpaq.intake.record.proposing import propose
from torpaq.land.entry import Entry, Located
from torpaq.standard.problems import Problem
from torpaq.web.accounts import note
from torpaq.web.desk.record_drafts import work_on
from torpaq.web.desk.record_words import Change, changes_between, form_of, geojson
from torpaq.web.live import live_land
from torpaq.web.models import Account, Audit, FieldRecord, Proposal, RecordVersion
from torpaq.web.open_land import suspected_land
from torpaq.web.proposals import arithmetic
from torpaq.web.store import try_entry

SEEN = "record_seen"
VERSIONS_SHOWN = 30
LARGE_SHARE, LARGE_M2 = 0.01, 50


@dataclass(frozen=True, slots=True)
class VersionShown:
    """One version: who wrote it where, and what it changed against the versions it was edited from."""

    version: RecordVersion
    changes: Sequence[Change]
    is_first: bool
    is_head: bool
    identities_changed: bool


@dataclass(frozen=True, slots=True)
class Brought:
    """What a record would bring to the ledger: an entry, its arithmetic as of now, and the area it states."""

    entry: Entry
    arithmetic: Mapping[str, object]
    problems: Sequence[Problem]
    areas: "Areas | None"
    polygon: str


@dataclass(frozen=True, slots=True)
class Areas:
    """The area that a report states beside the one that its polygon has."""

    reported_m2: float
    calculated_m2: float

    @property
    def difference_m2(self) -> float:
        """Reported less calculated."""
        return self.reported_m2 - self.calculated_m2

    @property
    def percent(self) -> float:
        """The difference in percent of what was calculated."""
        return 100 * self.difference_m2 / self.calculated_m2 if self.calculated_m2 else 0

    @property
    def is_large(self) -> bool:
        """Say whether the difference is more than 1 % and more than 50 m², whichever is greater."""
        return abs(self.difference_m2) > max(LARGE_SHARE * self.calculated_m2, LARGE_M2)


def areas_of(reported_m2: float | None, calculated_m2: float | None) -> Areas | None:
    """Return both areas side by side; None where one is not known."""
    if reported_m2 is None or calculated_m2 is None:
        return None
    return Areas(reported_m2, calculated_m2)


def proposal_areas(proposal: Proposal) -> Areas | None:
    """Return the area that a proposal's record states beside that of its polygon."""
    calculated = proposal.arithmetic.get("polygon_m2")
    return areas_of(proposal.reported_m2, float(calculated) if calculated is not None else None)


def versions_shown(record: FieldRecord, context: Context) -> list[VersionShown]:
    """Return a record's versions, the latest to arrive first; what a person is identified by is never among changes."""
    versions = record.versions.select_related("account", "device__team__organisation", "submission")
    latest = list(versions.order_by("-received", "-pk")[:VERSIONS_SHOWN])
    return [_version_shown(record, context, version) for version in latest]


def _version_shown(record: FieldRecord, context: Context, version: RecordVersion) -> VersionShown:
    work = work_on(record, context, version.bases)
    is_head = version.version_id in record.heads
    if work is None:
        return VersionShown(version, [], is_first=True, is_head=is_head, identities_changed=False)
    before = {code: value for code, value in work.values.items() if code not in work.locked}
    hidden = {code: value for code, value in work.values.items() if code in work.locked}
    changes = changes_between(form_of(version.form, version.form_version), before, version.values)
    return VersionShown(version, changes, False, is_head, hidden != version.identities)


def note_seen(record: FieldRecord, person: Account) -> None:
    """Note that a person opened a record, once a day."""
    today = timezone.localdate()
    if not Audit.objects.filter(action=SEEN, subject=record.uid, account=person, at__date=today).exists():
        note(person, SEEN, record.uid)


def trail_of(record: FieldRecord) -> list[Audit]:
    """Return who saw and changed a record, the latest first."""
    return list(Audit.objects.filter(subject=record.uid).select_related("account")[:200])


def brought_by(record: FieldRecord, context: Context) -> tuple[list[Brought], list[Problem]]:
    """Say what accepting a record would propose, each entry tried on the land as it stands. Changes nothing."""
    brought = []
    with live_land() as (land, _):
        is_whole = record.values.get("survey_result") == "cancelled_whole"
        whole = suspected_land(land, record.subject) if is_whole else None
        proposed, problems = propose(record.values, context, str(record), whole)
        for one in proposed:
            found, moved = try_entry(land, one.entry)
            shape = one.entry.place.shape if isinstance(one.entry.place, Located) else None
            areas = areas_of(one.reported_m2, shape.area_m2 if shape else None)
            brought.append(Brought(one.entry, arithmetic(one.entry, moved), found, areas, geojson(shape)))
    return brought, problems
