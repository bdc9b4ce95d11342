"""Handover: the list with visits that are due, the certificate prepared, read, signed and printed, a visit recorded."""

from collections.abc import Iterator
from datetime import date

from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as later

from torpaq.operations.release.certificate import Section, certificate_contents, untranslated, written
from torpaq.operations.release.follow_up import Visit
from torpaq.operations.release.handover import SIGNATORIES, Beneficiaries, Signature
from torpaq.standard.codes import code_list
from torpaq.standard.problems import LANGUAGES, Problem, has_errors, problem
from torpaq.web.accounts import Right, may
from torpaq.web.desk.access import needs, person_of
from torpaq.web.desk.release_shown import plan_shown
from torpaq.web.desk.templatetags.desk import language
from torpaq.web.desk.views_release import day_given, task_seen, tell, text_given
from torpaq.web.models import Account, FollowUp, Handover, StateMove
from torpaq.web.operations.release import (
    ANYBODY_AT_WORK,
    Certificate,
    bring_handover,
    certificate_problems,
    handovers_seen_by,
    marking_in_the_way,
    moves_offered,
    prepare_handover,
    release_tasks_seen_by,
    sign_handover,
)
from torpaq.web.operations.release_dossier import dossier_of, land_of
from torpaq.web.operations.release_follow_ups import VISITORS, follow_ups_of, record_follow_up, state_of
from torpaq.web.operations.release_since import changed_since, land_at_signature, seen_at_signature
from torpaq.web.operations.release_values import certificate_values

TEXTS = (
    ("not_cleared", later("What was not cleared, also where that is nothing")),
    ("restrictions", later("Restrictions on use, also where there are none")),
    ("residual_risk", later("Residual risk")),
)
PRESENT = (("women", later("Women")), ("men", later("Men")), ("girls", later("Girls")), ("boys", later("Boys")))
GROUP = ("kind", "stage", "sex", "age", "disability")
GROUP_LISTS = ("beneficiary_kind", "beneficiary_stage", "sex", "age_group", "disability")
GROUPS = 6
ALSO_SIGN = ("local_authority", "quality_body", "community")
VISIT_STATES = {
    "done": later("Done"),
    "overdue": later("Overdue"),
    "due": later("Due soon"),
    "planned": later("Planned"),
    "reopened": later("The land was opened anew"),
}


@needs(Right.SEE_LAND)
def handovers_page(request: HttpRequest) -> HttpResponseBase:
    """List land to be given back, certificates by state, and visits that are due or overdue."""
    person = person_of(request)
    rows = handovers_seen_by(person)
    visits = [(visit, state_of(visit)) for visit in follow_ups_of(rows).filter(done_on=None)]
    context = {
        "waiting": release_tasks_seen_by(person).filter(state="accepted", handover=None).order_by("code"),
        "working": release_tasks_seen_by(person).filter(state="completed").order_by("code"),
        "rows": rows,
        "visits": [(visit, state, gettext(VISIT_STATES[state])) for visit, state in visits if state != "reopened"],
        "may_visit": any(may(person, right) for right in VISITORS),
    }
    return render(request, "desk/handovers.html", context)


@needs(Right.SEE_LAND)
def handover_page(request: HttpRequest, number: int) -> HttpResponseBase:
    """Show a certificate in its languages, its visits and its history."""
    person = person_of(request)
    row = get_object_or_404(handovers_seen_by(person), pk=number)
    offered = moves_offered(person, row)
    context = {
        "row": row,
        "papers": papers_of(row.contents, row.languages) if "parts" in row.contents else [],
        "problems": untranslated(row.code, row.contents.get("texts", {}), row.languages),
        "visits": [(one, state_of(one), gettext(VISIT_STATES[state_of(one)])) for one in row.follow_ups.all()],
        "moves": StateMove.objects.filter(subject="handover", name=row.code).select_related("account"),
        "may_sign": "sign" in offered,
        "may_prepare": "prepare" in offered,
        "may_visit": any(may(person, right) for right in VISITORS) and row.state == "signed",
        "parts": row.contents.get("parts", []),
        **_marking(person, row, timezone.localdate()),
        **_land_shown(row),
    }
    return render(request, "desk/handover.html", context)


def _land_shown(row: Handover) -> dict[str, object]:
    """Return the picture of the land on the certificate's own day, and what changed since."""
    account = land_at_signature(row) if row.contents.get("parts") else None
    return {
        "plan": plan_shown(account) if account else None,
        "shown_on": seen_at_signature(row).on,
        "changes": changed_since(row),
    }


