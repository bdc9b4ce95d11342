"""The guide: what the symbols and words mean."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from torpaq.standard.codes import code_list
from torpaq.standard.terms import terms
from torpaq.web.accounts import Right
from torpaq.web.desk.access import needs
from torpaq.web.desk.templatetags.desk import language

WORDS = ("HazardousArea", "Status.SHA", "Status.CHA", "cancelled", "reduced", "cleared", "released", "residual_risk",
         "HandOver", "NTS", "TS", "Clearance", "Entry", "Contamination", "Unlocated", "Assertion")  # fmt: skip


@needs(Right.SEE_LAND)
def guide(request: HttpRequest) -> HttpResponseBase:
    """Show the legend, the kinds of entries and the words, each with its clause."""
    kinds = [(code, row.labels[language()], row.clause) for code, row in code_list("entry_kind").items()]
    known = [terms()[name] for name in WORDS]
    is_english = language() == "en"
    words = [(t.names[language()], t.meaning if is_english else t.names["en"], t.clause) for t in known]
    return render(request, "desk/guide.html", {"kinds": kinds, "words": words, "is_english": is_english})
