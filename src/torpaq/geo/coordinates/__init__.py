"""Coordinates as people type them: read, written, shifted between datums; and where north is."""
