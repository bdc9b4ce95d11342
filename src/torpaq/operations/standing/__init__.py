"""Who may work: an organisation's accreditation, a team's people and their certificates, on a day."""
