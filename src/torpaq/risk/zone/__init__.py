"""A zone around a pattern of points with a stated chance of missing an item that nobody has found yet."""
