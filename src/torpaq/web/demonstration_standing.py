"""Made-up organisations, people, teams, animals and machines for the demonstration. No person here exists.

The operators are those of the demonstration's ledger and the cast's own. Most may work; one accreditation ends soon,
one has ended, one is suspended, one is asked for, so that every state of the pages is to be seen.
"""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from torpaq.web.demonstration_records import TEAMS
from torpaq.web.models import (
    Account,
    Accreditation,
    AnimalPair,
    Asset,
    AssetTest,
    Certificate,
    DailyCheck,
    ExplosiveMovement,
    LedgerEntry,
    Organisation,
    OrganisationKind,
    Person,
    StateMove,
    Team,
    TeamMember,
    TrainingSession,
)

NAMES = (
    "Aygün Nigar Sevinc Günel Lalə Ülviyyə Fidan Könül Gülnar Zəhra Aysel Xədicə Nuray Turanə Səbinə",
    "Elnur Rauf Vüqar Orxan Şahin İlqar Cavid Əli Tural Kənan Samir Fərid Ruslan Nicat Emin Yusif",
    "Əliyev Məmmədov Hüseynov Quliyev Abbasov Kərimov Nəbiyev Şükürov İbrahimov Rzayev Cəfərov Babayev",
)
WOMEN, MEN, FAMILIES = (names.split() for names in NAMES)
TYPES = {
    "ANAMA": "operator_state",
    "MOD": "military",
    "MES": "emergency_service",
    "SBS": "border_service",
    "NGO": "operator_ngo",
    "COMPANY": "operator_company",
    "OP": "operator_ngo",
}
METHODS = ("manual", "mechanical", "dog", "rat", "visual", "combined")
FUNCTIONS = ("team_leader", "medic", "deminer", "deminer", "deminer", "deminer", "eod_operator", "driver")
CERTIFICATES = {
    "team_leader": ("team_leader", "deminer", "eod2"),
    "medic": ("medic",),
    "deminer": ("deminer", "searcher_bac", "first_aid"),
    "eod_operator": ("eod3", "deminer"),
    "handler": ("animal_handler", "deminer"),
    "machine_operator": ("machine_operator",),
    "surveyor": ("surveyor",),
}
YEAR = timedelta(days=365)