def _marking(person: Account, row: Handover, on: date) -> dict[str, object]:
    """Return what marking is in the way of a handover that is still to be signed, for those who see marking."""
    shows = row.state in ("accepted", "prepared") and any(may(person, right) for right in ANYBODY_AT_WORK)
    return {"shows_marking": shows, "marking": marking_in_the_way(row.task, on) if shows else []}


def papers_of(contents: dict[str, object], languages: list[str]) -> list[tuple[str, list[Section]]]:
    """Return a certificate in each of its languages that we can write."""
    return [(code, written(contents, code)) for code in languages if code in LANGUAGES]


# -- the certificate --------------------------------------------------------------------------------------------------


@needs(Right.WORK_ANY)
def prepare_page(request: HttpRequest, code: str) -> HttpResponseBase:
    """Write a certificate: look at it in all its languages, then prepare it to be signed."""
    person = person_of(request)
    task = task_seen(person, code)
    certificate, problems = certificate_given(request.POST) if request.method == "POST" else (Certificate(), [])
    papers: list[tuple[str, list[Section]]] = []
    if request.method == "POST" and bring_handover(task) is None:
        problems.append(problem("handover_not_yet", task.code, state=task.state))
    elif request.method == "POST" and not problems:
        if request.POST.get("action") == "prepare":
            row, problems = prepare_handover(person, task, certificate)
            if row is not None:
                tell(request, problems)
                return redirect("handover", number=row.pk)
        else:
            problems = [*certificate_problems(certificate)]
            problems += untranslated(task.code, certificate.texts, certificate.languages)
        if not has_errors(certificate_problems(certificate)):
            papers = _preview(task.pk, certificate)
    given = request.POST
    context = {
        "task": task,
        "problems": problems,
        "papers": papers,
        "texts": [
            (name, gettext(words), [(one, given.get(f"{name}-{one}", "")) for one in LANGUAGES])
            for name, words in TEXTS
        ],
        "values": given,
        "languages": [(one, _label("language", one), _chosen(given, one)) for one in LANGUAGES],
        "uses": [(one, words, one in given.getlist("use")) for one, words in _choices("land_use")],
        "groups": list(_groups_shown(given)),
        "lists": [_choices(name) for name in GROUP_LISTS],
        "present": [(name, gettext(words), given.get(f"present-{name}", "")) for name, words in PRESENT],
    }
    return render(request, "desk/certificate_form.html", context)


def _preview(task: int, certificate: Certificate) -> list[tuple[str, list[Section]]]:
    """Return the certificate as it would read; nothing is kept."""
    row = Handover.objects.filter(task=task).select_related("task").first()
    if row is None:
        return []
    row.hotline, row.intended_use = certificate.hotline, list(certificate.intended_use)
    row.languages, row.present = list(certificate.languages), dict(certificate.present)
    row.beneficiaries = [{name: getattr(one, name) for name in (*GROUP, "count")} for one in certificate.beneficiaries]
    row.contents = {"texts": {name: dict(told) for name, told in certificate.texts.items()}}
    contents = certificate_contents(dossier_of(row.task), certificate_values(row), land_of(row.task))
    return papers_of(contents, row.languages)


def certificate_given(given: QueryDict) -> tuple[Certificate, list[Problem]]:
    """Read what was typed into the form of a certificate; counts that are none are problems, empty ones unknown."""
    problems: list[Problem] = []
    rows = []
    for number in range(GROUPS):
        count = _count(given.get(f"group-{number}-count", ""), problems)
        words = [given.get(f"group-{number}-{name}", "")[:64] for name in GROUP]
        if count is not None:
            rows.append(Beneficiaries(words[0], words[1], count, *words[2:]))
        elif any(words[2:]):
            problems.append(problem("handover_count_wrong", f"group {number + 1}", value="–"))
    counts = {name: _count(given.get(f"present-{name}", ""), problems) for name, _words in PRESENT}
    present = {name: count for name, count in counts.items() if count is not None}
    texts = {
        name: {one: text for one in LANGUAGES if (text := _text(given, f"{name}-{one}"))} for name, _words in TEXTS
    }
    chosen = tuple(one for one in LANGUAGES if one in given.getlist("language"))
    use = tuple(code[:64] for code in given.getlist("use"))
    return Certificate(texts, _text(given, "hotline")[:64], use, chosen, tuple(rows), present), problems


