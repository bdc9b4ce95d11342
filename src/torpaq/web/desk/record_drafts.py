"""What a form's page was made of, and a page kept: its bytes as they were typed, then a version of its record."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import NAMESPACE_OID, uuid4, uuid5

from django.db import transaction
from django.http import QueryDict

from torpaq.intake.record.context import Context
from torpaq.intake.record.history import Version, settle
from torpaq.intake.record.record import Value, without_identities
from torpaq.web.accounts import note
from torpaq.web.desk.record_input import FormInput, kept_text, typed_of
from torpaq.web.models import Account, FieldRecord, RecordState, RecordVersion
from torpaq.web.records import NewVersion, add_version
from torpaq.web.submissions import Arrived, keep

CHANNEL = "desk"


@dataclass(frozen=True, slots=True)
class Work:
    """One page at work: its record (None while it is new), and the versions and values that it was made from.

    ``locked`` are the elements that identify people: the page does not show what they hold.
    """

    context: Context
    record: FieldRecord | None = None
    bases: tuple[str, ...] = ()
    base: Mapping[str, Value] | None = None

    @property
    def values(self) -> Mapping[str, Value]:
        """What the page was made from; nothing for a new record."""
        return self.base or {}

    @property
    def locked(self) -> frozenset[str]:
        """The elements at the top of the form that identify people and hold something."""
        return frozenset(without_identities(self.context.form, self.values)[1])


def work_on(record: FieldRecord, context: Context, bases: Sequence[str]) -> Work | None:
    """Return the work on a record as it stood when ``bases`` were its latest versions; None where they are not its."""
    versions = {one.version_id: one for one in record.versions.all()}
    if not bases or not set(bases) <= set(versions):
        return None
    past: set[str] = set()
    ahead = list(bases)
    while ahead:
        version = versions.get(ahead.pop())
        if version and version.version_id not in past:
            past.add(version.version_id)
            ahead += version.bases
    told = [Version(v.version_id, tuple(v.bases), {**v.values, **v.identities}) for v in map(versions.get, past) if v]
    return Work(context, record, tuple(bases), settle(told, context.form.by_person).values)


def typed_before(work: Work, person: Account) -> QueryDict | None:
    """Return the fields of this person's own draft just as they were typed; None where there is none."""
    if work.record is None or work.record.state != RecordState.DRAFTED or len(work.bases) != 1:
        return None
    if not RecordVersion.objects.filter(version_id=work.bases[0], account=person).exists():
        return None
    kept = _typed_in(work)
    if kept is None:
        return None
    typed = QueryDict(mutable=True)
    for name, values in kept.items():
        typed.setlist(name, values)
    return typed


def shown_of(work: Work) -> QueryDict:
    """Return what the fields hold for the values that a page is made from."""
    return typed_of(work.values, work.context, work.locked)


def new_id() -> str:
    """Return an id for a new page, which becomes that of the first version it makes."""
    return f"uuid:{uuid4()}"


def keep_page(
    work: Work, page_id: str, typed: QueryDict, given: FormInput, person: Account, reason: str, draft: bool
) -> FieldRecord:
    """Keep what was typed as it was typed, and file what could be read of it as a version."""
    kept = kept_text(typed, given)
    form = work.context.form
    content = _content(work, kept, reason)
    version_id = page_id if work.record is None else f"uuid:{uuid5(NAMESPACE_OID, content.decode())}"
    with transaction.atomic():
        submission, _ = keep(
            Arrived(version_id, CHANNEL, content, tuple(given.files), person, None, form.code, form.version)
        )
        record = add_version(
            NewVersion(
                version_id,
                form.code,
                form.version,
                given.values,
                work.bases,
                account=person,
                submission=submission,
                reason=reason,
                draft=draft,
            )
        )
        if record is None:
            raise ValueError(f"{version_id} was edited from versions that are not here")
        note(person, "record_drafted" if draft else "record_changed", record.uid, version=version_id)
    return record


def is_unchanged(work: Work, typed: QueryDict, given: FormInput) -> bool:
    """Say whether a page holds just what made the version that it was made from: there is nothing to keep."""
    return bool(work.record) and not given.files and _typed_in(work) == kept_text(typed, given)


def _content(work: Work, kept: Mapping[str, Sequence[str]], reason: str) -> bytes:
    form = work.context.form
    content = {"form": form.code, "version": form.version, "bases": list(work.bases), "reason": reason, "typed": kept}
    return json.dumps(content, ensure_ascii=False, indent=1).encode()


def _typed_in(work: Work) -> dict[str, list[str]] | None:
    """Return what was typed in the page that made the one version this page was made from."""
    if len(work.bases) != 1:
        return None
    version = RecordVersion.objects.select_related("submission").get(version_id=work.bases[0])
    if version.submission is None or version.submission.channel != CHANNEL:
        return None
    typed: dict[str, list[str]] = json.loads(bytes(version.submission.content))["typed"]
    return typed


def sent_before(page_id: str, person: Account, context: Context) -> Work | None:
    """Return the work on what this person's page already made: it was sent twice, or gone back to and sent again."""
    found = RecordVersion.objects.filter(version_id=page_id, account=person, record__form=context.form.code)
    version = found.select_related("record").first()
    return work_on(version.record, context, [page_id]) if version and version.record else None
