# The adapter for perl: `perl OPTIONS -I FOLDER -Mkinetd_forkserver SCRIPT ARGUMENTS` in the place of
# `perl OPTIONS SCRIPT ARGUMENTS`.
#
# INIT blocks run when the script is compiled and all that it uses is loaded, and before its first statement: there the
# process parks. The preloaded library makes fork() return once for each connection, in the child, and perl itself goes
# on with the script, as it always does: $0, @ARGV, __DATA__, die, exit and END blocks are its own.
#
# A child gets its own environment, time of start and random numbers. Modules that are loaded before see the environment of
# the service, and nothing to read as standard input. Under -T the new values are tainted, since readlink() taints.
# See ask.c for the names below /kinetd/forkserver.
#
# No `use strict` here: it would stand in %INC of scripts that do not use it.
package kinetd_forkserver;

# Neither the folder nor this file is the script's business.
BEGIN {
    my $here = $INC{'kinetd_forkserver.pm'};
    $here =~ s{/[^/]*\z}{};
    @INC = grep { $_ ne $here } @INC;
    delete $INC{'kinetd_forkserver.pm'};
}

sub say_to {
    my ($text) = @_;
    return readlink "/kinetd/forkserver/$text";
}

# As perl_parse() fills %ENV: the first of a name counts. What is as it was stays, since each change costs a child copies
# of pages that it shares with the fork server.
sub renew_environment {
    my $text = my $piece = say_to('environment/0');
    while (length $piece > 4000) {    # less than there is room for: that was all
        $piece = say_to('environment/' . length $text);
        $text .= $piece;
    }
    my %seen;
    for (split /\0/, $text) {
        my ($name, $value) = split /=/, $_, 2;
        next if !defined $value || $seen{$name}++;
        $ENV{$name} = $value if !exists $ENV{$name} || $ENV{$name} ne $value;
    }
    delete @ENV{grep { !$seen{$_} } keys %ENV};
    return;
}

sub park {
    for my $name (split ' ', delete $ENV{KINETD_PRELOAD_MODULES} // '') {
        (my $file = "$name.pm") =~ s{::}{/}g;
        # What $SIG{__DIE__} does is for the script.
        next if eval { local $SIG{__DIE__}; require $file; 1 };
        my $reason = $@;
        $reason =~ s/\s+/ /g;
        say_to("refuse/preload_modules: $name: $reason");
    }
    require Cwd if $0 !~ m{^/};
    say_to('loaded/' . ($0 =~ m{^/} ? $0 : Cwd::getcwd() . "/$0"));
    for my $file (values %INC) {
        say_to("loaded/$file") if defined $file && !ref $file && $file =~ m{^/};
    }
    if (!defined say_to('park')) {
        print STDERR "kinetd_forkserver.so is not preloaded\n";
        exit 1;
    }
    fork;
    renew_environment();
    $^T = time;
    srand;
    return;
}

INIT { park() }    # no more than this: perl frees an INIT block when it has run

1;