def _text(given: QueryDict, name: str) -> str:
    return given.get(name, "").replace("\x00", "").strip()[:2000]


def _count(text: str, problems: list[Problem]) -> int | None:
    text = text.strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > 7:
        problems.append(problem("handover_count_wrong", "count", value=text[:20]))
        return None
    return int(text)


def _groups_shown(given: QueryDict) -> Iterator[tuple[int, list[str], str]]:
    for number in range(GROUPS):
        usual = {"kind": "direct", "stage": "expected"}  # nothing that a row left empty would have to count
        words = [given.get(f"group-{number}-{name}", usual.get(name, "")) for name in GROUP]
        yield number, words, given.get(f"group-{number}-count", "")


def _chosen(given: QueryDict, code: str) -> bool:
    return code in given.getlist("language") if given else code in ("az", "en")


def _choices(name: str) -> list[tuple[str, str]]:
    return [(code, row.labels[language()]) for code, row in code_list(name).items() if not row.retired]


def _label(name: str, code: str) -> str:
    return code_list(name)[code].labels[language()]


# -- the signature ----------------------------------------------------------------------------------------------------


@needs(Right.SIGN)
def sign_page(request: HttpRequest, number: int) -> HttpResponseBase:
    """Sign a prepared certificate with the names of all who signed it on paper."""
    person = person_of(request)
    row = get_object_or_404(handovers_seen_by(person), pk=number)
    problems: list[Problem] = []
    if request.method == "POST":
        on, problems = day_given(request, "on")
        if on is not None:
            signatures = [
                Signature(kind, name, on.isoformat())
                for kind in (*SIGNATORIES, *ALSO_SIGN)
                if (name := text_given(request, f"name-{kind}")[:200])
            ]
            problems = sign_handover(person, row, signatures, on)
            if not has_errors(problems):
                tell(request, problems)
                return redirect("handover", number=row.pk)
    own = person.get_full_name() or person.get_username()
    names = [
        (kind, _label("signatory_kind", kind), request.POST.get(f"name-{kind}", own if kind == "authority" else ""))
        for kind in (*SIGNATORIES, *ALSO_SIGN)
    ]
    context = {
        "row": row,
        "problems": problems,
        "names": [(kind, words, value, kind in SIGNATORIES) for kind, words, value in names],
        "on": request.POST.get("on") or timezone.localdate().isoformat(),
        "papers": papers_of(row.contents, row.languages) if "parts" in row.contents else [],
        "may_sign": "sign" in moves_offered(person, row),
        **({} if problems else _marking(person, row, timezone.localdate())),
    }
    return render(request, "desk/handover_sign.html", context)


# -- visits -----------------------------------------------------------------------------------------------------------


@needs(*VISITORS)
def follow_up_page(request: HttpRequest, number: int, visit: int) -> HttpResponseBase:
    """Record a visit: is the land used and how, is it disputed, was anything found."""
    person = person_of(request)
    row = get_object_or_404(handovers_seen_by(person), pk=number)
    due = get_object_or_404(FollowUp, pk=visit, handover=row)
    problems: list[Problem] = []
    if request.method == "POST":
        on, problems = day_given(request, "on")
        finds = _count(request.POST.get("finds", "") or "0", problems)
        if on is not None and finds is not None:
            told = Visit(
                _known(request.POST.get("used", ""), "yes_no_unknown"),
                tuple(one for one in request.POST.getlist("conflict") if one in code_list("land_dispute")),
                _known(request.POST.get("accidents", ""), "yes_no_unknown"),
                finds,
            )
            use = [one for one in request.POST.getlist("use") if one in code_list("land_use")]
            problems = record_follow_up(person, due, on, told, use, text_given(request, "note"))
            due.refresh_from_db()
            if due.done_on is not None and due.account_id == person.pk:
                tell(request, problems)
                return redirect("handover", number=row.pk)
    context = {
        "row": row,
        "visit": due,
        "problems": problems,
        "values": request.POST,
        "answers": _choices("yes_no_unknown"),
        "uses": [(code, words, code in request.POST.getlist("use")) for code, words in _choices("land_use")],
        "disputes": [(c, words, c in request.POST.getlist("conflict")) for c, words in _choices("land_dispute")],
        "on": request.POST.get("on") or timezone.localdate().isoformat(),
    }
    return render(request, "desk/follow_up.html", context)


def _known(code: str, name: str) -> str:
    return code if code in code_list(name) else ""
