"""Calls that score escalation: scripts by authors who had not seen the rules, callers who listen, and the scores."""
