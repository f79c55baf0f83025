# Answers each line in lower case.
use strict;
use warnings;

while (my $line = <STDIN>) { print lc $line; }
