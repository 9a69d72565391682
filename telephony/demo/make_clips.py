"""Speaks the words of call fixtures into `clips` beside them: the recipe of every recorded caller here, runnable again.

    python -m telephony.demo.make_clips [FOLDER...]

Needs flite (Debian: flite). Without a folder it makes the demo's clips. Clips that no fixture names are removed.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from telephony.sim import fixture as fx
from telephony.sim.cast import words
from telephony.sim.voices import Words, clip_name, render, write

CALLS = Path(__file__).with_name("calls")


def said(fixture: fx.Fixture) -> Iterator[Words]:
    """Everything that is spoken in a call, by whom it may be."""
    yield from (words(turn, fixture.voice) for turn in fixture.turns if turn.say)
    yield from (words(line, agent.voice) for agent in fixture.agents for line in agent.says if line.say)


def make(folder: Path) -> list[Path]:
    """The clips of all fixtures in `folder`. Those already there stay as they are: their name says what is in them."""
    clips = folder / "clips"
    clips.mkdir(exist_ok=True)
    wanted = {clip_name(one): one for path in sorted(folder.glob("*.toml")) for one in said(fx.load(path))}
    for path in clips.glob("*.flac"):
        if path.name not in wanted:
            path.unlink()
    for name, one in wanted.items():
        if not (clips / name).is_file():
            write(clips / name, render(one))
    return [clips / name for name in sorted(wanted)]


if __name__ == "__main__":
    for given in map(Path, sys.argv[1:] or [str(CALLS)]):
        made = make(given)
        print(f"{given}: {len(made)} clips, {sum(path.stat().st_size for path in made) / 1000:.0f} kB")
