<?php
// What the caller types is standard input; telnet ends its lines with a carriage return and a line feed.
$name = rtrim((string) fgets(STDIN, 1024), "\r\n");
echo "hello $name\n";
