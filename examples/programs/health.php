<?php
// Answers an HTTP request with the state of this machine: 200 when there is room on its disk, 503 when not.
// The request is read to its empty line before the answer goes out, or the client might find its connection reset.

while (($line = fgets(STDIN, 8192)) !== false && rtrim($line, "\r\n") !== '');

$healthy = disk_free_space(sys_get_temp_dir()) > 0;
$body = $healthy ? "healthy\n" : "no room on the disk\n";

echo 'HTTP/1.1 ', $healthy ? '200 OK' : '503 Service Unavailable', "\r\n",
    "Content-Type: text/plain\r\n",
    'Content-Length: ', strlen($body), "\r\n",
    "Connection: close\r\n",
    "\r\n",
    $body;
