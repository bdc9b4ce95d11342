"""The score card of a surface: how well it ranks, whether its chances are true, and how sure that is."""
