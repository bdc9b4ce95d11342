"""Random histories of a small programme, driven through the real moves, beside what plainly happened.

A world has two operators, the Authority's people, accreditations, a medic whose certificate may end, one hazardous area
and its task, non-conformities, and people who try what they may not. Every move asks ``check_move`` with the table, the
requirements and facts built from the world. What really happened is written down apart, in the plainest way, by code
that shares nothing with the requirements: a move that passes though it plainly was forbidden is a fault, and so is a
handover signed over anything that plainly was not in order.
"""

import random
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from torpaq.geo.shape import box_shape
from torpaq.land.entry import Contamination, Entry, Kind, Located, Status
from torpaq.land.live import LiveLand
from torpaq.operations.moving import check_move, target_of
from torpaq.operations.quality import non_conformity
from torpaq.operations.release import facts as dossier
from torpaq.operations.release import handover
from torpaq.operations.release.arithmetic import task_land
from torpaq.operations.release.follow_up import reopening
from torpaq.operations.release.proof import is_proved
from torpaq.operations.standing import moves as standing
from torpaq.operations.standing.allowed import work_problems
from torpaq.operations.standing.scope import works_of
from torpaq.operations.standing.team import needs_of, team_problems
from torpaq.operations.standing.values import Accreditation, Certificate, Member, Team
from torpaq.operations.tasks import requirements as tasks
from torpaq.operations.tasks.facts import AreaFacts, Completion, Inspection, TaskFacts
from torpaq.operations.tasks.order import TaskOrder
from torpaq.standard.problems import Problem, has_errors, problem

UNMARKED = problem("marking_missing", "HA-1")
FORGOTTEN = problem("handover_marking_stands", "HA-1", scheme="M-1", since="2024-01-01")

PEOPLE = {
    "aynur": ("approver", "AUTHORITY"),
    "tural": ("approver", "AUTHORITY"),
    "elchin": ("im_officer", "AUTHORITY"),
    "nargiz": ("inspector", "AUTHORITY"),
    "leyla": ("operator", "OP-A"),
    "rashad": ("operator", "OP-B"),
    "maria": ("viewer", "DONOR"),
}
STEPS = 90
FIRST = date(2024, 1, 10)
BOX = (0, 0, 100, 100)
NEEDS = needs_of("aze")
ORDER = TaskOrder(
    code="T-1", organisation="OP-A", activity="clearance", areas=("HA-1",), unit="AZ-AGM", methods=("manual",),
    contamination=("ap",), required_depth_cm=13, brief={"medical_plan": "a plan", "hospital": "Ağdam"},
    shape=box_shape(*BOX),
)  # fmt: skip
WALK = {
    "proposed": "issue", "issued": "start", "under_way": "complete", "suspended": "resume", "completed": "accept",
}  # fmt: skip
MENDING = {
    "raised": "acknowledge", "acknowledged": "contain", "contained": "plan", "action_planned": "correct",
    "corrected": "verify", "verified": "close",
}  # fmt: skip
WHO = {
    "issue": "aynur", "start": "leyla", "complete": "leyla", "resume": "aynur", "accept": "aynur",
    "acknowledge": "leyla", "contain": "leyla", "plan": "leyla", "correct": "leyla", "verify": "nargiz",
    "close": "aynur", "prepare": "elchin", "sign": "aynur", "grant": "aynur", "assess": "elchin", "suspend": "aynur",
    "lift": "aynur", "reopen": "elchin", "send_back": "aynur",
}  # fmt: skip


@dataclass
class Log:
    """What plainly happened: written down as it happens, read by the plain judge alone."""

    days: list[tuple[date, bool, bool]] = field(default_factory=list)  # the day; accredited; the team complete
    workers: set[str] = field(default_factory=set)
    inspectors: set[str] = field(default_factory=set)
    signers: set[str] = field(default_factory=set)
    controls: list[tuple[date, bool]] = field(default_factory=list)


