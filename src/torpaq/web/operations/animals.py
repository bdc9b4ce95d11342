"""Dogs and rats with their handlers: pairing, parting and training."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils import timezone

from torpaq.operations.assets.limits import ANIMALS
from torpaq.operations.assets.training import Session, check_session
from torpaq.standard.codes import code_list
from torpaq.standard.problems import Problem, has_errors, problem
from torpaq.web.accounts import Right, note
from torpaq.web.models import Account, AnimalPair, Asset, Person, TrainingSession
from torpaq.web.operations.asset_facts import runs
from torpaq.web.operations.asset_rights import asset_subject, may_keep, refused

MOST_TARGETS = 1000


def pair_animal(
    person: Account, animal: Asset, handler: Person, targets: Sequence[str], since: date
) -> tuple[AnimalPair | None, list[Problem]]:
    """Bring an animal and a handler of one organisation together; ``targets`` are categories of ordnance it finds.

    They may search once they passed a blind test together (IMAS 07.31).
    """
    if not may_keep(person, animal.organisation):
        return None, refused(person, Right.WORK_ANY)
    problems = []
    if animal.kind not in ANIMALS:
        problems.append(problem("pair_not_animal", animal.code, asset=animal.code))
    if handler.organisation_id != animal.organisation_id:
        problems.append(problem("pair_other_organisation", animal.code, asset=animal.code))
    problems += [
        problem("asset_value_wrong", "targets", value=target)
        for target in targets
        if target not in code_list("ordnance_category")
    ]
    with transaction.atomic():
        Asset.objects.select_for_update().get(pk=animal.pk)
        earlier = AnimalPair.objects.filter(animal=animal, handler=handler)
        if any(pair.until is None or pair.until >= since for pair in earlier):
            problems.append(problem("pair_runs_already", animal.code, asset=animal.code))
        if problems:
            return None, problems
        pair = AnimalPair.objects.create(animal=animal, handler=handler, targets=list(targets), since=since)
        note(person, "animal_paired", asset_subject(animal), handler=handler.code, since=since.isoformat())
    return pair, []


def end_pair(person: Account, pair: AnimalPair, until: date) -> list[Problem]:
    """End a pair; what was accredited of the two ends with it."""
    if not may_keep(person, pair.animal.organisation):
        return refused(person, Right.WORK_ANY)
    if until < pair.since:
        return [problem("pair_dates", pair.animal.code, since=pair.since.isoformat(), until=until.isoformat())]
    with transaction.atomic():
        pair.until = until
        pair.save(update_fields=["until"])
        note(person, "animal_parted", asset_subject(pair.animal), handler=pair.handler.code, until=until.isoformat())
    return []


def add_training(
    person: Account, pair: AnimalPair, session: Session, subject: str, remark: str = ""
) -> tuple[TrainingSession | None, list[Problem]]:
    """File a session of training: hours, what was trained, targets laid and found."""
    if not may_keep(person, pair.animal.organisation):
        return None, refused(person, Right.WORK_ANY)
    name = pair.animal.code
    problems = check_session(session, name)
    if not subject.strip():
        problems.append(problem("field_missing", "subject"))
    if session.on > timezone.localdate():
        problems.append(problem("asset_test_ahead", name, date=session.on.isoformat()))
    elif not runs(pair, session.on):
        problems.append(problem("pair_not_running", name, asset=name, date=session.on.isoformat()))
    problems += [
        problem("asset_number_wrong", name, value=value)
        for value in (session.targets, session.found)
        if not 0 <= value <= MOST_TARGETS
    ]
    if has_errors(problems):
        return None, problems
    with transaction.atomic():
        row = TrainingSession.objects.create(
            pair=pair,
            on=session.on,
            hours=session.hours,
            subject=subject.strip()[:200],
            targets=session.targets,
            found=session.found,
            note=remark[:300],
        )
        note(person, "animal_trained", asset_subject(pair.animal), handler=pair.handler.code, on=session.on.isoformat())
    return row, []
