"""The land ledger: entries, rules, and the fold that says what every square metre is, since when, and why."""
