"""Ranking, teams, money and seasons become tasks in a calendar with a proven gap."""
