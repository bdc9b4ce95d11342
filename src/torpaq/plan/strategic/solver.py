"""A process that solves one linear programme with HiGHS: ``python -m torpaq.plan.strategic.solver IN.npz OUT.npz``."""

import sys
from pathlib import Path

import highspy
import numpy as np

IPM_METHODS = ("hipo", "ipx")  # HiPO where this build of HiGHS has it


def main(given: Path, taken: Path) -> None:
    """Read a programme, maximise, and write ``columns``, ``duals`` and ``method`` where there is a solution."""
    with np.load(given) as read:
        data = {name: read[name] for name in read.files}
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(data["value"]), len(data["low"])
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_, model.col_lower_, model.col_upper_ = data["value"], data["least"], data["most"]
    model.row_lower_, model.row_upper_ = data["low"], data["high"]
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = data["start"].astype(np.int32)
    model.a_matrix_.index_ = data["index"].astype(np.int32)
    model.a_matrix_.value_ = data["entry"]
    methods = ("simplex",) if data["exact"] else IPM_METHODS
    for method in methods:
        highs = highspy.Highs()  # type: ignore[no-untyped-call]  # its constructor has no types
        highs.setOptionValue("output_flag", False)
        if highs.setOptionValue("solver", method) != highspy.HighsStatus.kOk:
            continue
        highs.setOptionValue("run_crossover", "off")
        highs.setOptionValue("ipm_optimality_tolerance", 1e-6)
        highs.setOptionValue("time_limit", float(data["seconds"]))
        highs.passModel(model)
        highs.run()
        solution = highs.getSolution()
        if solution.value_valid and solution.dual_valid:
            written = taken.with_suffix(".part.npz")
            duals = np.array(solution.row_dual) * data["scale"]
            np.savez(written, columns=np.array(solution.col_value), duals=duals, method=np.array(method))
            written.replace(taken)
        return


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
