"""The supervisor's room: what the wall shows of all calls, and what a supervisor may do at one of them."""
