"""The certificate of handover: its contents as plain values, and those values in words (IMAS 08.30).

What is not known is said to be not known; land released of one class is not shown free of another; a sample that passed
is never told as proof that nothing is left.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any

from torpaq.operations.release.arithmetic import TaskLand
from torpaq.operations.release.facts import EXTERNAL_CONTROL, Dossier
from torpaq.standard.codes import code_list
from torpaq.standard.problems import LANGUAGES, Problem, problem
from torpaq.standard.tables import STANDARD, read_table

CLASSES = ("mine", "erw")
FREE_TEXTS = ("not_cleared", "restrictions", "residual_risk")
PRESENT = ("women", "men", "girls", "boys")
Ring = tuple[tuple[float, float], ...]
Contents = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """One release in the ledger: entry, outcome, classes, m², depth, and its turning points (lon, lat) by ring."""

    entry: str
    outcome: str
    contamination: tuple[str, ...]
    area_m2: float
    depth_cm: float | None = None
    rings: tuple[Ring, ...] = ()


@dataclass(frozen=True, slots=True)
class CertificateValues:
    """What a certificate says beside the dossier. ``texts`` holds each free text by language; names by language too."""

    code: str
    parts: tuple[Part, ...] = ()
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    place: Mapping[str, str] = field(default_factory=dict)
    operator: Mapping[str, str] = field(default_factory=dict)
    uncleared: tuple[tuple[str, float | None], ...] = ()
    residual_codes: tuple[str, ...] = ()
    hotline: str = ""
    intended_use: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("az", "en")
    beneficiaries: tuple[Mapping[str, Any], ...] = ()
    present: Mapping[str, int] = field(default_factory=dict)
    signatures: tuple[Mapping[str, str], ...] = ()
    signed_on: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of the certificate and its lines."""

    code: str
    heading: str
    lines: tuple[str, ...]


def certificate_contents(dossier: Dossier, values: CertificateValues, account: TaskLand | None) -> dict[str, Any]:
    """Return everything a certificate says as JSON: what is kept when it is signed, to be printed again for ever."""
    released = {name for part in values.parts for name in part.contamination}
    everywhere = (
        set(CLASSES).intersection(*(set(part.contamination) for part in values.parts)) if values.parts else set()
    )
    controls = [one for one in dossier.inspections if one.kind == EXTERNAL_CONTROL]
    last = max(controls, key=lambda one: one.on, default=None)
    told = asdict(values)
    told["texts"] = {name: dict(by) for name, by in values.texts.items()}
    return {
        **told,
        "task": dossier.task.code,
        "areas": list(dossier.task.areas),
        "released_of": sorted(released),
        "not_free_of": [name for name in CLASSES if name not in everywhere],
        "figures": account.land.as_json() if account else {},
        "quality": {"result": last.result, "on": last.on.isoformat(), "checked_m2": last.checked_m2} if last else {},
    }


def untranslated(name: str, texts: Mapping[str, Mapping[str, str]], languages: Sequence[str]) -> list[Problem]:
    """Warn of each free text that is written in one of the certificate's languages and not in another."""
    return [
        problem("handover_text_untranslated", name, text=text, language=language)
        for text, told in texts.items()
        if any(one.strip() for one in told.values())
        for language in languages
        if not told.get(language, "").strip()
    ]


def written(contents: Contents, language: str) -> list[Section]:
    """Return a certificate in words. Raises ``KeyError`` for a language that the table of words lacks."""
    say = _Words(language)
    sections = [
        ("title", [f"{say('number')}: {contents['code']}", *_head(contents, say)]),
        ("released", _released(contents, say)),
        ("not_cleared", _not_cleared(contents, say)),
        ("restrictions", _free(contents, "restrictions", say)),
        ("residual_risk", _residual(contents, say)),
        ("quality", _quality(contents, say)),
        ("intended_use", [say.code(one, "land_use") for one in contents["intended_use"]] or [say("not_known")]),
        ("beneficiaries", [_people(one, say) for one in contents["beneficiaries"]] or [say("not_known")]),
        ("present", [_present(contents["present"], say)]),
        ("hotline", [_hotline(contents, say)]),
        ("points", list(_points(contents["parts"], say))),
        ("signatures", [_signature(one, say) for one in contents["signatures"]] or [say("nothing_written")]),
    ]
    return [Section(code, say(code), tuple(lines)) for code, lines in sections if lines]


class _Words:
    """The words of one language."""

    def __init__(self, language: str) -> None:
        self.language, self.table = language, _table(language)

    def __call__(self, key: str, **filled: object) -> str:
        return self.table[key].format(**filled)

    def code(self, code: str, name: str) -> str:
        found = code_list(name).get(code)
        return found.labels[self.language] if found else code

    def classes(self, names: Sequence[str]) -> str:
        return ", ".join(self(name) for name in names)


