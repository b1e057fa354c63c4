"""What `reconcile init` proposes for a new file: how it is read, and what is not certain.

Guesses nothing: a setting is live in the proposed config only if people gave it, or the id map
proves it. Whatever else may be meant is written commented out, the likeliest first.
"""

from reconcile.proposal.model import Candidate, Proposal, Question
from reconcile.proposal.numbers import with_choice
from reconcile.proposal.propose import propose
from reconcile.proposal.text import config_text
from reconcile.proposal.words import shown_lines

__all__ = [
    "Candidate",
    "Proposal",
    "Question",
    "config_text",
    "propose",
    "shown_lines",
    "with_choice",
]
