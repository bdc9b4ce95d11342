"""10,000 submissions over a hostile network, and every order of chains of versions: each exactly once, one final state.

The network cuts requests before their end, loses answers, repeats, reorders and lets phones' clocks be wrong by up to
two days. A phone sends the same bytes again until it is acknowledged. ``python bench/exactly_once.py [submissions]``.
"""

import io
import itertools
import json
import sys
import tempfile
from pathlib import Path
from random import Random

from field_programme import built_with_phone, instance_id_of, progress_report

SUBMISSIONS, SEED, LONGEST_CHAIN = 10_000, 23, 6
CLOCK_ERROR_H = 48
EDITED = 0.25
CUT, LOST_ANSWER, REPEATED = 0.15, 0.15, 0.1
ADDRESS = "/field/api/submissions"


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else SUBMISSIONS
    with tempfile.TemporaryDirectory() as folder:
        key = built_with_phone(Path(folder) / "programme")
        hostile = over_a_hostile_network(key, count)
        orders = every_order(key)
    report = {
        "case": "exactly_once",
        "measured": {**hostile, **orders},
        "limit": {"lost": 0, "duplicated": 0, "other_ends": 0},
        "ratios": {},
        "passed": hostile["lost"] == hostile["duplicated"] == orders["other_ends"] == 0,
    }
    print(json.dumps(report))


def over_a_hostile_network(key: str, count: int) -> dict[str, int]:
    """Send reports and corrections of reports in a shuffled order, badly; count what is not there exactly once."""
    from torpaq.web.models import FieldRecord, RecordVersion, Submission

    random = Random(SEED)
    bodies = made(random, count)
    attempts = cut = repeated = 0
    queue = list(bodies.items())
    random.shuffle(queue)
    while queue:
        instance_id, body = queue.pop()
        attempts += 1
        if random.random() < CUT:
            post(key, body[: random.randrange(len(body))], announced=len(body))
            cut += 1
        elif post(key, body) in (201, 202) and random.random() >= LOST_ANSWER:
            if random.random() < REPEATED:
                repeated += 1
                post(key, body)
            continue
        queue.insert(random.randrange(len(queue) + 1), (instance_id, body))  # not acknowledged: again, some time later
    kept = {one.instance_id: bytes(one.content) for one in Submission.objects.all()}
    roots = [instance_id for instance_id, body in bodies.items() if not json.loads(body)["bases"]]
    return {
        "submissions": len(bodies),
        "requests": attempts + repeated,
        "cut": cut,
        "repeated": repeated,
        "lost": sum(kept.get(instance_id) != body for instance_id, body in bodies.items())
        + sum(1 for one in RecordVersion.objects.filter(record=None)),
        "duplicated": Submission.objects.count() - len(kept) + RecordVersion.objects.count() - len(bodies),
        "records": FieldRecord.objects.count(),
        "records_expected": len(roots),
    }


def made(random: Random, count: int) -> dict[str, bytes]:
    """Return reports by instance id, a quarter of them edits of earlier ones, made by clocks that are wrong."""
    bodies: dict[str, bytes] = {}
    ids: list[str] = []
    for number in range(count):
        own = instance_id_of(random)
        bases = (random.choice(ids[-50:]),) if ids and random.random() < EDITED else ()
        clock = f"written at hour {number + random.randint(-CLOCK_ERROR_H, CLOCK_ERROR_H)} by this phone's clock"
        bodies[own] = progress_report(random, own, bases, remarks=clock)
        ids.append(own)
    return bodies


def post(key: str, body: bytes, announced: int | None = None) -> int:
    """Send bytes through the whole of Django, announcing perhaps more than come; return the answer's status."""
    from django.test import RequestFactory

    from torpaq.web.wsgi import application

    length = len(body) if announced is None else announced
    headers = {"HTTP_AUTHORIZATION": f"Bearer {key}", "SERVER_NAME": "localhost"}
    request = RequestFactory().generic("POST", ADDRESS, b"", "application/json", **headers)
    sent = {"CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(length), "wsgi.input": io.BytesIO(body)}
    environ = request.environ | sent
    told: list[str] = []
    answer = application(environ, lambda status, _: told.append(status))
    b"".join(answer)
    answer.close()
    return int(told[0].split()[0])


def every_order(key: str) -> dict[str, int]:
    """Send chains of two to six versions in every order; count the orders whose end differs from the chain's own."""
    random = Random(SEED + 1)
    orders = other_ends = 0
    for length in range(2, LONGEST_CHAIN + 1):
        for order in itertools.permutations(range(length)):
            orders += 1
            other_ends += end_of(key, random, length, order) != expected(length)
    return {"orders": orders, "other_ends": other_ends}


def end_of(key: str, random: Random, length: int, order: tuple[int, ...]) -> dict[str, object]:
    from torpaq.web.models import FieldRecord

    ids = [instance_id_of(random) for _ in range(length)]
    fixed = Random(SEED)
    first = json.loads(progress_report(fixed, ids[0]))["values"]
    for place in order:
        bases = (ids[place - 1],) if place else ()
        changes = first | {"team": f"Team {place}", "remarks": "x" * place}
        post(key, progress_report(Random(SEED), ids[place], bases, **changes))
    record = FieldRecord.objects.get(uid=ids[0])
    return {"team": record.values["team"], "remarks": record.values.get("remarks"), "conflicts": record.conflicts}


def expected(length: int) -> dict[str, object]:
    return {"team": f"Team {length - 1}", "remarks": "x" * (length - 1), "conflicts": []}


if __name__ == "__main__":
    main()
