"""What ODK Collect reads from one picture: a project's settings as JSON, deflated, in base64 (``CompressionUtils``)."""

import base64
import json
import zlib

import segno

PROJECT_COLOUR = "#7a4a21"


def settings_of(server_url: str, project: str) -> dict[str, object]:
    """Return a project's settings for ODK Collect (its ``client-settings.schema.json``).

    Forms follow the server exactly, a finished report is sent as soon as there is a network, and the phone's own
    pictures are made smaller, so that they pass over a weak line. Whoever carries the phone cannot point it elsewhere.
    """
    return {
        "general": {
            "protocol": "odk_default",
            "server_url": server_url,
            "form_update_mode": "match_exactly",
            "periodic_form_updates_check": "every_one_hour",
            "autosend": "wifi_and_cellular",
            "image_size": "large",
            "analytics": False,
        },
        "admin": {"change_server": False, "form_update_mode": False},
        "project": {"name": project, "icon": project[:1].upper(), "color": PROJECT_COLOUR},
    }


def settings_code(settings: dict[str, object]) -> str:
    """Return settings as the text that stands in the picture."""
    text = json.dumps(settings, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode("ascii")


def picture_of(text: str) -> str:
    """Return a text as a QR code: an SVG within a ``data:`` address, which no other host has to be asked for."""
    return str(segno.make(text, error="m", micro=False).svg_data_uri(scale=5, border=4, dark="#000", light="#fff"))
