from notices.models.dunning import Dunning, DunningRun
from notices.models.mailing import Pull, ReturnedLetter, Seal
from notices.models.run import Exclusion, Letter, LetterClaim, PrintChunk, PrintRun, SlipPaper

__all__ = [
    "Dunning",
    "DunningRun",
    "Exclusion",
    "Letter",
    "LetterClaim",
    "PrintChunk",
    "PrintRun",
    "Pull",
    "ReturnedLetter",
    "Seal",
    "SlipPaper",
]
