"""A surface as a document to print: map, what it proposes, score card, parameters and provenance, in one language."""

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from torpaq.evidence.tile_values import whole_values
from torpaq.report.surface import Key, SurfaceMap, SurfacePages, surface_pdf
from torpaq.risk.shades import chance_pixels, png_of
from torpaq.risk.surface.recipe import CANNOT_SAY
from torpaq.risk.surface.surface import LOG_ODDS, SAYS, SPREAD, Surface
from torpaq.web.desk.decisions_shown import proposal_rows
from torpaq.web.desk.risk_shown import chance_legend
from torpaq.web.desk.score_shown import Score, score_of
from torpaq.web.desk.templatetags.desk import moment
from torpaq.web.desk.templatetags.risk import (
    chance,
    class_name,
    origin_name,
    parameter_name,
    plain_or_dash,
    plain_value,
    quantity,
)
from torpaq.web.models import RiskSurface
from torpaq.web.risk.areas import open_outlines
from torpaq.web.risk.surfaces import decisions_of

LONGEST_PIXELS = 1600
AREAS_PRINTED = 60


def print_surface(row: RiskSurface, surface: Surface, author: str, language: str) -> bytes:
    """Return a surface as PDF in a language."""
    with override(language):
        return surface_pdf(_pages(row, surface, author), language)


def _pages(row: RiskSurface, surface: Surface, author: str) -> SurfacePages:
    score = score_of(row.told.get("card", {}))
    hectares = row.told.get("hectares", {})
    classes = [[class_name(name), quantity(float(value))] for name, value in hectares.items() if value]
    areas = [
        [one.area, class_name(one.says), chance(one.any_chance), plain_or_dash(one.expected_ha)]
        for one in proposal_rows(decisions_of(row))[:AREAS_PRINTED]
    ]
    return SurfacePages(
        name=_("Surface of risk"),
        beneath=f"{row.name or row.folder} · {moment(row.ended)}",
        caution=_("What the model proposes. People decide, and nothing here changes the status of land."),
        author=author,
        made_at=timezone.localtime(),
        code=row.folder,
        map=_map(surface),
        facts=_facts(row),
        told=score.told,
        tables=[
            (_("Land by what is proposed"), [_("Proposed"), _("ha")], classes, (1,)),
            (_("Beside simpler rules"), [_("Rule"), *_heads()], _peers(score), range(1, 5)),
            (
                _("Hazardous areas"),
                [_("Area"), _("Proposed"), _("Chance of anything"), _("Contaminated, ha")],
                areas,
                (2, 3),
            ),
        ],
        parameters=(
            _("Parameters"),
            [(parameter_name(name), plain_value(value)) for name, value in row.told.get("parameters", {}).items()],
        ),
        headings=(_("How good it is"), _("What it rests on")),
        synthetic=str(row.told.get("synthetic_label") or ""),
    )


def _heads() -> list[str]:
    return [_("Ranking (ROC)"), _("Ranking (PR)"), _("Gap of chances"), _("Land to search for 9 in 10")]


def _peers(score: Score) -> list[list[str]]:
    return [[row.words, *(row.cells[place].value for place in (0, 1, 3, 4))] for row in score.baselines]


def _map(surface: Surface) -> SurfaceMap:
    log_odds, spread, says = (whole_values(surface.path / name, LONGEST_PIXELS)[0] for name in (LOG_ODDS, SPREAD, SAYS))
    keys = [Key(band.colour, band.words) for band in chance_legend()]
    keys += [Key("", _("hatched: the model cannot say")), Key("#ece9e2", _("clear: not assessed"))]
    return SurfaceMap(
        picture=png_of(chance_pixels(log_odds, spread, says == CANNOT_SAY)),
        bounds_m=surface.grid.bounds_m,
        outlines=open_outlines(surface.grid.bounds_m),
        keys=keys,
        caption=_("Chance that the land around a cell is contaminated; outlined: open hazardous areas; pale: unsure"),
    )


def _facts(row: RiskSurface) -> list[tuple[str, str]]:
    told, grid = row.told, row.told.get("grid", {})
    person = row.account.get_full_name() if row.account else "–"
    return [
        (_("Made by"), f"{person}, {moment(row.ended)}"),
        (_("Model"), origin_name(str(row.asked.get("origin", "")))),
        (_("Ledger at entry"), f"{row.entries} · {row.head}"),
        (_("Digest of the evidence"), row.digest),
        (_("Surface"), str(told.get("id", ""))),
        (_("Cells"), f"{quantity(float(told.get('cells', 0)))} · {quantity(float(grid.get('cell_m', 0)))} m"),
    ]
