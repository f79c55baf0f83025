/** A ruby script that is compiled once and run for each connection does what it does when it is executed for each. */
import { sameAsExecuted } from './adapter.ts';

sameAsExecuted('ruby', {
  'arguments, names and paths are those of the script': {
    script: `
require 'json'
puts $0, __FILE__, __dir__, __method__.inspect, ARGV.inspect, $:.inspect, self.inspect, binding.local_variables.inspect
puts caller.inspect, caller_locations(0).inspect, $LOADED_FEATURES.inspect, $$ == Process.pid, $;.inspect, $VERBOSE.inspect
puts Thread.list.size, Thread.current == Thread.main, global_variables.sort.inspect, ObjectSpace.each_object(TracePoint).count { |t| t.enabled? }
puts Dir.children('/proc/self/fd').size, (Object.constants - [:KinetdForkserver]).size
`,
    args: ['a', '-b', '', 'c d'],
    expected: '["a", "-b", "", "c d"]',
  },
  'the data of the script is read by each connection from its beginning': {
    script: `
first = DATA.gets
puts first, DATA.pos, DATA.read
DATA.rewind
puts DATA.gets
__END__
first
second
`,
    expected: 'first\n',
  },
  'standard streams are as the interpreter opens them': {
    script: `
[STDIN, STDOUT, STDERR].each do |io|
  puts [io.inspect, io.sync, io.external_encoding, io.internal_encoding, io.isatty, io.fileno, io.binmode?].inspect
end
puts $stdin.equal?(STDIN), $stdout.equal?(STDOUT), Encoding.default_external
while (line = gets) do puts line.upcase end
warn 'to the log'
`,
    input: 'a line\r\nand another one\n',
    environment: ['LANG=C.UTF-8'],
    expected: 'AND ANOTHER ONE',
  },
  'the environment is that of the connection, for its children too': {
    script: `
puts ENV.to_a.inspect, ENV['B'], ENV.fetch('EMPTY').inspect
ENV['C'] = '3'; ENV.delete('A')
puts \`env\`
`,
    environment: ['A=with=equals', 'EMPTY='],
    expected: 'C=3',
  },
  'an exception that nobody catches is told without the adapter': {
    script: `
require 'set'
def one = two { |x| raise ArgumentError, "gone wrong #{x}" }
def two; yield 1; rescue => e; raise 'second'; end
puts 'x'
one
`,
    status: 1,
  },
  'an exit with a number': { script: 'puts 1\nexit 7', status: 7 },
  'an abort with a text': { script: 'puts 1\nabort "gone wrong"', status: 1 },
  'an exit without handlers': { script: 'at_exit { puts 2 }\n$stdout.sync = true\nputs 1\nexit! 3', status: 3 },
  'exit handlers run, the last first, and may change the status': {
    script:
      'at_exit { puts "first"; exit 9 }\nat_exit { puts "last"; raise "in handler" }\nEND { puts "END" }\nputs "script"',
    expected: 'script\nEND\nlast\nfirst\n',
    status: 9,
  },
  'BEGIN blocks run for each connection': {
    script: 'BEGIN { puts "begin #{ENV["B"]}" }\nputs "script"',
    expected: 'begin 2\nscript\n',
  },
  'finalizers run and files are written at the end': {
    script: `
ObjectSpace.define_finalizer(Object.new, proc { STDOUT.puts 'finalized' })
$left = STDOUT.dup; $left.sync = false; $left.write("left\\n")
`,
    expected: 'left\n',
  },
  'threads, queues, timeouts and sleep work': {
    script: `
require 'timeout'
queue = Queue.new
thread = Thread.new { 3.times { |n| queue << n; sleep 0.01 } ; :done }
puts 3.times.map { queue.pop }.inspect, thread.value
begin; Timeout.timeout(0.05) { sleep 5 }; rescue Timeout::Error => e; puts e.class; end
puts Ractor.count, Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID) < 1
`,
    expected: '[0, 1, 2]\ndone\nTimeout::Error\n',
  },
  'signals are handled, and end it': {
    script: `
trap('USR1') { puts 'handled' }
Process.kill('USR1', $$)
sleep 0.05
$stdout.flush
Process.kill('TERM', $$)
sleep 5
`,
    expected: 'handled\n',
    status: -15,
  },
  'a signal wakes a script that waits': {
    script: "trap('ALRM') { puts 'woken'; exit 4 }\nsystem(\"sleep 0.1; kill -ALRM #{$$} &\")\nsleep 5",
    expected: 'woken\n',
    status: 4,
  },
  'a client that is gone ends the script as it does otherwise': {
    script: 'sleep 0.1\n$stdout.sync = true\n3.times { puts "x" }',
    gone: true,
  },
  'children of its own': {
    script: `
pid = fork { exit 5 }
puts Process.wait2(pid)[1].exitstatus, Process.ppid > 1, \`echo shell\`
`,
    expected: '5\ntrue\nshell\n',
  },
  'with -w, -I, -r and -E the interpreter is as it was told': {
    options: ['-W1', '-I', '/nowhere', '-rset', '-Eutf-8:iso-8859-1', '--disable=gems'],
    script: 'puts $VERBOSE.inspect, $:.first, defined?(Set), Encoding.default_internal, defined?(Gem).inspect',
    expected: '/nowhere',
  },
  'a file beside the script is found': {
    script: 'require_relative "beside"\nputs BESIDE\nrequire "missing/file"',
    files: { 'beside.rb': 'BESIDE = [$0, __FILE__, caller.grep(/case/)].inspect\n' },
    but: /, \[.*\]\]/g,
    expected: '/case',
    status: 1,
  },
  'a script that is only a class': {
    script: 'class Thing\n  puts "in #{name} #{ENV["B"]}"\nend\n',
    expected: 'in Thing 2\n',
  },
});
