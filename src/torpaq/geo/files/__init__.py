"""Polygon files: read with every defect named, written whole or not at all."""
