"""What the errand's script answers next: the same sentences as the service says, for peers that have no dialogue."""

from collections.abc import Mapping

from tests.bench.edge.business import QUESTIONS

ASKED = ("errand." + name for name, _ in QUESTIONS)
ORDER = (*ASKED, "errand.confirm", "confirm.change", "cancelled")


def reply(asked: str, prompts: Mapping[str, str]) -> tuple[str, str]:
    """The next question after `asked` ("" before the first), by name and in words."""
    following = ORDER[(ORDER.index(asked) + 1) % len(ORDER)] if asked else ORDER[0]
    text = prompts[following]
    return following, f"{text} {prompts['how_can_i_help']}" if following == "cancelled" else text
