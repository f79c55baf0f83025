# forking.pl PORT: lower.pl as a server of its own, with a fork for each client.
use strict;
use warnings;
use IO::Socket::INET;
use POSIX ();

my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $ARGV[0], Listen => 128, ReuseAddr => 1)
    or die "listen: $@\n";
while (1) {
    my $client = $listener->accept or next;
    1 while waitpid(-1, POSIX::WNOHANG()) > 0;
    if (fork == 0) {
        POSIX::dup2(fileno $client, $_) for 0 .. 2;
        POSIX::setsid();
        while (my $line = <STDIN>) { print lc $line; }
        exit 0;
    }
    close $client;
}
