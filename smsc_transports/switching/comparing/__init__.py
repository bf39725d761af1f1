"""``smsc compare``: what a program's copy of the vendor's file does, beside what ours would do.

Both sides are put through the same calls, each in a fenced process of its own on this machine: the
copy as it is, and our file with what ``migrate`` carries over. ``calls`` are the calls, ``program``
and ``child/`` run a side, ``gateway`` answers it, ``numbered`` holds the differences on purpose,
``causes`` names where two observations differ, ``comparison`` judges and ``report`` tells.
"""
