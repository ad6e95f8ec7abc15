from notices.models.dunning import Dunning, DunningRun
from notices.models.mailing import Pull, ReturnedLetter, Seal
from notices.models.notice import Notice, NoticeClaim
from notices.models.run import Exclusion, Letter, LetterClaim, PrintChunk, PrintRun, SlipPaper

__all__ = [
    "Dunning",
    "DunningRun",
    "Exclusion",
    "Letter",
    "LetterClaim",
    "Notice",
    "NoticeClaim",
    "PrintChunk",
    "PrintRun",
    "Pull",
    "ReturnedLetter",
    "Seal",
    "SlipPaper",
]
