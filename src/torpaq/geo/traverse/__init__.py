"""Bearings and distances walked into turning points: tested for a blunder first, adjusted after."""
