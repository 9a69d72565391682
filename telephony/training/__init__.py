"""`warmline train`: what the intents' examples teach, before any caller finds out."""

from telephony.training.run import Trained, of_business, of_file

__all__ = ["Trained", "of_business", "of_file"]
