raise ImportError("libmodem.so: cannot open shared object file")
