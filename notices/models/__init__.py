from notices.models.dunning import Dunning, DunningRun
from notices.models.run import Exclusion, Letter, LetterClaim, PrintChunk, PrintRun, SlipPaper

__all__ = ["Dunning", "DunningRun", "Exclusion", "Letter", "LetterClaim", "PrintChunk", "PrintRun", "SlipPaper"]
