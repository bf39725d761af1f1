"""What the vendor's file sends, returns and prints, kept as data.

The vendor's file cannot be part of this project, so its behaviour is: `cases` are calls,
`vectors/` holds what a copy of it did with each, and `differences` what this project owes where
it is to differ. `python -m tests.golden.record` wrote the vectors.
"""
