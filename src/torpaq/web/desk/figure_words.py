"""What the programme's figures are called, what they divide by what, and in which groups a page shows them."""

from collections.abc import Mapping

from django.utils.translation import gettext_noop as later

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        later("Land released"),
        ("cancelled_m2", "cancelled_percent", "reduced_m2", "reduced_percent", "cleared_m2", "cleared_percent"),
    ),
    (
        later("Output"),
        (
            "processed_m2",
            "m2_a_deminer_day",
            "m2_a_net_hour",
            "m2_a_machine_hour",
            "m2_an_animal_hour",
            "m2_an_animal_day",
            "ha_a_survey_team_month",
            "downtime_percent",
        ),
    ),
    (later("Finds"), ("items_a_ha", "m2_an_item", "tasks_without_find_percent", "items_placed_percent")),
    (
        later("Quality and safety"),
        ("non_conformities_a_10000_m2", "rework_m2", "missed_a_million_m2", "accidents_a_million_hours"),
    ),
    (later("Open land"), ("confirmed_mine_percent", "confirmed_erw_percent", "areas_drawn_percent")),
    (later("Cost"), ("cost_a_m2_processed", "cost_a_m2_released", "cost_an_item")),
    (later("Time"), ("days_to_start", "days_to_complete", "days_to_release")),
    (later("Reports"), ("on_time_percent", "returned_percent", "approval_days")),
)
NAMES: Mapping[str, tuple[str, str, str]] = {
    "cancelled_m2": (later("Cancelled"), later("m² cancelled, each once, by the ledger"), "m²"),
    "cancelled_percent": (later("Share cancelled"), later("m² cancelled ÷ m² released"), "%"),
    "reduced_m2": (later("Reduced"), later("m² reduced, each once, by the ledger"), "m²"),
    "reduced_percent": (later("Share reduced"), later("m² reduced ÷ m² released"), "%"),
    "cleared_m2": (later("Cleared"), later("m² cleared, each once, by the ledger"), "m²"),
    "cleared_percent": (later("Share cleared"), later("m² cleared ÷ m² released"), "%"),
    "processed_m2": (later("Processed"), later("m² processed, every method and pass; not released"), "m²"),
    "m2_a_deminer_day": (later("m² a deminer and day"), later("m² processed ÷ deminers at work on the days"), "m²"),
    "m2_a_net_hour": (later("m² a net hour"), later("m² processed ÷ net hours of all deminers"), "m²"),
    "m2_a_machine_hour": (later("m² a machine-hour"), later("m² processed ÷ machine-hours"), "m²"),
    "m2_an_animal_hour": (later("m² an animal-hour"), later("m² processed ÷ animal-hours"), "m²"),
    "m2_an_animal_day": (
        later("m² an animal with its handler and day"),
        later("m² processed ÷ days of animals with their handlers"),
        "m²",
    ),
    "ha_a_survey_team_month": (
        later("Hectares a survey team and month"),
        later("hectares cancelled ÷ months of non-technical survey teams"),
        later("ha"),
    ),
    "confirmed_mine_percent": (
        later("Confirmed, of land open for mines"), later("m² confirmed ÷ m² suspected or confirmed, at the end"), "%",
    ),
    "confirmed_erw_percent": (
        later("Confirmed, of land open for explosive remnants"),
        later("m² confirmed ÷ m² suspected or confirmed, at the end"),
        "%",
    ),
    "areas_drawn_percent": (later("Areas drawn"), later("hazardous areas with a valid polygon ÷ areas, today"), "%"),
    "cost_a_m2_processed": (
        later("Cost of a m² processed"), later("full cost told at completion ÷ m² processed, tasks completed"), "",
    ),
    "cost_a_m2_released": (
        later("Cost of a m² released"), later("full cost told at completion ÷ m² released by the ledger"), "",
    ),
    "cost_an_item": (later("Cost of an item"), later("full cost told at completion ÷ items found"), ""),
    "downtime_percent": (later("Downtime"), later("lost hours ÷ net and lost hours"), "%"),
    "items_a_ha": (later("Items found a hectare cleared"), later("items found ÷ m² cleared × 10,000"), ""),
    "m2_an_item": (later("m² cleared an item"), later("m² cleared ÷ items found"), "m²"),
    "tasks_without_find_percent": (
        later("Completed tasks without any find"), later("completed tasks that found nothing ÷ completed tasks"), "%",
    ),
    "items_placed_percent": (later("Items with a place"), later("items whose place is known ÷ items"), "%"),
    "non_conformities_a_10000_m2": (
        later("Non-conformities in 10,000 m²"), later("non-conformities ÷ m² processed × 10,000"), "",
    ),
    "rework_m2": (later("Searched again"), later("m² searched again for quality"), "m²"),
    "missed_a_million_m2": (
        later("Missed items in a million m²"), later("items found in released land ÷ m² released × 1,000,000"), "",
    ),
    "accidents_a_million_hours": (
        later("Accidents in a million hours"), later("accidents at the workplace ÷ net hours × 1,000,000"), "",
    ),
    "days_to_start": (later("From order to start"), later("median of the tasks, days"), later("days")),
    "days_to_complete": (later("From start to completion"), later("median of the tasks, days"), later("days")),
    "days_to_release": (later("From completion to acceptance"), later("median of the tasks, days"), later("days")),
    "on_time_percent": (later("Reports on time"), later("reports sent within the time set ÷ reports sent"), "%"),
    "returned_percent": (later("Reports returned"), later("reports that stand returned ÷ reports decided on"), "%"),
    "approval_days": (later("From sending to acceptance"), later("median of the reports, days"), later("days")),
}  # fmt: skip
ROWS: Mapping[str, str] = {
    **dict.fromkeys(("processed_m2", "m2_a_deminer_day", "m2_a_net_hour", "m2_a_machine_hour"), "days"),
    "m2_an_animal_day": "days",
    "ha_a_survey_team_month": "survey",
    "areas_drawn_percent": "areas",
    **dict.fromkeys(("cost_a_m2_processed", "cost_a_m2_released", "cost_an_item"), "costed"),
    **dict.fromkeys(("m2_an_animal_hour", "downtime_percent", "rework_m2"), "days"),
    **dict.fromkeys(("items_a_ha", "m2_an_item", "items_placed_percent", "missed_a_million_m2"), "items"),
    **dict.fromkeys(("tasks_without_find_percent", "days_to_start", "days_to_complete", "days_to_release"), "tasks"),
    **dict.fromkeys(("on_time_percent", "returned_percent", "approval_days"), "reports"),
    "non_conformities_a_10000_m2": "non_conformities",
    "accidents_a_million_hours": "accidents",
}
"""Which rows a figure opens; a figure of land opens the ledger's entries."""
