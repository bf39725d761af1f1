"""``smsc compare``: what a program's own copy of the vendor's file does, beside this project's.

``recorded/`` is what is known of the vendor's file: calls, and what it did with each. ``child/``
runs in the process of a copy, on the Python of the program, and keeps the copy on this machine.
The modules here put the same calls to both sides and say where they differ, and why.
"""
