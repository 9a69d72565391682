"""What helps an agent while they talk: answers quoted from articles, the customer's facts, what to do next.

It only ever quotes: an answer is sentences of an article with their source and date, or that there is none.
"""
