"""What the business's folder holds: scope, articles for callers and agents, and the rules that would run."""

from collections.abc import Callable, Iterator
from datetime import date

from telephony.assembly.copiloting import knowledge
from telephony.check.finding import Finding
from telephony.published import publish
from telephony.settings import Settings
from voice.dialogue import check_rules
from voice.dialogue.business import Business
from voice.dialogue.load import load_business
from voice.errors import VoiceError


def business(today: date) -> Callable[[Settings], Iterator[Finding]]:
    def look(settings: Settings) -> Iterator[Finding]:
        try:
            business = load_business(settings.business.folder)
        except VoiceError as error:
            yield from (Finding("business", line, "prevents") for line in str(error).splitlines())
            return
        yield Finding("business", f"{business.name}, {len(business.intents)} intents, from {settings.business.folder}")
        for file, what in check_rules.reminders(business, today):
            part = "scope register" if file == check_rules.SCOPE else "rules"
            yield Finding(part, f"{settings.business.folder / file}: {what}", "note")
        for name, article in sorted(business.articles.items()):
            if article.stale(today):
                late = f"{name}.md: a review was due on {article.review_by}, and callers are told what it says"
                yield Finding("knowledge", late, "note")
        yield from _copilot(settings, business, today)

    return look


def _copilot(settings: Settings, business: Business, today: date) -> Iterator[Finding]:
    """What agents are told; the callers' articles are spoken of above."""
    pages, _, wrong = knowledge(settings.business.folder, business)
    yield Finding("co-pilot", f"{len(pages)} articles, {len(pages) - len(business.articles)} of them for agents alone")
    yield from (Finding("co-pilot", f"left out: {line}", "note") for one in wrong for line in one.splitlines())
    for page in pages:
        if page.name not in business.articles and page.stale(today):
            late = f"{page.name}.md: a review was due on {page.review_by}, and agents are told what it says"
            yield Finding("co-pilot", late, "note")


def rules(settings: Settings) -> Iterator[Finding]:
    """Which escalation rules `serve` would run."""
    try:
        published = publish(settings.business.folder, settings.service.records_folder)
    except VoiceError:
        return  # said of the business
    if published.alarm:
        yield Finding("rules", published.alarm, "note")
    else:
        yield Finding("rules", str(published.accepted))
