"""Whether a submission that arrives is new: phones send again whenever an answer was lost on the way."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from torpaq.standard.problems import Problem, problem

LONGEST_ID = 100
"""Characters of an instance id that are still read; a UUID with its prefix has 41."""

_UUID = re.compile(r"uuid:\s*([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32})", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A submission at the door: its normal instance id and the SHA-256 of its bytes in lower-case hex."""

    instance_id: str
    sha256: str


class Verdict(StrEnum):
    """What an arrival is to the submissions already kept."""

    NEW = "new"
    SAME = "same"
    OTHER_BYTES = "other_bytes"


def judge(arrival: Arrival, known: Mapping[str, Collection[str]]) -> Verdict:
    """Compare an arrival with the SHA-256 sums kept under each instance id.

    ``SAME``: sent before, byte for byte; give the answer that was given then and keep nothing new. ``OTHER_BYTES``:
    the id is taken by another content; keep both and set both aside, since nobody can say which is meant.
    """
    kept = known.get(arrival.instance_id, ())
    if arrival.sha256 in kept:
        return Verdict.SAME
    return Verdict.OTHER_BYTES if kept else Verdict.NEW


def normal_instance_id(written: str) -> tuple[str, list[Problem]]:
    """Return an instance id as ``uuid:`` and a UUID in lower case with hyphens, whatever its case and blanks.

    The prefix may be missing. An empty text and a problem (``instance_id_missing``, ``instance_id_too_long``,
    ``instance_id_no_uuid``) where it is no UUID: only a UUID is unique without asking a server (OpenRosa metadata).

    >>> normal_instance_id(" UUID:3F2504E0-4F89-41D3-9A0C-0305E82C3301 ")
    ('uuid:3f2504e0-4f89-41d3-9a0c-0305e82c3301', [])
    """
    text = written.strip()
    if not text:
        return "", [problem("instance_id_missing", "instanceID")]
    if len(text) > LONGEST_ID:
        return "", [problem("instance_id_too_long", "instanceID", length=len(text), limit=LONGEST_ID)]
    found = _UUID.fullmatch(text) or _UUID.fullmatch(f"uuid:{text}")
    if found is None:
        return "", [problem("instance_id_no_uuid", "instanceID", value=text)]
    return f"uuid:{UUID(found[1])}", []
