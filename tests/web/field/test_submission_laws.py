"""Laws of the door: whatever is sent in whatever order and however often, each content is there exactly once."""

from collections.abc import Sequence
from hashlib import sha256
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from torpaq.web.models import FieldRecord, RecordVersion, Submission, SubmissionFile
from web.field.story import Phone, accident, uuid
from web.field.test_media import picture

pytestmark = pytest.mark.django_db
FILES = {name: picture(size=(20, 20 + number)) for number, name in enumerate(("a.jpg", "b.jpg", "c.jpg"))}
NUMBERS = count(1)
Sending = tuple[int, str, frozenset[str], bool]

sendings = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from("xyz"), st.frozensets(st.sampled_from(sorted(FILES))), st.booleans()),
    min_size=1,
    max_size=8,
)
"""Which of three reports, with which content, with which files, and whether more is to come."""

lawful = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def send_all(phone: Phone, first: int, sent: Sequence[Sending]) -> list[int]:
    return [
        phone.send(
            accident(first + number, local_id=content),
            [(name, FILES[name], "image/jpeg") for name in sorted(files)],
            is_incomplete,
        ).status_code
        for number, content, files, is_incomplete in sent
    ]


@given(sent=sendings)
@lawful
def test_each_content_is_kept_once_with_all_its_files_and_no_other_is_filed(phone: Phone, sent: list[Sending]) -> None:
    first = next(NUMBERS) * 10
    answers = send_all(phone, first, sent)
    for number in range(3):
        mine = [(content, files) for n, content, files, _ in sent if n == number]
        contents = list(dict.fromkeys(content for content, _ in mine))
        kept = {bytes(one.content): one for one in Submission.objects.filter(instance_id=uuid(first + number))}
        assert set(kept) == {accident(first + number, local_id=content) for content in contents}
        for content in contents:
            submission = kept[accident(first + number, local_id=content)]
            assert submission.sha256 == sha256(submission.content).hexdigest()
            files = SubmissionFile.objects.filter(submission=submission).values_list("name", flat=True)
            assert sorted(files) == sorted(set().union(*(names for one, names in mine if one == content)))
            assert submission.state == ("kept" if len(contents) == 1 else "quarantined")
        records = FieldRecord.objects.filter(uid=uuid(first + number))
        assert [record.local_id for record in records] == contents[:1]  # what came first; other bytes file nothing
        assert RecordVersion.objects.filter(version_id=uuid(first + number)).count() == len(contents[:1])
    _check_answers(sent, answers)


def _check_answers(sent: list[Sending], answers: list[int]) -> None:
    """201 as long as an id has one content; 202 from the moment it has two, for either of them."""
    seen: dict[int, set[str]] = {}
    for (number, content, _, _), answer in zip(sent, answers, strict=True):
        seen.setdefault(number, set()).add(content)
        assert answer == (201 if len(seen[number]) == 1 else 202)


@given(order=st.permutations(range(4)), repeats=st.lists(st.integers(0, 3), max_size=4))
@lawful
def test_a_chain_of_edits_ends_the_same_in_every_order_of_arrival(
    phone: Phone, order: list[int], repeats: list[int]
) -> None:
    first = next(NUMBERS) * 10
    chain = [accident(first, local_id="v0")] + [
        accident(first + n, deprecated=uuid(first + n - 1), local_id=f"v{n}") for n in range(1, 4)
    ]
    assert {phone.send(chain[n]).status_code for n in [*order, *repeats]} == {201}
    record = FieldRecord.objects.get(uid=uuid(first))
    assert (record.local_id, record.heads, record.conflicts) == ("v3", [uuid(first + 3)], [])
    assert record.versions.count() == 4 and FieldRecord.objects.filter(local_id__in=["v1", "v2"]).count() == 0


@given(content=st.binary(max_size=400), files=st.lists(st.binary(max_size=60), max_size=3))
@lawful
def test_no_bytes_are_lost_and_none_break_the_door(phone: Phone, content: bytes, files: list[bytes]) -> None:
    before = Submission.objects.count()
    known = Submission.objects.filter(sha256=sha256(content).hexdigest()).exists()
    answer = phone.send(content, [(f"{n}.bin", data, "application/octet-stream") for n, data in enumerate(files)])
    assert answer.status_code == 202
    assert Submission.objects.count() == before + (not known)
    assert bytes(Submission.objects.get(sha256=sha256(content).hexdigest()).content) == content
