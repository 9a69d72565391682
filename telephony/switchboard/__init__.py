"""One call conducted, from its ring to its end: the caller's conversation, what it asks for, the search for a person
and the bridge, with everything one call needs of the house."""
