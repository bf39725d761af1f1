"""The rules of the gateway, without any input or output: what is asked, what is answered."""
