"""The faults that Rung survives, one module each, runnable alone.

``python -m tests.faults.kills --times 200 --database sqlite`` prints one line with its figures
and fails when a promise was broken; ``--plant NAME`` plants a defect first, which must be found.
``python -m tests.faults`` runs them all (docs/reliability.md).
"""
