"""Marking and fencing (IMAS 08.40): a plan from the perimeter, and where each scheme stands on a day."""
