"""Atomic faces: overlapping polygons divided into pieces that each have one list of covering shapes, exactly."""
