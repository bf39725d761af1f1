"""The data of a call: settings, request, reply, attempt, errors, and how they are encoded."""
