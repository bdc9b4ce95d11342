"""The rows behind a certificate as the plain values it is written from."""

from torpaq.geo.polygons import to_lonlat
from torpaq.operations.release.certificate import CertificateValues, Part
from torpaq.standard.country import load_country
from torpaq.standard.problems import LANGUAGES
from torpaq.web.models import Handover, LedgerEntry
from torpaq.web.operations.release_dossier import (
    codes_of,
    completions_of,
    entries_of,
    number_of,
    rows_of,
    text_of,
)
from torpaq.web.programme_row import programme_crs
from torpaq.web.tile_store import country_code

OUTCOME_OF = {"cancel": "cancelled", "reduce": "reduced", "clear": "cleared"}


def certificate_values(row: Handover) -> CertificateValues:
    """Return what a certificate says, from the handover, its task's signed entries and its reports of completion."""
    task, reports = row.task, [record.values for record in completions_of(row.task)]
    texts = row.contents.get("texts", {})
    units = load_country(country_code()).units
    return CertificateValues(
        code=row.code,
        parts=tuple(_parts(row)),
        texts=texts,
        place=dict(units[task.unit].names) if task.unit in units else {},
        operator={language: task.organisation.name(language) for language in LANGUAGES},
        uncleared=tuple(
            (text_of(one, "uncleared_reason"), number_of(one, "uncleared_area_m2"))
            for values in reports
            for one in rows_of(values, "uncleared")
        ),
        residual_codes=tuple(dict.fromkeys(code for values in reports for code in codes_of(values, "residual_risk"))),
        hotline=row.hotline,
        intended_use=tuple(row.intended_use),
        languages=tuple(row.languages),
        beneficiaries=tuple(row.beneficiaries),
        present=dict(row.present),
        signatures=tuple(row.signatures),
        signed_on=row.signed_on.isoformat() if row.signed_on else "",
    )


def _parts(row: Handover) -> list[Part]:
    ids = [entry.id for entry in entries_of(row.task)]
    parts = []
    for entry in LedgerEntry.objects.filter(entry_id__in=ids).order_by("position"):
        classes = {1: ("mine",), 2: ("erw",), 3: ("mine", "erw")}.get(entry.contamination, ())
        rings = [ring for polygon in to_lonlat(entry.shape, programme_crs()) for ring in polygon] if entry.shape else []
        parts.append(
            Part(
                entry.entry_id,
                OUTCOME_OF[entry.kind],
                classes,
                entry.shape.area_m2 if entry.shape else 0.0,
                float(entry.depth_cm) if entry.depth_cm else None,
                tuple(tuple((round(lon, 9), round(lat, 9)) for lon, lat in ring) for ring in rings),
            )
        )
    return parts
