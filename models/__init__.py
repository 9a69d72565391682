"""Judgements about words and voice. Reads no clock and opens no socket; `now` and audio come in as arguments."""
