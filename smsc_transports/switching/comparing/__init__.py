"""``smsc compare``: what a copy of the vendor's file does, beside what ours would do.

One process loads the copy, and our file with what ``migrate`` carries over, and makes the same
calls with both (``child/``); a gateway on loopback answers in the place of every host. ``calls``
are the calls, ``causes`` names where two observations differ, ``comparison`` judges, ``report``
tells.
"""
