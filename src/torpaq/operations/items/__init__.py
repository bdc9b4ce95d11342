"""Explosive ordnance items from find to fate: what tells of the same item, what it is called, what became of it."""
