"""Risk and people's need become ranked hazardous areas, each with its reasons."""