class Standing:
    """Makes up who may work on a day, dealt out by a seeded generator."""

    def __init__(self, today: date) -> None:
        self.today = today
        self.random = Random("standing")
        self.officer = Account.objects.get(username="officer")
        self.number = 0

    def make(self) -> list[Organisation]:
        """Make everything; return the organisations that work."""
        for organisation in Organisation.objects.exclude(kind=OrganisationKind.OPERATOR):
            organisation.type = "authority" if organisation.kind == OrganisationKind.AUTHORITY else "donor"
            organisation.save(update_fields=["type"])
        working = self._operators()
        for organisation in working:
            self._accreditations(organisation)
            for team in self._teams(organisation):
                self._members(team)
                self._detectors(team)
            self._machine(organisation)
            self._animal(organisation, "dog")
            self._animal(organisation, "rat")
            self._explosives(organisation)
        return working

    def _operators(self) -> list[Organisation]:
        codes = sorted(set(LedgerEntry.objects.exclude(operator="").values_list("operator", flat=True)))
        for code in codes:
            words = {"az": f"{code} (nümayiş)", "en": f"{code} (demonstration)", "ru": f"{code} (демонстрация)"}
            names = {f"name_{language}": name for language, name in words.items()}
            Organisation.objects.get_or_create(code=code, defaults={"kind": OrganisationKind.OPERATOR, **names})
        working = list(Organisation.objects.filter(kind=OrganisationKind.OPERATOR).order_by("code"))
        for organisation in working:
            organisation.type = TYPES.get(organisation.code.split("-")[0], "operator_company")
            organisation.save(update_fields=["type"])
        return working

    # -- what they may do ---------------------------------------------------------------------------------------------

    def _accreditations(self, organisation: Organisation) -> None:
        begun, ends = date(self.today.year, 1, 10), self.today + timedelta(days=200 + self.random.randint(0, 120))
        self._accredit(organisation, "organisational", "", "", begun, ends + YEAR)
        for activity in ("nts", "ts", "bac", "eod_spot", "marking"):
            self._accredit(organisation, "operational", activity, "", begun, ends)
        for method in METHODS:
            self._accredit(organisation, "operational", "clearance", method, begun, ends)
        if organisation.code == "OP-A":
            soon = self.today + timedelta(days=26)
            self._accredit(organisation, "operational", "road_clearance", "manual", begun, soon)
            self._accredit(organisation, "operational", "stockpile_destruction", "", None, None, "applied")
        if organisation.code == "OP-B":
            past = self.today - timedelta(days=12)
            self._accredit(organisation, "operational", "road_clearance", "mechanical", begun - YEAR, past)
            held = self._accredit(organisation, "operational", "stockpile_destruction", "", begun, ends, "suspended")
            reason = "The store's keys were found in two hands (synthetic)"
            self._moved(held, "suspend", "granted", self.today - timedelta(days=5), reason)

    def _accredit(
        self,
        organisation: Organisation,
        kind: str,
        activity: str,
        method: str,
        since: date | None,
        until: date | None,
        state: str = "granted",
    ) -> Accreditation:
        self.number += 1
        made = Accreditation.objects.create(
            code=f"SYN-ACC-{self.number:04}",
            organisation=organisation,
            kind=kind,
            activity=activity,
            method=method,
            state=state,
            valid_from=since,
            valid_to=until,
            evaluation="" if state == "applied" else "Desk, logistics, equipment and site visited (synthetic)",
            evaluator=None if state == "applied" else self.officer,
        )
        if since:
            self._moved(made, "grant", "desk_assessment", since, "")
        return made

    def _moved(self, made: Accreditation, move: str, source: str, on: date, reason: str) -> None:
        target = {"grant": "granted", "suspend": "suspended"}[move]
        StateMove.objects.create(
            subject="accreditation",
            name=made.code,
            move=move,
            source=source,
            target=target,
            on=on,
            reason=reason,
            account=Account.objects.get(username="authority"),
        )

    # -- people -------------------------------------------------------------------------------------------------------

    def _teams(self, organisation: Organisation) -> list[Team]:
        named = [(code, name) for operator, code, name in TEAMS if operator == organisation.code]
        for code, name in named or [("T1", "Team 1")]:
            Team.objects.get_or_create(organisation=organisation, code=code, defaults={"name": name})
        return list(organisation.teams.all())

    def _members(self, team: Team) -> None:
        all_women = "women" in team.name
        for function in (*FUNCTIONS, "handler", "machine_operator", "surveyor"):
            person = self._person(team.organisation, all_women or self.random.random() < 0.3)
            TeamMember.objects.create(
                team=team, person=person, function=function, since=self.today - timedelta(days=400)
            )
            for kind in CERTIFICATES.get(function, ()):
                self._certificate(person, kind, self.today + timedelta(days=self.random.randint(90, 600)))
        if team.organisation.code == "OP-A" and team.code == "T2":
            medic = team.members.get(function="medic").person
            medic.certificates.filter(kind="medic").update(valid_to=self.today + timedelta(days=6))

    def _person(self, organisation: Organisation, is_woman: bool) -> Person:
        self.number += 1
        family = self.random.choice(FAMILIES) + ("a" if is_woman else "")
        name = f"{self.random.choice(WOMEN if is_woman else MEN)} {family}"
        return Person.objects.create(
            code=f"P-{self.number:04}",
            organisation=organisation,
            name=name,
            sex="female" if is_woman else "male",
            since=self.today - timedelta(days=self.random.randint(420, 2000)),
        )

    def _certificate(self, person: Person, kind: str, until: date) -> None:
        Certificate.objects.create(
            person=person,
            kind=kind,
            number=f"SYN-{self.random.randint(1000, 9999)}",
            issuer="Training centre (synthetic)",
            issued_on=until - 3 * YEAR,
            valid_to=until,
        )

    # -- assets -------------------------------------------------------------------------------------------------------

    def _asset(self, organisation: Organisation, kind: str, team: Team | None = None, **facts: object) -> Asset:
        self.number += 1
        code = f"SYN-{kind[:3].upper()}-{self.number:04}"
        since = self.today - timedelta(days=700)
        return Asset.objects.create(code=code, organisation=organisation, kind=kind, team=team, since=since, **facts)

    def _detectors(self, team: Team) -> None:
        for _ in range(4):
            asset = self._asset(team.organisation, "detector", team, model="Metal detector M", working_depth_cm=30)
            on = self.today - timedelta(days=self.random.randint(20, 300))
            self._test(asset, "calibration", on, on + YEAR, depth_cm=30, targets=10, missed=0)
            DailyCheck.objects.create(asset=asset, on=self.today, fit=True, test_passed=True)

    def _machine(self, organisation: Organisation) -> None:
        facts = {"model": "Medium machine T", "tool": "flail", "working_depth_cm": 25}
        asset = self._asset(organisation, "flail", organisation.teams.first(), **facts)
        on = self.today - timedelta(days=self.random.randint(30, 500))
        self._test(asset, "performance", on, on + 2 * YEAR, depth_cm=25, targets=50, missed=0)

    def _animal(self, organisation: Organisation, kind: str) -> None:
        team = organisation.teams.first()
        handler = team.members.filter(function="handler").first() if team else None
        if handler is None:
            return
        name = self.random.choice(("Bars", "Lalə", "Zirək", "Qartal", "Mina", "Tufan", "Ulduz"))
        for _ in range(2):
            asset = self._asset(organisation, kind, team, name=name, working_depth_cm=20)
            since = self.today - timedelta(days=400)
            pair = AnimalPair.objects.create(
                animal=asset, handler=handler.person, targets=["ap_mine", "av_mine"], since=since
            )
            on = self.today - timedelta(days=self.random.randint(30, 60))
            facts = {"targets": 8, "missed": 0, "false_indications": self.random.randint(0, 2), "soak_days": 60}
            self._test(asset, "blind_accreditation", on, on + YEAR, pair=pair, blind=True, **facts)
            self._test(asset, "blind_accreditation", on - timedelta(days=330), on, pair=pair, blind=True, **facts)
            self._trainings(pair)
            DailyCheck.objects.create(
                asset=asset, on=self.today, fit=True, test_passed=True, wind_mps=3.0, temperature_c=17.0
            )

    def _trainings(self, pair: AnimalPair) -> None:
        """A training a week for more than a year, most targets found."""
        sessions = []
        for weeks in range(56):
            targets = self.random.randint(4, 8)
            session = TrainingSession(pair=pair, on=self.today - timedelta(days=7 * weeks + 1), hours=1.5)
            session.subject = "Search in long grass (synthetic)"
            session.targets, session.found = targets, targets - (self.random.random() < 0.15)
            sessions.append(session)
        TrainingSession.objects.bulk_create(sessions)

    def _test(self, asset: Asset, kind: str, on: date, until: date, **facts: object) -> None:
        AssetTest.objects.create(
            asset=asset, kind=kind, on=on, valid_to=until, passed=True, tester="Test site (synthetic)", **facts
        )

    def _explosives(self, organisation: Organisation) -> None:
        lines = (("received", 60, 120), ("issued", 40, 40), ("used", 28, 40), ("returned", 4, 40))
        team = organisation.teams.first()
        for kind, quantity, days in lines:
            ExplosiveMovement.objects.create(
                organisation=organisation,
                store="Main store",
                explosive="TNT 200 g",
                unit="items",
                kind=kind,
                quantity=Decimal(quantity),
                on=self.today - timedelta(days=days),
                team=None if kind == "received" else team,
                note="synthetic",
            )
