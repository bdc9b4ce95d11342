"""The mine-action standard as data: code lists, problem catalogue, terms, a country's own data; one loader."""
