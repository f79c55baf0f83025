"""Answers each line in lower case, line by line as they come."""
import sys

# Bytes that are no text in this machine's encoding go through as they are.
for stream in (sys.stdin, sys.stdout):
    stream.reconfigure(errors="surrogateescape")

for line in sys.stdin:
    print(line.lower(), end="", flush=True)
