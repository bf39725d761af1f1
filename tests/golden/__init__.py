"""Golden wire vectors: what the vendor's file sends, returns and prints, kept as data.

The vendor's file cannot be part of this repository, so its behaviour is: `record` writes down
what a copy of it does with every case of `cases`, and `test_golden` holds this project's
`smsc_api.py` to it, but for the numbered `differences`.
"""
