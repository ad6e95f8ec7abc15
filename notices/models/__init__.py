from notices.models.dunning import Dunning, DunningRun
from notices.models.job import RunJob
from notices.models.mailing import Pull, ReturnedLetter, Seal
from notices.models.pack import Pack, SealedFile
from notices.models.notice import Notice, NoticeClaim
from notices.models.run import Exclusion, Letter, LetterClaim, PrintChunk, PrintRun, SlipPaper

__all__ = [
    "Dunning",
    "DunningRun",
    "Exclusion",
    "Letter",
    "LetterClaim",
    "Pack",
    "Notice",
    "NoticeClaim",
    "PrintChunk",
    "PrintRun",
    "Pull",
    "ReturnedLetter",
    "RunJob",
    "Seal",
    "SealedFile",
    "SlipPaper",
]
