"""What runs in the process of one side: only the standard library, on the Python of the program.

The parent has the gateway and asks for calls; this side loads the file behind a fence, makes the
calls and tells what came of them.
"""
