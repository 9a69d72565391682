"""The back-test: what other escalation rules would have done in calls that were had, and whether they are worse.

A folder for the one command `warmline backtest`; see docs/backtest.md for what it can know and what it cannot.
"""

from telephony.backtest.command import Backtested, backtest

__all__ = ["Backtested", "backtest"]
