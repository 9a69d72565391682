"""What somebody who changes rules is told when it cannot be."""


class NotChanged(Exception):
    """The sentence says what was expected."""
