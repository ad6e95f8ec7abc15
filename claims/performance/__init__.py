"""実績: what was done, month by month and by team, what came after it, and what it cost. Nothing is counted by person on staff."""
