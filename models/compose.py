"""Makes the brief out of what the call left behind. Nothing in it is invented: a line that says more than its turns or
its record is dropped, a part without lines says so.
"""

import re
from dataclasses import replace

from models.brief import Brief, BriefLine, Clip, Material
from models.brief_aloud import spoken
from models.brief_lines import drafted, in_short, sentence, topic_line
from models.redact import MASKS, redact, redact_turns
from models.transcript import Speaker, Transcript
from models.vouched import NOT_KNOWN, Vouched

HEADLINE_WORDS = 8


def compose(material: Material, *, version: int = 1) -> Brief:
    """The brief of `material`: six parts, redacted, each line resting on turns or on a named record."""
    said = material.transcript
    material = replace(material, transcript=_redacted(said))
    vouched = Vouched(material)
    lines: list[BriefLine] = []
    for part, written in drafted(material).items():
        masked = [replace(line, text=redact(line.text)) for line in written if line.text.strip()]
        kept = [_playable(line, material, said) for line in masked if vouched(line)]
        lines += kept or [BriefLine(part, NOT_KNOWN)]
    return Brief(version, _headline(material, vouched), tuple(lines), redact(spoken(material, lines, vouched)))


def corrected(brief: Brief, material: Material, turn: int) -> Brief:
    """The next version, after the caller corrected or added something in `turn`; those words come first."""
    turns = (turn, *(number for number in material.issue_turns if number != turn))
    return compose(replace(material, issue_turns=turns), version=brief.version + 1)


def _redacted(transcript: Transcript) -> Transcript:
    """The caller's turns read together, and an agent's, so that a number given in pieces is none in the brief."""
    texts = {one.turn: one.text for one in transcript}
    for speaker in (Speaker.CALLER, Speaker.AGENT):
        turns = transcript.by(speaker)
        kept = redact_turns([one.text for one in turns])
        texts |= {one.turn: text for one, text in zip(turns, kept, strict=True)}
    return Transcript(tuple(replace(one, text=texts[one.turn]) for one in transcript))


def _playable(line: BriefLine, material: Material, said: Transcript) -> BriefLine:
    """With the clip of the first of its turns that the caller said, unless something in it must not be heard again."""
    for turn in line.turns if material.recorded else ():
        if 1 <= turn <= said.last_turn:
            one, kept = said.turn(turn), material.transcript.turn(turn).text
            hidden = kept != one.text or any(mask in kept for mask in MASKS)
            if one.speaker is Speaker.CALLER and kept.strip() and not hidden and one.end_ms > one.start_ms:
                return replace(line, clip=Clip(turn, one.start_ms, one.end_ms))
    return line


def _headline(material: Material, vouched: Vouched) -> str:
    why = in_short(material.reason) if material.reason else ""
    topic = vouched.first(
        topic_line(material, sentence(_short_topic(material.topic, HEADLINE_WORDS - len(why.split()))))
    )
    headline = sentence(": ".join(filter(None, (topic, why))) or "caller needs a person")
    return redact(" ".join(headline.split()[:HEADLINE_WORDS]))


def _short_topic(topic: str | None, most: int) -> str:
    """ "you want to dispute a charge" -> "dispute a charge", of at most so many words; none that wants another."""
    plain = re.sub(r"^you (?:want|need|would like|have|are|were)(?: to)? |^you ", "", (topic or "").strip().rstrip("."))
    short = " ".join(plain.replace("your ", "their ").split()[:most])
    return re.sub(r"(?: (?:of|for|to|from|in|on|at|a|an|the|about|and|or|is|their|into))+$", "", short)
