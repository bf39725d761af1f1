"""Holds this project's `smsc_api.py` to the recordings of the vendor's.

`record` writes down what a copy of the vendor's file does with every case, `test_golden` holds
this project's file to it, but for the numbered differences. Cases, recordings and differences
are in `smsc_transports.compare`, since `smsc compare` needs them where the package is installed.
"""