@dataclass
class World:
    """One programme and its history."""

    seed: int
    counts: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.rng, self.today, self.log = random.Random(self.seed), FIRST, Log()
        self.papers = {
            code: Accreditation(code, "OP-A", kind, activity, valid_from=FIRST, valid_to=FIRST + timedelta(days=days))
            for code, kind, activity, days in (
                ("ACC-0", "organisational", "", 700), ("ACC-1", "operational", "clearance", self.rng.choice((40, 700))),
            )
        }  # fmt: skip
        self.periods: dict[str, list[list[date]]] = {"ACC-0": [], "ACC-1": []}
        self.medic_until = FIRST + timedelta(days=self.rng.choice((45, 700, 700)))
        self.task, self.author, self.issued_on = "proposed", "elchin", FIRST
        self.days: list[dossier.Day] = []
        self.items: list[str] = []
        self.failings: list[dict[str, object]] = []
        self.report, self.report_writers = "", set[str]()
        self.controls: list[dossier.Inspection] = []
        self.screened = self.marked = self.restored = self.internal = False
        self.handover, self.prepared_by, self.marking_stands = "", "", True
        self.look_back: set[str] = set()
        self.signer = ""
        opened = Entry(
            "E-1", Kind.ESTABLISH, FIRST, FIRST, "HA-1", Contamination.MINE, Status.CHA,
            place=Located(box_shape(*BOX), "box"),
        )  # fmt: skip
        self.land = LiveLand([opened])
        self.release: Entry | None = None
        self.reckoned = (0, 0.0)

    # -- the plain judge ----------------------------------------------------------------------------------------------

    def accredited(self, on: date) -> bool:
        return all(
            any(first <= on <= last for first, last in self.periods[code])
            and on <= (self.papers[code].valid_to or on) and on >= FIRST
            for code in self.papers
        )  # fmt: skip

    def complete_team(self, on: date) -> bool:
        return on <= self.medic_until

    def open_by(self, *severities: str) -> int:
        return sum(one["state"] != "closed" and one["severity"] in severities for one in self.failings)

    def plainly_released_well(self) -> bool:
        last = max((day for day, _, _ in self.log.days), default=None)
        controls = [(on, good) for on, good in self.log.controls if last is not None and on >= last]
        latest = max((on for on, _ in controls), default=None)
        people = (self.log.workers, self.log.inspectors, self.log.signers)
        return (
            bool(self.log.days)
            and all(accredited and complete for _, accredited, complete in self.log.days)
            and self.report == "accepted"
            and not self.items.count("found")
            and latest is not None
            and all(good for on, good in controls if on == latest)
            and not self.open_by("critical", "major")
            and not self.look_back
            and bool(self.log.signers)
            and not people[0] & people[1] and not people[0] & people[2] and not people[1] & people[2]
        )  # fmt: skip

    def forbidden(self, subject: str, move: str, person: str) -> bool:
        """Say whether a move plainly must not pass, from the log and the state alone."""
        role, organisation = PEOPLE[person]
        critical, serious = self.open_by("critical"), self.open_by("critical", "major")
        may_work = self.accredited(self.today) and self.complete_team(self.today)
        worked = self.log.workers
        rules = {
            "issue": role != "approver" or person == self.author or not may_work or not self.screened,
            "start": organisation != "OP-A" or not may_work or bool(critical) or not self.marked,
            "resume": role != "approver" or not may_work or bool(critical),
            "complete": organisation != "OP-A" or not self.days or self.items.count("found") > 0
            or self.report not in ("submitted", "accepted") or not self.internal or bool(critical),
            "accept": role != "approver" or person in {self.author, *self.report_writers, *self.log.inspectors}
            or self.report != "accepted" or not self.controls or bool(serious) or bool(self.look_back)
            or not self.log.signers or not self.restored,
            "prepare": role != "im_officer" or not self.plainly_released_well(),
            "sign": role != "approver" or not self.plainly_released_well() or person == self.prepared_by
            or person in worked or person in self.log.inspectors or self.marking_stands,
            "reopen": role not in ("approver", "im_officer", "inspector"),
        }  # fmt: skip
        states = {
            "issue": "proposed", "start": "issued", "resume": "suspended", "complete": "under_way",
            "accept": "completed",
        } if subject == "task" else {"prepare": "accepted", "sign": "prepared"}  # fmt: skip
        state = self.task if subject == "task" else self.handover
        if move in states and states[move] != state:
            return True
        return rules.get(move, False)

    # -- facts for the real moves -------------------------------------------------------------------------------------

    def team(self) -> Team:
        medic = Certificate("medic", FIRST, self.medic_until)
        leader = Certificate("team_leader", FIRST, None)
        begun = FIRST - timedelta(days=1)
        return Team(
            "A-1",
            (Member("P1", "team_leader", "female", begun, None, (leader, Certificate("deminer", FIRST))),
             Member("P2", "medic", "male", begun, None, (medic,))),
        )  # fmt: skip

    def lacking(self) -> tuple[Problem, ...]:
        return tuple(one for one in team_problems(self.team(), "clearance", self.today, NEEDS))

    def task_facts(self, person: str, reason: str) -> TaskFacts:
        organisation = PEOPLE[person][1]
        works = works_of("clearance", ("manual",), "AZ-AGM", ())
        standing_now = work_problems("OP-A", self.papers.values(), works, self.today, 365)
        report = Completion("C-1", self.report, frozenset(self.report_writers)) if self.report else None
        return TaskFacts(
            order=ORDER, state=self.task, on=self.today, mover=person, mover_organisation=organisation,
            mover_is_authority=organisation == "AUTHORITY", reason=reason, author=self.author,
            standing=tuple(standing_now), teams={"A-1": self.lacking()}, areas=(AreaFacts("HA-1", True, 1.0, True),),
            outside_m2=0.0,
            open_by_severity={name: self.open_by(name) for name in ("critical", "major", "minor")},
            look_back_open=len(self.look_back), screened_on=FIRST if self.screened else None,
            restored_on=FIRST if self.restored else None, work_days=len(self.days), completion=report,
            inspections=(
                *(Inspection(one.kind, one.result, one.on, one.people, True) for one in self.controls),
                *((Inspection("internal_qc", "conforms", FIRST, frozenset(), True),) if self.internal else ()),
            ),
            release_written=bool(self.signer), released_m2=None,
            release_waiting=int(self.report == "accepted" and not self.signer),
            unsettled_items=self.items.count("found"), marking=() if self.marked else (UNMARKED,),
        )  # fmt: skip

    def dossier(self) -> dossier.Dossier:
        permits = tuple(
            dossier.Permit(
                code, one.kind, one.activity, "", (),
                tuple((first, min(last, one.valid_to or last)) for first, last in self.periods[code]),
            )
            for code, one in self.papers.items()
        )  # fmt: skip
        entries = ()
        if self.release is not None:
            entries = (
                dossier.ReleaseEntry(
                    self.release.id, "clear", "HA-1", self.release.effective, "mine", 13.0, "C-1", self.signer, "elchin"
                ),
            )
        report = dossier.Completion("C-1", self.report, "T-1", "elchin", frozenset(self.report_writers))
        return dossier.Dossier(
            task=dossier.Task(
                "T-1", "OP-A", self.task, ("HA-1",), "clearance", ("manual",), ("ap",), "AZ-AGM", 13, self.issued_on
            ),
            permits=permits, days=tuple(self.days),
            items=tuple(
                dossier.Item(f"I-{n}", "ap_mine", 1, FIRST, status) for n, status in enumerate(self.items)
            ),
            inspections=tuple(self.controls),
            failings=tuple(
                dossier.Failing(str(one["code"]), str(one["severity"]), str(one["state"])) for one in self.failings
            ),
            completions=(report,) if self.report else (), entries=entries, look_back_open=tuple(sorted(self.look_back)),
        )  # fmt: skip

    def remaining_m2(self) -> float:
        """What is open by the ledger, worked out anew only where the ledger has grown."""
        if self.reckoned[0] != len(self.land.entries):
            account = task_land(self.land, box_shape(*BOX), self.issued_on)
            self.counts["accounts_open"] += not account.land.closes
            self.reckoned = (len(self.land.entries), account.land.remaining / 2e12)
        return self.reckoned[1]

    def handover_facts(self, person: str, reason: str) -> handover.HandoverFacts:
        full = self.rng.random() < 0.95
        signed = [handover.Signature(kind, "Somebody", "2024-05-01") for kind in handover.SIGNATORIES]
        return handover.HandoverFacts(
            "HO-1", self.dossier(), person, "nothing was left" if full else "", "none",
            (handover.Beneficiaries("direct", "expected", 3, "female", "adult"),),
            tuple(signed if full else signed[:2]), self.prepared_by,
            (FORGOTTEN,) if self.marking_stands and self.remaining_m2() <= 1 else (), reason,
        )  # fmt: skip

    # -- moves --------------------------------------------------------------------------------------------------------

    def try_task(self, move: str, person: str) -> None:
        found = check_move(
            "task", "T-1", move, self.task, PEOPLE[person][0], tasks.REQUIREMENTS, self.task_facts(person, "why")
        )
        if self.judged("task", move, person, found):
            self.task = target_of("task", move)

    def try_handover(self, move: str, person: str) -> None:
        facts = self.handover_facts(person, "why")
        role = PEOPLE[person][0]
        found = check_move("handover", "HO-1", move, self.handover, role, handover.REQUIREMENTS, facts)
        if not self.judged("handover", move, person, found):
            return
        self.handover = target_of("handover", move)
        if move == "prepare":
            self.prepared_by = person
        if move == "sign":
            self.counts["signed"] += 1
            self.counts["signed_without_proof"] += not (is_proved(self.dossier()) and self.plainly_released_well())

    def judged(self, subject: str, move: str, person: str, found: list[Problem]) -> bool:
        """Count a verdict beside the plain one; return whether the move passes."""
        passes, plain = not has_errors(found), self.forbidden(subject, move, person)
        self.counts["attempts"] += 1
        self.counts["passed" if passes else "refused"] += 1
        self.counts["forbidden"] += plain
        self.counts["forbidden_passed"] += plain and passes
        return passes

    def try_paper(self, move: str, person: str) -> None:
        code = self.rng.choice(sorted(self.papers))
        one = self.papers[code]
        role, organisation = PEOPLE[person]
        facts = standing.MoveFacts(
            one, self.today, organisation, "why", "evaluated", self.open_by("critical"), "granted",
            tuple(self.papers.values()),
        )  # fmt: skip
        found = check_move("accreditation", code, move, one.state, role, standing.REQUIREMENTS, facts)
        self.counts["attempts"] += 1
        stops = organisation != "AUTHORITY" and not has_errors(found)
        self.counts["forbidden_passed"] += stops
        if has_errors(found):
            self.counts["refused"] += 1
            return
        stood = one.state in ("granted", "provisional")
        self.papers[code] = replace(one, state=target_of("accreditation", move), suspended_on=self.today)
        stands = self.papers[code].state in ("granted", "provisional")
        if stands and not stood:
            self.periods[code].append([self.today, date(2099, 1, 1)])
        if stood and not stands:
            self.periods[code][-1][1] = self.today - timedelta(days=1)
            if self.task in ("issued", "under_way") and self.rng.random() < 0.8:
                self.task = "suspended"

    def try_failing(self, move: str, person: str) -> None:
        waiting = [one for one in self.failings if one["state"] != "closed"]
        if not waiting:
            return
        one = self.rng.choice(waiting)
        role, organisation = PEOPLE[person]
        number = sorted(PEOPLE).index(person)
        facts = non_conformity.Facts(
            str(one["code"]), str(one["severity"]), "OP-A", number, organisation, role,
            is_authority=organisation == "AUTHORITY", containment="x", cause="x", action="x", owner="Leyla",
            due_on=self.today, correction="x", corrected_by=one.get("corrected_by"), verification="x",  # type: ignore[arg-type]
            verified_by=one.get("verified_by"), look_back_open=len(self.look_back), reason="x",  # type: ignore[arg-type]
        )  # fmt: skip
        state = str(one["state"])
        found = check_move("non_conformity", facts.name, move, state, role, non_conformity.REQUIREMENTS, facts)
        self.counts["attempts"] += 1
        plain = organisation in ("OP-B", "DONOR") or (move in ("verify", "close") and bool(self.look_back))
        plain |= MENDING.get(state) != move and move in MENDING.values()
        self.counts["forbidden"] += plain
        self.counts["forbidden_passed"] += plain and not has_errors(found)
        if has_errors(found):
            self.counts["refused"] += 1
            return
        one["state"] = target_of("non_conformity", move)
        if move == "correct":
            one["corrected_by"] = number
        if move == "verify":
            one["verified_by"] = number

    # -- what happens on the ground -----------------------------------------------------------------------------------

    def work(self) -> None:
        if self.task != "under_way":
            return
        writer = self.rng.choices(("leyla", "aynur", "nargiz"), (96, 2, 2))[0]
        gaps = tuple(one.code for one in self.lacking() if has_errors([one]))
        name = f"D-{len(self.days)}"
        self.days.append(
            dossier.Day(
                name, self.today, "A-1", "clearance", "manual", "AZ-AGM", processed_m2=400.0, persons=5, hours=20.0,
                team_problems=gaps, authors=frozenset({writer}),
            )
        )  # fmt: skip
        self.log.days.append((self.today, self.accredited(self.today), self.complete_team(self.today)))
        self.log.workers.add(writer)
        if self.rng.random() < 0.3:
            self.items.append("found")

    def settle(self) -> None:
        self.items = ["destroyed" for _ in self.items]

    def file_report(self) -> None:
        if self.task in ("under_way", "completed") and self.report != "accepted":
            self.report, writer = "submitted", self.rng.choices(("leyla", "aynur"), (95, 5))[0]
            self.report_writers.add(writer)
            self.log.workers.add(writer)

    def accept_report(self) -> None:
        if self.report == "submitted" and not self.items.count("found"):
            self.report = "accepted"

    def inspect(self) -> None:
        inspector = self.rng.choices(("nargiz", "aynur"), (95, 5))[0]
        good = self.rng.random() < 0.9
        self.controls.append(
            dossier.Inspection(
                f"Q-{self.today}", "external_qc", self.today, "conforms" if good else "fails", "AUTHORITY", 100.0, 0,
                frozenset({inspector}),
            )
        )  # fmt: skip
        self.log.controls.append((self.today, good))
        self.log.inspectors.add(inspector)

    def sign_entry(self) -> None:
        """The ledger takes a release once: land that is released already is refused by the fold itself."""
        if self.report != "accepted":
            return
        signer = self.rng.choices(("aynur", "tural", "leyla"), (60, 35, 5))[0]
        if PEOPLE[signer][0] != "approver" or signer in self.report_writers:
            self.counts["forbidden"] += 1
            self.counts["refused"] += 1
            return
        entry = Entry(
            f"R-{len(self.land.entries)}", Kind.CLEAR, self.today, self.today, "HA-1", Contamination.MINE,
            depth_cm=Decimal(13), place=Located(box_shape(*BOX), "box"), record="C-1", approver=signer,
        )  # fmt: skip
        if has_errors(self.land.check(entry).problems):
            self.counts["forbidden"] += 1
            self.counts["refused"] += 1
            return
        self.land.append(entry)
        self.release, self.signer = entry, signer
        self.log.signers.add(signer)

    def raise_failing(self) -> None:
        severity = self.rng.choices(("critical", "major", "minor"), (2, 3, 5))[0]
        self.failings.append({"code": f"NC-{len(self.failings)}", "severity": severity, "state": "raised"})
        if severity == "critical":
            if self.release is not None:
                self.look_back.add(self.release.id)
            if self.task in ("issued", "under_way"):
                self.task = "suspended"

    def find_after_release(self) -> None:
        if self.handover != "signed" or self.release is None:
            return
        released = self.land.at(50, 50).status[0]
        entry, problems = reopening(self.release, Contamination.MINE, self.today, "a mine was found")
        trouble = entry is None or has_errors(problems) or has_errors(self.land.append(replace(entry, id="X-1")))
        still_there = any(one.id == self.release.id for one in self.land.entries)
        self.counts["reopened"] += 1
        self.counts["reopening_wrong"] += (
            trouble or released is not Status.CLEARED or self.land.at(50, 50).status[0] is not Status.CHA
            or not still_there
        )  # fmt: skip
        self.try_handover("reopen", "elchin")

    def step(self) -> None:
        """One thing happens: mostly what comes next by whose it is, often something nobody may do."""
        self.today += timedelta(days=self.rng.choice((0, 0, 1, 1, 2)))
        if self.rng.random() < 0.3:
            self.step_at_random()
            return
        for code, one in self.papers.items():
            following = {"applied": "assess", "desk_assessment": "grant", "suspended": "lift"}.get(one.state)
            if following and (code == "ACC-0" or self.papers["ACC-0"].state == "granted"):
                self.try_paper(following, WHO[following])
                return
        self.screened = self.screened or self.rng.random() < 0.5
        self.marked = self.marked or self.rng.random() < 0.5
        waiting = [one for one in self.failings if one["state"] != "closed"]
        if self.look_back and self.rng.random() < 0.5:
            self.look_back.clear()
        if waiting:
            move = MENDING[str(self.rng.choice(waiting)["state"])]
            self.try_failing(move, WHO[move])
        else:
            self.step_of_task()

    def step_of_task(self) -> None:
        if self.task == "under_way" and (len(self.days) < 4 or "found" in self.items or not self.report):
            for happens in (self.work, self.settle, self.file_report):
                happens()
            self.internal = True
        elif self.task == "completed":
            for happens in (self.accept_report, self.inspect, self.sign_entry):
                happens()
            self.restored = True
            self.try_task("accept", WHO["accept"] if self.rng.random() < 0.8 else "tural")
        elif self.task in WALK:
            self.try_task(WALK[self.task], WHO[WALK[self.task]])
        elif self.task == "accepted":
            self.handover = self.handover or "accepted"
            self.marking_stands = self.marking_stands and self.rng.random() < 0.5
            if self.handover == "signed":
                self.find_after_release()
            elif self.handover in ("accepted", "prepared"):
                move = "prepare" if self.handover == "accepted" else "sign"
                self.try_handover(move, WHO[move] if self.rng.random() < 0.8 else "tural")

    def step_at_random(self) -> None:
        person = self.rng.choice(sorted(PEOPLE))
        kind = self.rng.randrange(10)
        if kind < 4:
            self.try_task(self.rng.choice(sorted([*WALK.values(), "send_back"])), person)
        elif kind < 6 and self.handover:
            self.try_handover(self.rng.choice(("prepare", "sign")), person)
        elif kind < 7:
            self.try_paper(self.rng.choice(("grant", "suspend", "lift")), person)
        elif kind < 8:
            self.try_failing(self.rng.choice(sorted(MENDING.values())), person)
        elif kind < 9 and self.rng.random() < 0.3:
            self.raise_failing()
        else:
            self.rng.choice((self.work, self.file_report, self.sign_entry, self.inspect))()


def history(seed: int) -> World:
    """Return a world after its history; the same seed gives the same history."""
    world = World(seed)
    for _ in range(STEPS):
        world.step()
    return world


def totals(seeds: range) -> Counter[str]:
    """Return what was counted over many histories."""
    found: Counter[str] = Counter()
    for seed in seeds:
        found.update(history(seed).counts)
        found["histories"] += 1
    return found
