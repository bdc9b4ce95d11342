"""One JSON object a case: what was measured, the bars, the ratios, and whether every bar was reached."""

import json
import os


def tell(
    case: str,
    measured: dict[str, float],
    limit: dict[str, float],
    at_least: dict[str, float] | None = None,
    **notes: object,
) -> None:
    """Print the result: ``limit`` are bars not to be passed, ``at_least`` bars to reach, notes stay as they are."""
    least = at_least or {}
    bars = limit | least
    passed = all(measured[name] <= bar for name, bar in limit.items())
    passed &= all(measured[name] >= bar for name, bar in least.items())
    result = {
        "case": case,
        "measured": {name: round(value, 4) for name, value in measured.items()}
        | {"load": round(os.getloadavg()[0], 2)},
        "limit": bars,
        "ratios": {name: round(measured[name] / bar, 4) if bar else measured[name] for name, bar in bars.items()},
        "passed": passed,
    } | notes
    print(json.dumps(result, indent=1))
