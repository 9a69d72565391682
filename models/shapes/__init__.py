"""Models that are true in shape and random in value: they cost what the real ones cost and understand nothing."""
