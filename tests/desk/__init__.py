"""The desk, alone: its office is simulated, its browser is real."""
