from notices.models.closed import ClosedPile, HandOver
from notices.models.dunning import Dunning, DunningRun
from notices.models.experiment import Assignment, Experiment, ExperimentArm
from notices.models.job import RunJob
from notices.models.mailing import Pull, ReturnedLetter, Seal
from notices.models.notice import Notice, NoticeClaim
from notices.models.pack import Pack, SealedFile
from notices.models.public_notice import AddressEnquiry, PublicNotice, PublicNoticeClaim
from notices.models.run import Exclusion, Letter, LetterClaim, PrintChunk, PrintRun, SlipPaper

__all__ = [
    "AddressEnquiry",
    "Assignment",
    "ClosedPile",
    "Dunning",
    "DunningRun",
    "Exclusion",
    "Experiment",
    "ExperimentArm",
    "HandOver",
    "Letter",
    "LetterClaim",
    "Notice",
    "NoticeClaim",
    "Pack",
    "PrintChunk",
    "PrintRun",
    "PublicNotice",
    "PublicNoticeClaim",
    "Pull",
    "ReturnedLetter",
    "RunJob",
    "Seal",
    "SealedFile",
    "SlipPaper",
]
