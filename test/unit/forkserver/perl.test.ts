/** A perl script that is compiled once and run for each connection does what it does when it is executed for each. */
import { sameAsExecuted } from './adapter.ts';

sameAsExecuted('perl', {
  'arguments, names and paths are those of the script': {
    script: `
print "$0 @ARGV ", __FILE__, " ", __PACKAGE__, " @INC ", join(' ', sort keys %INC), " $^W \${^TAINT} ", $^T - time, " $$ " =~ /^ $$ $/ ? 1 : 0;
`,
    args: ['a', '-b', '', 'c d'],
    expected: 'a -b  c d',
  },
  'the data of the script is read by each connection from its beginning': {
    script: `
use strict; use warnings;
my $first = <DATA>;
print $first, tell(DATA), "\\n", <DATA>;
seek DATA, 0, 0; print scalar(<DATA>);
__DATA__
first
second
`,
    expected: 'first\n',
  },
  'input is read, in lines and by the buffer': {
    script: `
use warnings; use IO::Handle;
while (<STDIN>) { chomp; print "$. ", uc, "\\n"; last if $. == 2 }
read STDIN, my $rest, 100; print "rest: $rest", eof(STDIN), "\\n";
printf "%s %s %s\\n", -t STDIN ? 1 : 0, fileno STDOUT, join ',', PerlIO::get_layers(STDOUT);
print STDERR "to the log\\n";
`,
    input: 'one\ntwo\nthree\n',
    expected: 'rest: three',
  },
  'the environment is that of the connection, for its children too': {
    script: `
use strict;
print map { "$_=$ENV{$_}\\n" } sort keys %ENV;
$ENV{C} = 3; delete $ENV{A}; local $ENV{D} = 4;
print sort \`env\`;
`,
    environment: ['A=with=equals', 'EMPTY='],
    expected: 'C=3',
  },
  'die, with a line and without': { script: 'sub one { die "gone wrong" }\nprint "x\\n";\none();', status: 255 },
  'die in an object and with a handler': {
    script: '$SIG{__DIE__} = sub { print "handler: @_" };\n$! = 0; $? = 0;\ndie { code => 7 };',
    but: /HASH\(0x[0-9a-f]+\)/g,
  },
  'die with an errno ends with it': { script: 'open my $file, "<", "/nowhere" or die "open: $!";', status: 2 },
  'warnings are told': {
    script: 'use warnings;\nmy $nothing;\nprint "x$nothing\\n";\nwarn "careful";',
    expected: 'x\n',
  },
  'exit, END blocks and what they make of the status': {
    script:
      'BEGIN { $begun = 1 }\nEND { print "end $?\\n"; $? = 4 }\nEND { print "first\\n" }\nprint "begun $begun\\n";\nexit 3;',
    expected: 'begun 1\nfirst\nend 3\n',
    status: 4,
  },
  'INIT blocks of the script run for each connection': {
    script: 'use strict;\nINIT { print "init $ENV{B}\\n" }\nprint "script\\n";',
    expected: 'init 2\nscript\n',
  },
  'objects are destroyed and files are written at the end': {
    script: `
package Thing; sub new { bless {} } sub DESTROY { print "destroyed\\n" }
package main;
our $kept = Thing->new; my $lexical = Thing->new;
open our $left, '>&', \\*STDOUT or die; print $left "left\\n";
`,
    expected: 'destroyed\nleft\ndestroyed\n',
  },
  'a signal ends it, and a handler is called': {
    script:
      '$SIG{USR1} = sub { print "handled\\n" };\nkill USR1 => $$;\n$| = 1; print "x\\n";\nkill TERM => $$;\nsleep 10;',
    expected: 'handled\nx\n',
    status: -15,
  },
  'a client that is gone ends the script as it does otherwise': {
    script: 'select undef, undef, undef, 0.1;\n$| = 1;\nprint "x\\n" for 1 .. 3;\n',
    gone: true,
    status: -13,
  },
  'children of its own': {
    script: `
my $pid = fork // die;
if (!$pid) { exit 5 }
waitpid $pid, 0; print $? >> 8, " ", getppid() > 1 ? 1 : 0, "\\n"; print qx{echo shell};
`,
    expected: '5 1\nshell\n',
  },
  'with -w, -T and -s the interpreter is as it was told': {
    options: ['-w', '-T', '-s'],
    script: '$ENV{PATH} = "/bin";\nprint "$given $^W @ARGV\\n";\nsystem("echo $ENV{B}");\n',
    args: ['-given=7', 'word'],
    status: 255,
  },
  'with -n the script is a loop over its input': {
    options: ['-n', '-l'],
    script: 'print scalar reverse',
    input: 'abc\ndef\n',
    expected: 'cba',
  },
  'a module beside the script is found': {
    script: 'use FindBin; use lib $FindBin::Bin; use Beside;\nprint Beside::value(), "\\n";',
    files: { 'Beside.pm': 'package Beside;\nmy $loaded = $0;\nsub value { $loaded }\n1;\n' },
    expected: '/case',
  },
});
