"""``smsc compare``: what a copy of the vendor's file does, beside what ours would do.

``calls`` are the calls. ``program`` starts a process that loads both files (``sides``,
``loading``), inside a ``fence``, with a ``gateway`` on loopback in the place of every host.
``causes`` names where two observations differ, ``comparison`` judges, ``report`` tells.
"""
