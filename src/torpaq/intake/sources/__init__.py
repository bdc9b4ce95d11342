"""One small file a messy source of records; corrections are written with their reason."""
