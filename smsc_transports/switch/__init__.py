"""Switching with proof: legacy programs are read, told what changes, and moved over.

Nothing here runs or imports what it reads. ``files`` reads Python files of any age; ``copies``
tells what a copy of the vendor's file is and what its owner changed, all of it in
``vendor_copy``; ``callers`` finds where programs use it and judges each place. ``survey`` and
``report`` are ``smsc check``; ``migration``, ``exchange`` and ``replacement`` are ``smsc migrate``.
"""
