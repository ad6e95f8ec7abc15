"""Intake: the sections' extracts, from bytes to the ledger.

layout (what a file looks like) → parse (bytes to values or a refusal) → stage (COPY) → checks (against the ledger) →
control (the section's own totals) → apply_* (set-based upsert) → run (files, batches, linking).
"""
