"""One party's conversation: hearing, deciding, speaking. Knows no carrier, no agent and no database."""
