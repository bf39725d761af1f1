"""What the vendor's file sends, returns and prints, and whether this project's does the same.

The vendor's file cannot be part of this project, so its behaviour is: `cases` are calls,
`vectors/` holds what a copy of it did with each (`record` wrote them down), and `differences` what
this project owes where it is to differ. `test_golden` holds this project's file to them.
"""
