"""The national plan: which tasks, in which mode, quarter and region, with whose money."""
