"""The few words that exports say of themselves, in three languages; the form's own words stand in its rows."""

from collections.abc import Mapping
from types import MappingProxyType

LANGUAGE_NAMES = MappingProxyType({"en": "English (en)", "az": "Azərbaycanca (az)", "ru": "Русский (ru)"})
"""How a phone names the language to choose, in the order in which they are offered."""

WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "required": {
            "az": "Bu suala cavab verilməlidir",
            "en": "This must be answered",
            "ru": "На этот вопрос нужно ответить",
        },
        "at_least": {"az": "Ən azı {least}", "en": "At least {least}", "ru": "Не меньше {least}"},
        "at_most": {"az": "Ən çoxu {most}", "en": "At most {most}", "ru": "Не больше {most}"},
        "between": {
            "az": "{least} ilə {most} arasında",
            "en": "Between {least} and {most}",
            "ru": "От {least} до {most}",
        },
        "not_yet": {
            "az": "Bu gün hələ gəlməyib",
            "en": "This day has not come yet",
            "ru": "Этот день ещё не наступил",
        },
        "own_task": {
            "az": "Qrupun tapşırığı (siyahıda yoxdursa, nömrəsini aşağıda yazın)",
            "en": "Task of the team (not listed: write its number below)",
            "ru": "Задача группы (нет в списке — впишите её номер ниже)",
        },
        "drawn_area": {
            "az": "Telefonun ölçdüyü sahə: {area} m²",
            "en": "Area as the phone measures it: {area} m²",
            "ru": "Площадь по измерению телефона: {area} м²",
        },
        "areas_differ": {
            "az": "⚠ Hesabatda {reported} m² yazılıb, telefon {area} m² ölçüb. Sərhədi və rəqəmi yoxlayın.",
            "en": "⚠ The report says {reported} m², the phone measures {area} m². Check the boundary and the figure.",
            "ru": "⚠ В отчёте {reported} м², телефон измерил {area} м². Проверьте границу и число.",
        },
        "instructions": {"az": "Təlimat", "en": "Guide", "ru": "Инструкция"},
        "column": {"az": "Sütun", "en": "Column", "ru": "Столбец"},
        "code": {"az": "Kod", "en": "Code", "ru": "Код"},
        "answer": {"az": "Cavab", "en": "Answer", "ru": "Ответ"},
        "is_required": {"az": "Mütləqdir", "en": "Required", "ru": "Обязательно"},
        "when": {"az": "Nə vaxt soruşulur", "en": "Asked when", "ru": "Когда спрашивается"},
        "hint": {"az": "Necə yazmalı", "en": "How to write it", "ru": "Как писать"},
        "clause": {"az": "Bənd", "en": "Clause", "ru": "Пункт"},
        "sensitivity": {"az": "Kim görə bilər", "en": "Who may see it", "ru": "Кто может видеть"},
        "yes": {"az": "bəli", "en": "yes", "ru": "да"},
        "always": {"az": "həmişə", "en": "always", "ru": "всегда"},
        "or": {"az": "və ya", "en": "or", "ru": "или"},
        "and": {"az": "və", "en": "and", "ru": "и"},
        "is": {"az": "«{element}» — {codes}", "en": "“{element}” is {codes}", "ru": "«{element}» — {codes}"},
        "is_not": {
            "az": "«{element}» cavablanıb və {codes} deyil",
            "en": "“{element}” is answered and is not {codes}",
            "ru": "на «{element}» есть ответ и это не {codes}",
        },
        "has": {
            "az": "«{element}» arasında {codes} var",
            "en": "“{element}” includes {codes}",
            "ru": "в «{element}» есть {codes}",
        },
        "filled": {
            "az": "«{element}» cavablanıb",
            "en": "“{element}” is answered",
            "ru": "на «{element}» есть ответ",
        },
        "how_to_fill": {
            "az": "Bir sətir bir qeyddir. Ulduzlu (*) sütunlar mütləqdir. Siyahılı sütunda sözü siyahıdan seçin; "
            "bir neçə cavab nöqtəli vergüllə ayrılır. Başlıqları və gizli sətri dəyişməyin.",
            "en": "One row is one record. Columns with a star (*) are required. Where a column has a list, choose from "
            "it; several answers are parted by semicolons. Leave the headings and the hidden row as they are.",
            "ru": "Одна строка — одна запись. Столбцы со звёздочкой (*) обязательны. Где есть список, выбирайте из "
            "него; несколько ответов разделяются точкой с запятой. Заголовки и скрытую строку не меняйте.",
        },
    }
)

TYPES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "section": {"az": "bölmə", "en": "section", "ru": "раздел"},
        "repeat": {"az": "təkrarlanan sətirlər", "en": "repeated rows", "ru": "повторяющиеся строки"},
        "text": {"az": "mətn", "en": "text", "ru": "текст"},
        "long_text": {"az": "uzun mətn", "en": "long text", "ru": "длинный текст"},
        "code": {"az": "siyahıdan biri", "en": "one of a list", "ru": "одно из списка"},
        "codes": {"az": "siyahıdan bir neçəsi", "en": "several of a list", "ru": "несколько из списка"},
        "integer": {"az": "tam ədəd", "en": "whole number", "ru": "целое число"},
        "decimal": {"az": "ədəd", "en": "number", "ru": "число"},
        "date": {"az": "tarix", "en": "date", "ru": "дата"},
        "time": {"az": "saat", "en": "time of day", "ru": "время"},
        "datetime": {"az": "tarix və saat", "en": "date and time", "ru": "дата и время"},
        "point": {"az": "nöqtə, istənilən yazılışda", "en": "place, in any notation", "ru": "точка в любой записи"},
        "line": {"az": "xətt: nöqtələr", "en": "line: its points", "ru": "линия: точки"},
        "polygon": {
            "az": "sərhəd: dönüş nöqtələri və ya WKT",
            "en": "boundary: turning points or WKT",
            "ru": "граница: поворотные точки или WKT",
        },
        "file": {"az": "faylın adı", "en": "name of the file", "ru": "имя файла"},
        "reference": {"az": "başqa qeydin nömrəsi", "en": "id of another record", "ru": "номер другой записи"},
        "unit": {"az": "inzibati vahid", "en": "administrative unit", "ru": "административная единица"},
        "organisation": {"az": "təşkilat", "en": "organisation", "ru": "организация"},
    }
)

SENSITIVITIES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "public": {"az": "hamı", "en": "everyone", "ru": "все"},
        "partner": {"az": "tərəfdaşlar", "en": "partners", "ru": "партнёры"},
        "internal": {"az": "proqramın işçiləri", "en": "people of the programme", "ru": "сотрудники программы"},
        "restricted": {
            "az": "yalnız işi olanlar",
            "en": "only those whose work it is",
            "ru": "только те, чья это работа",
        },
        "vault": {
            "az": "yalnız şəxsi məlumat hüququ olanlar",
            "en": "only those with the right to identities",
            "ru": "только имеющие право на личные данные",
        },
    }
)


def say(word: str, language: str, **parts: str) -> str:
    """Return a word or sentence in a language, with its parts put in."""
    return WORDS[word][language].format_map(parts)
