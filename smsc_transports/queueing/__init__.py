"""The transport ``queue``, and the worker that sends what waits there."""
