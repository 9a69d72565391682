"""Answers with what it was asked: the other process of `test_child.py`."""

from dataclasses import dataclass
from pathlib import Path

from telephony.assembly.child import alone, tell, work


@dataclass(frozen=True, slots=True)
class Job:
    words: str
    folder: Path


def find(job: Job) -> Job:
    if job.words == "break":
        raise ValueError("told to break")
    tell(1, 2)
    print("some library's greeting")
    tell(2, 2)
    return job


if __name__ == "__main__":
    alone(lambda folder: work(folder, Job, find))
