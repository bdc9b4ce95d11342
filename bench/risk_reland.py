"""Cells of thirteen municipalities of Antioquia, each judged by the others; and after a tenth of it was surveyed.

The best of logistic regression, random forest and LightGBM on the columns as given is what has to be beaten. The data
is not ours to give away: ``--data`` or ``TORPAQ_SHARED_DATA`` says where it is; without it the bench is skipped.
"""

import json
import time

from risk_data import shared
from torpaq.risk.cells.baselines import LEARNERS
from torpaq.risk.cells.cells import Columns, cells_of
from torpaq.risk.cells.evaluate import after_survey, evaluation_json, leave_one_area_out
from torpaq.risk.table import read_table

COLUMNS = Columns("LONGITUD_X", "LATITUD_Y", "EPSG:4326", "mines_outcome", "Municipio")
LIMIT = {"roc_gain": 0.10, "pr_gain": 0.12, "ece": 0.05, "s90_share": 1.0, "surveyed_roc": 0.82, "peers": 3}


def main() -> None:
    folder = shared("reland-2022")
    if folder is None:
        print(json.dumps({"case": "risk_reland", "skipped": "the data is not here", "measured": {}, "ratios": {}}))
        return
    table, _ = read_table(folder / "antioquia.csv")
    assert table is not None
    cells, _ = cells_of(table, COLUMNS)
    assert cells is not None
    started = time.perf_counter()
    judged, _ = leave_one_area_out(cells)
    assert judged is not None
    card = evaluation_json(judged, started)
    after = after_survey(judged, 0.10, 20)
    assert after is not None
    peers = {name: card["baselines"][name] for name in LEARNERS if card["baselines"].get(name)}
    best = {name: max(peer[name] for peer in peers.values()) for name in ("roc_auc", "pr_auc")}
    measured = {name: card[name] for name in ("roc_auc", "pr_auc", "brier", "ece", "s90", "s95", "s99", "seconds")}
    measured |= {"pooled_roc": card["pooled"]["roc_auc"], "pooled_pr": card["pooled"]["pr_auc"], "peers": len(peers)}
    measured |= {"roc_gain": round(card["roc_auc"] - best["roc_auc"], 4)}
    measured |= {"pr_gain": round(card["pr_auc"] - best["pr_auc"], 4)}
    measured |= {f"surveyed_{name.split('_')[0]}": after[name] for name in ("roc_auc", "pr_auc", "brier", "ece", "s90")}
    least = min(peer["s90"] for peer in peers.values())
    ratios = {"s90_share": round(card["s90"] / least, 4)}
    told = {
        "intervals": card["intervals"],
        "peers": {n: {k: p[k] for k in measured if k in p} for n, p in peers.items()},
    }
    kept = measured | ratios
    passed = all(kept[name] >= LIMIT[name] for name in ("roc_gain", "pr_gain", "surveyed_roc", "peers"))
    passed = passed and kept["ece"] <= LIMIT["ece"] and kept["s90_share"] < LIMIT["s90_share"]
    print(
        json.dumps(
            {"case": "risk_reland", "measured": measured, "limit": LIMIT, "ratios": ratios, "passed": passed} | told
        )
    )


if __name__ == "__main__":
    main()
