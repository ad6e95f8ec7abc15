"""The money files a city gets: pure readers, without a database and without a clock.

``read`` takes any file with payments. What stands where is said by the layouts in ``layouts/``.
"""

from claims.moneyfiles.model import Feed, FileDamaged, MoneyFile, MoneyLine, Status
from claims.moneyfiles.reading import read

__all__ = ["Feed", "FileDamaged", "MoneyFile", "MoneyLine", "Status", "read"]
