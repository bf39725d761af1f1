"""For people who replace the vendor's file: check, migrate, compare. Nothing is run to be read."""
