"""Text files to take away; those of a synthetic programme say so in their first line and in their name."""

import re

from django.http import HttpResponse

from torpaq.web.programme_row import programme_row


def as_download(ledger: str, name: str) -> HttpResponse:
    """Send a ledger's text under a safe file name, with the programme's synthetic label before it."""
    programme = programme_row()
    label = programme.synthetic_label if programme and programme.is_synthetic else ""
    heading = f"# {label}\n" if label else ""
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.") or "ledger"
    response = HttpResponse(heading + ledger, content_type="text/plain; charset=utf-8")
    prefix = "synthetic-" if label else ""
    response["Content-Disposition"] = f'attachment; filename="{prefix}{safe}.txt"'
    return response
