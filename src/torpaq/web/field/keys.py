"""A phone's key: 32 random bytes that are shown once and never kept.

The database holds the SHA-256 of a key alone: whoever reads it cannot send in a phone's name. A lookup is made for
every request, so that a revoked phone is refused at once.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from torpaq.standard.problems import Problem, problem
from torpaq.web.accounts import note
from torpaq.web.models import Account, Device, Team

KEY_BYTES = 32
CONTACT_KEPT_EVERY = timedelta(minutes=1)
FIRST_CONTACT_WITHIN = timedelta(minutes=10)
"""A key that nobody used by then is refused for good: a picture taken of the code opens nothing later."""


def enrol(team: Team, name: str, expires: datetime | None, person: Account) -> tuple[Device, str]:
    """Enrol a phone in a team and return it with its key, which can never be shown again."""
    key = secrets.token_urlsafe(KEY_BYTES)
    with transaction.atomic():
        device = Device.objects.create(
            name=name, team=team, key_sha256=sha256_of(key), enrolled_by=person, expires=expires
        )
        note(person, "phone_enrolled", team_subject(team), phone=name, device=device.pk)
    return device, key


def revoke(device: Device, person: Account) -> None:
    """Refuse a phone from now on; what it sent stays. A phone that was revoked already stays as it is."""
    with transaction.atomic():
        revoked = Device.objects.filter(pk=device.pk, revoked=None).update(revoked=timezone.now())
        if revoked:
            note(person, "phone_revoked", team_subject(device.team), phone=device.name, device=device.pk)


def team_subject(team: Team) -> str:
    """Return what the audit calls a team."""
    return f"team {team.pk}"


def sha256_of(key: str) -> str:
    """Return what is kept of a key."""
    return hashlib.sha256(key.encode()).hexdigest()


def device_of(key: str) -> tuple[Device | None, Problem | None]:
    """Return the phone that a key belongs to, or why nothing is opened to it; a contact is noted once a minute."""
    device = (
        Device.objects.select_related("team__organisation", "enrolled_by").filter(key_sha256=sha256_of(key)).first()
    )
    if device is None:
        return None, problem("device_key_unknown", "key")
    refused = refusal_of(device)
    if refused is None:
        _note_contact(device)
    return (None if refused else device), refused


def refusal_of(device: Device) -> Problem | None:
    """Return why a phone is refused now, or None."""
    now = timezone.now()
    if device.revoked:
        return problem("device_revoked", device.name)
    if device.expires and device.expires <= now:
        return problem("device_expired", device.name, date=timezone.localdate(device.expires).isoformat())
    if device.last_contact is None and device.enrolled + FIRST_CONTACT_WITHIN <= now:
        minutes = int(FIRST_CONTACT_WITHIN.total_seconds() // 60)
        return problem("device_key_unused", device.name, minutes=minutes)
    return None


def _note_contact(device: Device) -> None:
    now = timezone.now()
    if device.last_contact is None or device.last_contact + CONTACT_KEPT_EVERY <= now:
        Device.objects.filter(pk=device.pk).update(last_contact=now)
        device.last_contact = now
