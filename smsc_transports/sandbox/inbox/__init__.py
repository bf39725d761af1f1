"""The inbox: a page for people and a REST API for tests."""
