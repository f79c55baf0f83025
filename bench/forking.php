<?php
// forking.php PORT: lower.php as a server of its own, with a fork for each client.
$listener = stream_socket_server("tcp://127.0.0.1:{$argv[1]}", $code, $why);
if ($listener === false) {
    exit("listen: $why\n");
}
while (true) {
    $client = stream_socket_accept($listener, -1);
    if ($client === false) {
        continue;
    }
    while (pcntl_waitpid(-1, $status, WNOHANG) > 0) {
        continue;
    }
    if (pcntl_fork() === 0) {
        posix_setsid();
        while (($line = fgets($client)) !== false) {
            fwrite($client, strtolower($line));
        }
        exit(0);
    }
    fclose($client);
}
