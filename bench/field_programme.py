"""A small programme with one enrolled phone, and what phones send: for the benches of the field."""

import json
import os
import uuid
from pathlib import Path
from random import Random

from torpaq.web.programme import build_programme

LABEL = "Synthetic: a bench"


def built_with_phone(folder: Path) -> str:
    """Build an empty programme in a folder and return the key of a phone that has made contact."""
    build_programme(folder, [], "aze", "Bench", LABEL)
    from django.utils import timezone

    from torpaq.web.field.keys import enrol
    from torpaq.web.models import Account, Device, Organisation, Team

    person = Account.objects.get(username="operator-a")
    team = Team.objects.create(organisation=Organisation.objects.get(code="OP-A"), code="BENCH", name="Bench")
    device, key = enrol(team, "Phone", None, person)
    Device.objects.filter(pk=device.pk).update(last_contact=timezone.now())
    return key


def progress_report(random: Random, instance_id: str = "", bases: tuple[str, ...] = (), **changes: object) -> bytes:
    """Return one day's clearance progress as the phone's page sends it."""
    values: dict[str, object] = {
        "date_of_information": f"2026-{random.randint(1, 10):02}-{random.randint(1, 28):02}",
        "local_id": f"P-{random.randint(1, 10**9)}",
        "reporting_organisation": "OP-A",
        "unit": "AZ-AGM",
        "remarks": "ə" * random.randint(0, 400),
    }
    sent = {
        "instance_id": instance_id or instance_id_of(random),
        "form": "clearance_progress",
        "version": "1",
        "bases": list(bases),
        "values": values | changes,
    }
    return json.dumps(sent, ensure_ascii=False).encode()


def instance_id_of(random: Random) -> str:
    """Return a random instance id that the seed gives again."""
    return f"uuid:{uuid.UUID(int=random.getrandbits(128), version=4)}"


def engine_of_environment() -> str:
    """Say which engine the process's programmes stand on."""
    return "postgresql" if os.environ.get("TORPAQ_DATABASE_URL") else "sqlite"
