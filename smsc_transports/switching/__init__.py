"""For people who replace the vendor's file: check, migrate, compare."""
