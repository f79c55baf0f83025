"""Answers an HTTP request with a page that shows the request.

The connection is standard input and output, so this is all that a web server needs to be. The request is over at
the first empty line; it is read to that point before anything is answered, or the client might find its connection
reset. What came from the client is escaped: the page shows markup, it never becomes markup.
"""
import html
import sys

LONGEST_LINE = 8192
MOST_LINES = 100

lines = []
for _ in range(MOST_LINES):
    line = sys.stdin.buffer.readline(LONGEST_LINE).decode("latin-1").rstrip("\r\n")
    if line == "":
        break
    lines.append(line)

page = "<html><body><p>" + "<br>".join(map(html.escape, lines)) + "</p></body></html>\n"
body = page.encode("utf-8")
head = (
    "HTTP/1.0 200 OK\r\n"
    "Content-Type: text/html; charset=utf-8\r\n"
    f"Content-Length: {len(body)}\r\n"
    "\r\n"
)
sys.stdout.buffer.write(head.encode("ascii") + body)
sys.stdout.buffer.flush()
