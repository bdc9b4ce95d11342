"""Why is this land called cleared? Every link of the chain, and what happens where one breaks."""

from dataclasses import replace
from datetime import date

import pytest

from operations.release.dossiers import DAYS, FIT, GOOD, PERMIT, TASK, but
from torpaq.operations.release.facts import Dossier, Failing, Item
from torpaq.operations.release.proof import is_proved, missing, proof_chain
from torpaq.standard.problems import LANGUAGES

QC = GOOD.inspections[0]
ENTRY = GOOD.entries[0]
REPORT = GOOD.completions[0]
BROKEN = [
    ("proof_no_entry", but(entries=())),
    ("proof_entry_unsigned", but(entries=(replace(ENTRY, signer=""),))),
    ("proof_depth_missing", but(entries=(replace(ENTRY, depth_cm=None),))),
    ("proof_depth_less", but(entries=(replace(ENTRY, depth_cm=10.0),))),
    ("proof_no_completion", but(completions=())),
    ("proof_completion_not_accepted", but(completions=(replace(REPORT, state="submitted"),))),
    ("proof_completion_of_other", but(completions=(replace(REPORT, task="T-2"),))),
    ("proof_entry_of_other", but(entries=(replace(ENTRY, record="completion-9"),))),
    ("proof_task_not_finished", but(task=replace(TASK, state="under_way"))),
    ("proof_area_of_other", but(entries=(replace(ENTRY, area="HA-9"),))),
    ("proof_no_days", but(days=())),
    ("proof_days_not_accepted", but(days=(*DAYS[:3], replace(DAYS[3], accepted=False)))),
    (
        "proof_not_accredited",
        but(
            permits=(
                FIT,
                replace(PERMIT, periods=((date(2024, 1, 1), date(2024, 3, 11)),)),
            )
        ),
    ),
    (
        "proof_not_accredited",
        but(
            permits=(
                FIT,
                replace(PERMIT, units=("AZ-FUZ",)),
            )
        ),
    ),
    (
        "proof_not_accredited",
        but(
            permits=(
                FIT,
                replace(PERMIT, method="mechanical"),
            )
        ),
    ),
    ("proof_not_accredited", but(permits=(FIT,))),
    ("proof_not_accredited", but(permits=(PERMIT,))),
    ("proof_not_accredited", but(permits=(FIT, replace(PERMIT, activity="")))),
    ("proof_team_incomplete", but(days=(replace(DAYS[0], team_problems=("medic_missing",)), *DAYS[1:]))),
    ("proof_team_unknown", but(days=(replace(DAYS[0], team=""), *DAYS[1:]))),
    ("proof_find_not_settled", but(items=(Item("I-2", "ap", 1, date(2024, 3, 11), "left_marked"),))),
    ("proof_not_inspected", but(inspections=GOOD.inspections[1:])),
    ("proof_not_inspected", but(inspections=(replace(QC, on=date(2024, 3, 12)),))),
    ("proof_inspection_fails", but(inspections=(replace(QC, result="fails"),))),
    ("proof_inspection_fails", but(inspections=(replace(QC, finds=1),))),
    ("proof_inspection_fails", but(inspections=(QC, replace(QC, on=date(2024, 3, 25), result="fails")))),
    ("proof_inspected_by_itself", but(inspections=(replace(QC, organisation="OP-A"),))),
    ("proof_non_conformity_open", but(failings=(Failing("NC-1", "critical", "verified"),))),
    ("proof_non_conformity_open", but(failings=(Failing("NC-1", "major", "raised"),))),
    ("proof_look_back_open", but(look_back_open=("P-1",))),
    ("proof_same_person", but(entries=(replace(ENTRY, signer="leyla"),))),
    ("proof_same_person", but(entries=(replace(ENTRY, signer="nargiz"),))),
    ("proof_same_person", but(inspections=(replace(QC, people=frozenset({"leyla"})),))),
]


def test_a_task_done_as_it_should_be_is_proved_and_every_link_names_its_records() -> None:
    chain = proof_chain(GOOD)
    assert missing(chain) == []
    assert is_proved(GOOD)
    ids = {link.code: link.ids for link in chain}
    assert ids["entries_signed"] == ("P-1",)
    assert ids["accredited_each_day"] == ("ACC-0", "ACC-1")
    assert ids["days_accepted"] == ("progress-0", "progress-1", "progress-2", "progress-3")
    assert set(ids["different_people"]) == {"leyla", "nargiz", "aynur"}


@pytest.mark.parametrize(("code", "dossier"), BROKEN, ids=[f"{n}-{code}" for n, (code, _) in enumerate(BROKEN)])
def test_one_broken_link_breaks_the_chain_and_is_named(code: str, dossier: Dossier) -> None:
    found = missing(proof_chain(dossier))
    assert code in [one.code for one in found]
    assert not is_proved(dossier)
    assert all(one.sentence(language) for one in found for language in LANGUAGES)


def test_a_minor_or_a_closed_non_conformity_does_not_stand_in_the_way() -> None:
    failings = (Failing("NC-1", "minor", "raised"), Failing("NC-2", "critical", "closed"))
    assert is_proved(but(failings=failings))


def test_a_later_conforming_control_settles_an_earlier_one_that_failed() -> None:
    failed = replace(QC, record="qc-a", on=date(2024, 3, 15), result="fails")
    assert is_proved(but(inspections=(failed, QC)))


def test_of_two_controls_on_one_day_both_have_to_conform() -> None:
    failed = replace(QC, record="qc-b", result="fails")
    for both in ((QC, failed), (failed, QC)):
        assert [one.code for one in missing(proof_chain(but(inspections=both)))] == ["proof_inspection_fails"]


def test_an_inspection_counts_from_the_last_day_of_work_on() -> None:
    assert is_proved(but(inspections=(replace(QC, on=DAYS[-1].on),)))
