"""What the journals of many calls add up to: how soon people came, what the system settled, whom it treats worse.

`reading.py` boils one call down to a visit, the other files count visits. All of it is pure; a definition stands where
its figure is counted, and travels with it.
"""

from telephony.figures.figure import Figure, Goals, Table
from telephony.figures.reading import NEEDED, visit
from telephony.figures.report import Report, report
from telephony.figures.visit import Search, Visit

__all__ = ["NEEDED", "Figure", "Goals", "Report", "Search", "Table", "Visit", "report", "visit"]
