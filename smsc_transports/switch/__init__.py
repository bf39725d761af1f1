"""Switching with proof: legacy programs are read, told what changes, and moved over.

``project`` reads files and folders, ``vendor_copy`` tells what a copy of the vendor's file is and
what its owner changed, ``places`` finds where programs use it and ``advice`` says what our file
does there; ``migration`` composes the replacement of one copy and ``exchange`` puts it in place.
Nothing here runs or imports what it reads.
"""
