"""The slow plain twin of ``settle``: the same rules said with explicit sets of ancestors, for honest histories.

It takes versions that all have distinct ids and no ring; it knows waiting versions.
"""

from torpaq.intake.record.history import Version

ABSENT = None


def settle_plainly(versions: list[Version], by_person: set[str]) -> tuple[dict, list[str], list[tuple], list[str]]:
    """Return values, heads, conflicts as (element, base, sides) and waiting, as ``settle`` should."""
    everything = {version.id: version for version in versions}
    counted = {id_: everything[id_] for id_ in everything if has_arrived(id_, everything)}
    past = {id_: ancestors(id_, counted) for id_ in counted}
    heads = [id_ for id_ in counted if not any(id_ in past[other] for other in counted)]
    twin = Twin(counted, past, by_person)
    for element in {element for version in counted.values() for element in version.values}:
        twin.settle(element, len(heads) > 1)
    waiting = sorted(set(everything) - set(counted))
    return twin.values, sorted(heads), sorted(twin.conflicts), waiting


def has_arrived(id_: str, everything: dict[str, Version]) -> bool:
    return id_ in everything and all(has_arrived(base, everything) for base in everything[id_].bases)


def ancestors(id_: str, counted: dict[str, Version]) -> set[str]:
    bases = counted[id_].bases
    return set(bases).union(*(ancestors(base, counted) for base in bases))


class Twin:
    def __init__(self, counted: dict[str, Version], past: dict[str, set[str]], by_person: set[str]) -> None:
        self.counted, self.past, self.by_person = counted, past, by_person
        self.values: dict = {}
        self.conflicts: list[tuple] = []

    def settle(self, element: str, is_forked: bool) -> None:
        lists = {id_: version.values.get(element, ABSENT) for id_, version in self.counted.items()}
        rows = rows_by_id(lists)
        children = {child for rows_of in (rows or {}).values() for row in rows_of.values() for child in row}
        if rows is None or element in self.by_person or not is_forked:
            return self.put(element, lists, set(self.counted) if element in self.by_person else set())
        if not children & self.by_person and len({repr(lists[id_]) for id_ in self.sides(lists, set())}) == 1:
            return self.put(element, lists, set())
        found = [self.row(element, row, rows) for row in sorted({row for rows_of in rows.values() for row in rows_of})]
        if any(found):
            self.values[element] = [row for row in found if row]
        return None

    def row(self, element: str, row: str, rows: dict[str, dict]) -> dict | None:
        here = {id_: rows_of.get(row, ABSENT) for id_, rows_of in rows.items()}
        present = {id_ for id_ in here if here[id_] is not ABSENT}
        children = {child for id_ in present for child in here[id_]} - {"_row"}
        asked = present if children & self.by_person else set()
        if any(here[id_] is ABSENT for id_ in self.sides(here, asked)):
            return self.one(f"{element}[{row}]", here, asked)
        merged = {"_row": row}
        for child in children:
            values = {id_: (here[id_] or {}).get(child, ABSENT) for id_ in here}
            value = self.one(f"{element}[{row}].{child}", values, present if child in self.by_person else set())
            if value is not ABSENT:
                merged[child] = value
        return merged

    def put(self, element: str, values: dict, asked: set[str]) -> None:
        value = self.one(element, values, asked)
        if value is not ABSENT:
            self.values[element] = value

    def one(self, path: str, values: dict, asked: set[str]) -> object:
        sides = self.sides(values, asked)
        if len({repr(values[id_]) for id_ in sides}) <= 1:
            return values[min(sides)] if sides else ABSENT
        base = self.state(values, asked, sides)
        self.conflicts.append((path, repr(base), [(id_, values[id_]) for id_ in sorted(sides)]))
        return base

    def state(self, values: dict, asked: set[str], sides: set[str]) -> object:
        common = set.intersection(*(self.past[id_] for id_ in sides))
        earlier = self.sides(values, asked, common)
        if len({repr(values[id_]) for id_ in earlier}) > 1:
            return self.state(values, asked, earlier)
        return values[min(earlier)] if earlier else ABSENT

    def sides(self, values: dict, asked: set[str], within: set[str] | None = None) -> set[str]:
        members = set(self.counted) if within is None else within
        writes = {id_ for id_ in members if any(values[id_] != before for before in self.before(values, id_))}
        latest = {id_ for id_ in writes if not any(id_ in self.past[other] for other in writes)}
        heads = {id_ for id_ in members if not any(id_ in self.past[other] for other in members)}
        return latest | {head for head in heads & asked if not ({head} | self.past[head]) & latest}

    def before(self, values: dict, id_: str) -> list:
        return [values[base] for base in self.counted[id_].bases] or [ABSENT]


def rows_by_id(lists: dict) -> dict[str, dict] | None:
    """The rows of each version by id; ``None`` unless every value is absent or a list whose rows all have one."""
    if not all(
        value is ABSENT or (isinstance(value, list) and all("_row" in row for row in value)) for value in lists.values()
    ):
        return None
    return {id_: {row["_row"]: row for row in value or []} for id_, value in lists.items()}
