"""Which attempt comes next, how long it may take, and what is known when none was answered."""
