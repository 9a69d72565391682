"""The recipe of a small recogniser of our own, for telephones and this business: Whisper's architecture in a few
megabytes, trained on synthetic callers and licensed recordings. `python -m models.training.speech --help`.

Needs torch (`make training`), which nothing at run time does. What it writes, faster-whisper reads.
"""
