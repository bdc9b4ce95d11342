"""Files that Operator A brings to the desk, and the way that each goes there."""

import json
from collections.abc import Mapping
from typing import Any

from django.apps import apps
from django.core import serializers
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from intake.batches import dirty
from intake.batches.books import Book, Cells, changed, csv, xlsx
from torpaq.web.job_kinds import register_all
from torpaq.web.jobs import run_next
from torpaq.web.models import Audit, Batch, Job

REPORTS = dirty.NTS


def cells(base: Book = REPORTS, row: int = 3, **changes: object) -> Cells:
    """The cells of a table, with those of one row changed by their headings (``_`` for a blank in a heading)."""
    return changed(base, row, {heading.replace("_", " "): value for heading, value in changes.items()})


def workbook(base: Book = REPORTS, row: int = 3, **changes: object) -> bytes:
    return xlsx(cells(base, row, **changes))


def text(base: Book = REPORTS, row: int = 3, **changes: object) -> bytes:
    return csv(cells(base, row, **changes), ";")


def work() -> None:
    """Let the process that does the jobs do all there are."""
    register_all()
    while run_next():
        pass


def upload(desk: Client, data: bytes, name: str = "reports.xlsx", **fields: str) -> Batch:
    """Upload a file and have it looked into."""
    response = desk.post("/import/new", {"file": SimpleUploadedFile(name, data), **fields})
    assert response.status_code == 302, response.content.decode()
    work()
    return Batch.objects.order_by("pk").last()  # type: ignore[return-value]  # there is one


def check(desk: Client, batch: Batch, **fields: str) -> Batch:
    """Match the columns as the page offers them, with some chosen otherwise, and have the rows checked."""
    page = desk.get(f"/import/{batch.pk}")
    given = {f"column.{one.index}": one.path for one in page.context.get("columns", [])}
    given |= {f"default.{one.path}": one.value for one in page.context.get("defaults", [])}
    given |= {name.replace("__", "."): value for name, value in fields.items()}
    desk.post(f"/import/{batch.pk}/match", {**given, "action": "check"})
    work()
    batch.refresh_from_db()
    return batch


def checked(desk: Client, data: bytes, name: str = "reports.xlsx", **fields: str) -> Batch:
    return check(desk, upload(desk, data, name, **fields))


def taken(desk: Client, batch: Batch) -> Batch:
    desk.post(f"/import/{batch.pk}/take")
    work()
    batch.refresh_from_db()
    return batch


def everything(*without: type) -> dict[str, list[Any]]:
    """Every row of every table of ours, as text, without those that tell what was done."""
    left_out = {Audit, Batch, Job, *without}
    models = [model for model in apps.get_app_config("torpaq_web").get_models() if model not in left_out]
    return {model.__name__: json.loads(serializers.serialize("json", model.objects.order_by("pk"))) for model in models}


def counted(batch: Batch) -> Mapping[str, int]:
    """The counts of a batch that are not nought."""
    return {name: count for name, count in batch.counts.items() if isinstance(count, int) and count}
