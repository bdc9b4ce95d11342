"""Quality: exact statistics of searches and samples, inspections by rule, non-conformities and the look-back."""
