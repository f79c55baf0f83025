"""Answers each line in lower case: a server as people write them, unaware of sockets."""
import sys

for line in sys.stdin:
    sys.stdout.write(line.lower())
