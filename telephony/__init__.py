"""Calls, lines, people, the desk and the record."""
