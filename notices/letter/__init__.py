"""The consolidated demand letter (一斉催告書): one letter per person, as data, as sheets and as PDF. No database."""

from .layout import render_one
from .model import CityProfile, ClaimLine, LetterData, RatesText, Rendered, Slip, Unprintable
from .printing import CHUNK, render_many
from .sheets import sheets
from .slips import slips
from .verify import Fault, verify

__all__ = [
    "CHUNK",
    "CityProfile",
    "ClaimLine",
    "Fault",
    "LetterData",
    "RatesText",
    "Rendered",
    "Slip",
    "Unprintable",
    "render_many",
    "render_one",
    "sheets",
    "slips",
    "verify",
]
