"""The door for phones: keys, forms and areas of one team, and submissions as ODK Collect sends them (OpenRosa 1.0)."""