@cache
def _table(language: str) -> Mapping[str, str]:
    if language not in LANGUAGES:
        raise KeyError(language)
    return MappingProxyType({row["key"]: row[language] for row in read_table(STANDARD / "certificate_words.csv")})


def _head(contents: Contents, say: _Words) -> list[str]:
    place, operator = contents["place"].get(say.language, ""), contents["operator"].get(say.language, "")
    lines = [f"{say('task')}: {contents['task']}", f"{say('areas')}: {', '.join(contents['areas'])}"]
    lines += [f"{say('place')}: {place}"] if place else []
    lines += [f"{say('operator')}: {operator}"] if operator else []
    return [*lines, f"{say('handed_over_on')}: {contents['signed_on'] or say('nothing_written')}"]


def _released(contents: Contents, say: _Words) -> list[str]:
    lines = []
    for part in contents["parts"]:
        depth = "?" if part["depth_cm"] is None else _number(part["depth_cm"])
        filled = {"area": _number(part["area_m2"]), "classes": say.classes(part["contamination"]), "depth": depth}
        lines.append(say(f"{part['outcome']}_line", **filled))
    if contents["not_free_of"]:
        lines.append(say("not_free_of", classes=say.classes(contents["not_free_of"])))
    return lines or [say("nothing_written")]


def _not_cleared(contents: Contents, say: _Words) -> list[str]:
    lines = _free(contents, "not_cleared", say)
    for reason, area_m2 in contents["uncleared"]:
        named = say.code(reason, "uncleared_reason")
        if area_m2 is None:
            lines.append(say("uncleared_unmeasured", reason=named))
        else:
            lines.append(say("uncleared_line", reason=named, area=_number(area_m2)))
    remaining_m2 = contents["figures"].get("remaining_m2", 0)
    if remaining_m2 >= 1:
        lines.append(say("remaining_line", area=_number(remaining_m2)))
    return [*lines, say("outside_line")]


def _residual(contents: Contents, say: _Words) -> list[str]:
    lines = [say.code(one, "residual_risk") for one in contents["residual_codes"]]
    lines += _free(contents, "residual_risk", say) if contents["texts"].get("residual_risk") or not lines else []
    depths = [part["depth_cm"] for part in contents["parts"] if part["depth_cm"] is not None]
    return [*lines, *([say("deeper_line", depth=_number(min(depths)))] if depths else [])]


def _free(contents: Contents, name: str, say: _Words) -> list[str]:
    """Return a free text in this language; else in another, said to be so, for a warning unread is none."""
    told = contents["texts"].get(name, {})
    own = told.get(say.language, "").strip()
    if own:
        return [own]
    other = next((told[one].strip() for one in LANGUAGES if told.get(one, "").strip()), "")
    return [f"{other} ({say('other_language')})"] if other else [say("nothing_written")]


def _quality(contents: Contents, say: _Words) -> list[str]:
    quality = contents["quality"]
    if not quality:
        return [say("not_known")]
    result, area = say.code(quality["result"], "check_result"), _number(quality["checked_m2"])
    return [say("quality_line", day=quality["on"], result=result, area=area)]


def _people(row: Mapping[str, Any], say: _Words) -> str:
    lists = (("kind", "beneficiary_kind"), ("stage", "beneficiary_stage"), ("sex", "sex"), ("age", "age_group"))
    named = [say.code(row[name], listed) for name, listed in (*lists, ("disability", "disability")) if row.get(name)]
    return f"{', '.join(named)}: {row['count']}"


def _present(present: Mapping[str, int], say: _Words) -> str:
    return say("present_line", **{name: present.get(name, say("not_known")) for name in PRESENT})


def _hotline(contents: Contents, say: _Words) -> str:
    number = contents["hotline"]
    return say("hotline_line", number=number) if number else say("hotline_none")


def _points(parts: Sequence[Mapping[str, Any]], say: _Words) -> list[str]:
    return [
        say("point_line", entry=part["entry"], ring=r, number=n, lat=f"{lat:.6f}", lon=f"{lon:.6f}")
        for part in parts
        for r, ring in enumerate(part["rings"], 1)
        for n, (lon, lat) in enumerate(ring, 1)
    ]


def _signature(row: Mapping[str, str], say: _Words) -> str:
    return f"{say.code(row['kind'], 'signatory_kind')}: {row['name']}, {row['on']}"


def _number(value: float) -> str:
    """Write a number for any reader: groups of three with a narrow blank, no superfluous decimals."""
    rounded = round(float(value), 2)
    text = f"{rounded:,.0f}" if rounded == int(rounded) else f"{rounded:,.2f}"
    return text.replace(",", "\u202f")
