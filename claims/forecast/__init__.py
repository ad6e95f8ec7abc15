"""見通し: what will become of the arrears, of what lapses and of the plans, and how wrong the same reckoning was before.

Of sums only: nothing is foretold of a person.
"""
