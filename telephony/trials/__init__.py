"""Trials of what people drafted or reviewed, on calls that were had: each a process of its own, one job and its answer.

Never run by hand: `telephony/assembly/child.py` is both ends of the wire between it and the service.
"""
