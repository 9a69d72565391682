"""What a reviewer is told when something cannot be."""


class NotReviewed(Exception):
    """The sentence says what was expected."""
