"""What a copy of the vendor's file is: edition, constants, and what its owner changed."""
