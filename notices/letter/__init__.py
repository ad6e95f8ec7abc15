"""The consolidated demand letter (一斉催告書): one letter per person, as data, as sheets and as PDF. No database."""

from .desk import render_desk
from .layout import render_one
from .model import CityProfile, ClaimLine, DeskSlips, KindText, LetterData, RatesText, Rendered, Slip, Unprintable
from .printing import CHUNK, render_many
from .sheets import sheets
from .single import Paid, SingleData, render_single
from .slips import el_qr, parted, slips
from .verify import Fault, verify

__all__ = [
    "CHUNK",
    "CityProfile",
    "ClaimLine",
    "DeskSlips",
    "Fault",
    "KindText",
    "LetterData",
    "Paid",
    "RatesText",
    "Rendered",
    "SingleData",
    "Slip",
    "Unprintable",
    "el_qr",
    "parted",
    "render_desk",
    "render_many",
    "render_one",
    "render_single",
    "sheets",
    "slips",
    "verify",
]
