"""The columns of IMSMA NG's item tables that answer an element of a form, by table.

The names are those published with GICHD's cleaning tools for version 6 (geocheck and its list of enumerations). A
column that only looks like an element is not here: it stays beside the record. An enumeration stands in its column as a
base term, or as a guid where the workbook has the table ``imsmaenum`` with ``imsmaenum_guid`` and ``enumvalue``.
"""

from collections.abc import Mapping
from types import MappingProxyType

COMMON = MappingProxyType(
    {
        "dateofinformation": "date_of_information",
        "inforeliability_guid": "information_reliability",
        "sourcereliability_guid": "source_reliability",
        "confirmed_guid": "confirmed",
        "confirm_guid": "confirmed",
    }
)

FORMS: Mapping[str, str] = MappingProxyType(
    {
        "hazard": "hazardous_area",
        "accident": "accident",
        "victim": "victim",
        "mre": "eore_session",
        "qa": "quality_inspection",
        "victim_assistance": "assistance",
    }
)
"""The form of each item table; that of ``hazreduc`` follows from the kind of activity."""

ACTIVITY_KIND = "hazreductypeenum_guid"
ACTIVITIES: Mapping[str, str] = MappingProxyType(
    {
        "bac": "clearance_progress",
        "battle area clearance": "clearance_progress",
        "clearance": "clearance_progress",
        "road clearance": "clearance_progress",
        "progress report": "clearance_progress",
        "completion report": "completion",
        "handover certificate": "completion",
        "cancellation report": "land_release_product",
        "eod spot task": "eod_spot_task",
        "non-technical survey": "hazardous_area",
        "nts": "hazardous_area",
        "technical survey": "technical_survey",
    }
)
"""The kinds of activity that version 6 names, by the form of the report they are; others have no form here."""

ELEMENTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "hazard": {
            "areatype_guid": "classification",
            "status_guid": "area_status",
            "status_changed_reason": "status_change_reason",
            "areasize": "reported_area_m2",
            "informationsource_guid": "sources",
            "type_of_minefield": "minefield_type",
            "ordnance_situation": "ordnance_situation",
            "external_visual_ordnance_condition": "visible_condition",
            "antiliftfitted_guid": "anti_lift",
            "boobytrapped_guid": "booby_trapped",
            "fightinginarea_guid": "fighting",
            "terraincategory_guid": "terrain",
            "slopeenum_guid": "slope",
            "vegetationdensity_guid": "vegetation",
            "vegetationremovedby_guid": "vegetation_removal",
            "metalcontaminationlevel_guid": "metal_contamination",
            "clearancedifficulty_guid": "clearance_difficulty",
            "intendedlandused_guid": "intended_use",
            "devprojectplannedinarea_guid": "project_planned",
            "returnees_expected": "returnees_expected",
            "land_related_disputes": "land_disputed",
        },
        "hazreduc": {
            "technical_survey_type": "technical_survey_type",
            "terraincategory_guid": "terrain",
            "metalcontaminationlevel_guid": "metal_contamination",
            "community_involved_in_handover": "community_involved",
            "handover_carried_out": "handed_over",
        },
        "accident": {
            "accidenttypeenum_guid": "accident_class",
            "areamarked_guid": "area_marked",
            "how_ordnance_activated": "activation",
            "was_the_ordnance_moved_before_the_accident": "moved_before",
            "rapid_land_classification": "land_classification",
        },
        "victim": {
            "genderenum_guid": "sex",
            "killedorinjuredenum_guid": "outcome",
            "activityataccenum_guid": "activity",
            "firstmedicalfacility_guid": "first_facility",
            "howoftenenteredarea_guid": "entry_frequency",
            "reasonenteredarea_guid": "reason_entered",
            "sawobject_guid": "saw_object",
            "knewareadangerous_guid": "knew_danger",
            "mineavoidancetrained_guid": "eore_received",
            "displacement_status": "displacement_status",
            "disability": "disability",
            "highest_level_education": "education_level",
            "marital_status": "marital_status",
            "victim_breadwinner": "breadwinner",
            "occupation_before_event": "occupation_before",
            "occupation_after_event": "occupation_after",
            "level_of_income": "income_level",
            "law_awareness": "knows_rights",
            "interviewee_type": "interviewee",
        },
        "mre": {
            "campaignlevel_guid": "campaign_level",
            "supportedactivitytype_guid": "supported_activity",
        },
        "qa": {
            "activitytype_guid": "activity",
            "accreditedbyunmao_guid": "accredited",
            "compliantwithntsg_guid": "standards_followed",
            "compliantwithorgsop_guid": "procedures_followed",
            "evidenceoftande_guid": "test_evidence",
            "personnelqualified_guid": "personnel_qualified",
            "adequatesupervision_guid": "supervision_adequate",
            "qualifiedmedicavailable_guid": "medic_available",
            "equipmentsuitable_guid": "equipment_suitable",
            "equipmentstoredproperly_guid": "equipment_stored",
            "marking_guid": "marking_correct",
            "maintenancelogscurrent_guid": "maintenance_log",
            "visitorlogscurrent_guid": "visitor_log",
            "internalqalogscurrent_guid": "quality_log",
            "qaresultstatus_guid": "result",
            "operationssuspended_guid": "operations_suspended",
            "specialmonitoring_guid": "special_monitoring",
            "warningdelivered_guid": "warning_given",
            "debriefedprovided_guid": "debrief_given",
            "debriefedaccepted_guid": "debrief_accepted",
            "noncompliancecorrected_guid": "earlier_corrected",
        },
        "victim_assistance": {
            "status_guid": "referral_status",
            "status_change_reason_guid": "status_change_reason",
            "priority_enum_guid": "need_level",
            "currency_guid": "currency",
        },
    }
)

REFERENCES: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("victim", "accident_guid"): "accident",
        ("victim_assistance", "victim_guid"): "victim",
        ("mre", "accident_guid"): "accident",
    }
)
"""Columns that hold the guid of another item, by table, and the element that refers to it."""

TABLES = (*FORMS, "hazreduc")
