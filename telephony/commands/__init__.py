"""The commands, one module a group: a thin layer of options and words over the module that does the work.

Each holds a `commands` that `telephony/cli.py` assembles. A command imports what it needs when it runs, so that
`--help` is quick.
"""
