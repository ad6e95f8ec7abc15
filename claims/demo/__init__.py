"""The demo city: a synthetic Toyota City with its residents, ten source systems and the truth behind them.

Everything is 架空 and grows from one seed. ``city.build`` writes the extracts; the other modules are its parts:
places and names (what things are called), people and life (who lives how, and who gets into hardship), levies and
payments (what is owed and what came in), records (how each system spells a person), formats and systems (the files),
dirt (what goes wrong in transfer) and truth (what a perfect intake would find).
"""
