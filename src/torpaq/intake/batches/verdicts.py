"""What checking found, in a person's language, as it goes back into their own workbook: a verdict on each row."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from torpaq.intake.batches.columns import Matching
from torpaq.intake.batches.results import RowResult, Verdict
from torpaq.intake.record.record import Finding
from torpaq.intake.tables.model import Table
from torpaq.intake.tables.verdicts import RowVerdict, VerdictHeadings, VerdictKind
from torpaq.standard.form import Form
from torpaq.standard.problems import Problem, Severity, catalogue

KINDS: Mapping[Verdict, VerdictKind] = MappingProxyType(
    {
        Verdict.GOOD: VerdictKind.GOOD,
        Verdict.WARNED: VerdictKind.WARNING,
        Verdict.DUPLICATE: VerdictKind.DUPLICATE,
        Verdict.REFUSED: VerdictKind.REFUSED,
    }
)
WORDS: Mapping[str, Mapping[Verdict, str]] = MappingProxyType(
    {
        "az": {
            Verdict.GOOD: "yaxşı",
            Verdict.WARNED: "yaxşı, xəbərdarlıqla",
            Verdict.DUPLICATE: "bəlkə artıq var",
            Verdict.REFUSED: "qəbul edilmir",
        },
        "en": {
            Verdict.GOOD: "good",
            Verdict.WARNED: "good, with warnings",
            Verdict.DUPLICATE: "possibly there already",
            Verdict.REFUSED: "refused",
        },
        "ru": {
            Verdict.GOOD: "годится",
            Verdict.WARNED: "годится, с замечаниями",
            Verdict.DUPLICATE: "возможно, уже есть",
            Verdict.REFUSED: "не принято",
        },
    }
)
HEADINGS: Mapping[str, tuple[str, str, str, str]] = MappingProxyType(
    {
        "az": ("rəy", "nə səhvdir və necə düzgün olar", "oxunmadı", "Qalan qeydlər yalnız burada yazılıb."),
        "en": ("verdict", "what is wrong and what would be right", "not read", "Further remarks stand only here."),
        "ru": (
            "вердикт",
            "что неверно и как будет верно",
            "не прочитано",
            "Остальные замечания записаны только здесь.",
        ),
    }
)
"""The headings of the two columns, the word for a row that is none of data, and what ends a text without comments."""


def verdicts_of(
    results: Iterable[RowResult], findings: Iterable[Finding], matching: Matching, form: Form, language: str
) -> dict[int, RowVerdict]:
    """Return the verdict on each row by its number, in ``az``, ``en`` or ``ru``.

    ``findings`` are those of the file; of them the rows that hold no data (totals, headers again) get a word as well.
    """
    by_place = {target.place: index for index, target in sorted(matching.columns.items(), reverse=True)}
    told = {
        result.number: _verdict(
            WORDS[language][result.verdict], KINDS[result.verdict], result.findings, by_place, form, language
        )
        for result in results
    }
    for found in findings:
        if found.row and found.row not in told:
            told[found.row] = _verdict(HEADINGS[language][2], VerdictKind.WARNING, [found], by_place, form, language)
    return told


def verdict_headings(table: Table, language: str) -> VerdictHeadings:
    """Return the headings of the verdict's columns and where they go in a table."""
    word, text, _, left_out = HEADINGS[language]
    row = table.header_rows[0] if table.header_rows else 0
    return VerdictHeadings(word, text, row, table.free_column, left_out)


def said(found: Problem, language: str) -> str:
    """Return a problem's sentence without its subject, beginning with a capital and ending with a full stop."""
    sentence = catalogue()[found.code].sentences[language].format_map(dict(found.parameters)).rstrip(".")
    return f"{_capital(sentence[:1], language)}{sentence[1:]}."


def _verdict(
    word: str,
    kind: VerdictKind,
    findings: Iterable[Finding],
    by_place: Mapping[str, int],
    form: Form,
    language: str,
) -> RowVerdict:
    ordered = sorted(findings, key=lambda found: list(Severity).index(found.problem.severity))
    sentences = []
    comments: dict[int, str] = {}
    for found in ordered:
        sentence = said(found.problem, language)
        where = found.column or _label(found.element, form, language)
        sentences.append(f"{where}: {sentence}" if where else sentence)
        if found.element in by_place:
            column = by_place[found.element]
            comments[column] = f"{comments[column]}\n{sentence}" if column in comments else sentence
    return RowVerdict(word, kind, " ".join(sentences), comments)


def _label(place: str, form: Form, language: str) -> str:
    """Return what an element is called, with the number of its row."""
    repeat, _, inner = place.rpartition(".")
    element = form.by_code.get(inner)
    if element is None:
        return place
    row = repeat.partition("[")[2].rstrip("]")
    return f"{element.labels[language]} {row}".strip()


def _capital(letter: str, language: str) -> str:
    return "İ" if language == "az" and letter == "i" else letter.upper()
