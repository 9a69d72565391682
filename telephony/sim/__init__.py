"""Simulators: a carrier, callers, agents, a network and a clock. `replay`, `demo` and `simulate` run on them."""
