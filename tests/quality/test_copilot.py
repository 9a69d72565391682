"""The co-pilot over questions written without sight of its articles: floors by words alone, which need no weights.

`make bench` tells the figures, with the encoder where its weights are (copilot_source_right, ..._unanswerable_said).
"""

from datetime import date

from telephony.copilot.answer import ask
from telephony.copilot.library import Library
from tests.bench.copilot import checked
from tests.quality.copilot.questions import OWN, pages, read

TODAY = date(2026, 11, 22)


def test_most_questions_are_answered_from_the_right_article_and_most_others_are_told_that_none_answers() -> None:
    library, right, said = Library(pages()), [], []
    for question in checked():
        source = ask(library, question.text, TODAY).source
        (right if question.article else said).append((source.article if source else "") == question.article)
    assert sum(right) / len(right) >= 0.77  # .80 measured
    assert sum(said) / len(said) >= 0.62  # .68 measured


def test_what_is_scored_on_was_not_fitted_on() -> None:
    own = {question.text.casefold() for question in read(OWN)}
    known = {asked.casefold() for page in pages() for asked in page.questions}
    assert not [question.id for question in checked() if question.text.casefold() in own | known]
