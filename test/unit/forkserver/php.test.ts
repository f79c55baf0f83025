/** A php script that is compiled once and run for each connection does what it does when it is executed for each. */
import { sameAsExecuted } from './adapter.ts';

sameAsExecuted('php', {
  'arguments, names and paths are those of the script': {
    script: `#!/usr/bin/php
<?php
echo json_encode([$argv, $argc, __FILE__, __DIR__, __LINE__, getcwd(), PHP_SAPI, get_included_files()[0], getmypid() === posix_getpid()]), "\\n";
echo json_encode([array_values(array_diff(array_keys(get_defined_vars()), ['_SERVER'])), debug_backtrace(), ob_get_level(), error_get_last()]), "\\n";
`,
    args: ['a', '-b', '', 'c d'],
    expected: '"a","-b","","c d"',
  },
  'the variables of the server and the environment are those of the connection': {
    script: `<?php
ksort($_SERVER);
$age = microtime(true) - $_SERVER['REQUEST_TIME_FLOAT'];
echo $age >= 0 && $age < 5 ? 'now' : $age, ' ', time() - $_SERVER['REQUEST_TIME'] < 5 ? 'now' : 'old', "\\n";
unset($_SERVER['REQUEST_TIME'], $_SERVER['REQUEST_TIME_FLOAT']);
var_dump($_SERVER, $_ENV, getenv(), getenv('B'));
putenv('C=3');
system('env');
`,
    environment: ['A=with=equals', 'EMPTY=', 'PHP_SELF=false'],
    expected: 'C=3',
  },
  'with variables_order the environment is an array as well': {
    options: ['-d', 'variables_order=EGPCS', '-d', 'auto_globals_jit=0'],
    script: '<?php\nvar_dump($_ENV);\n$name = "_SERVER"; echo $$name["B"];',
    expected: '["B"]=>\n  string(1) "2"',
  },
  'input is read from all its streams': {
    script: `<?php
echo strtoupper(fgets(STDIN)), fgets(fopen('php://stdin', 'r')), file_get_contents('php://stdin');
var_dump(stream_get_meta_data(STDIN), stream_isatty(STDOUT), ftell(STDIN));
fwrite(STDERR, "to the log\\n"); error_log('logged');
file_put_contents('php://output', "output\\n"); fwrite(STDOUT, "written\\n");
`,
    input: 'one\n',
    expected: 'ONE\n',
  },
  'text before and after the code is written': {
    script: 'before <?= getenv("B") ?> after\n',
    expected: 'before 2 after\n',
  },
  'a halted compiler leaves its data': {
    script: '<?php\necho file_get_contents(__FILE__, false, null, __COMPILER_HALT_OFFSET__);\n__halt_compiler();data',
    expected: 'data',
  },
  'an exception that nobody catches is told': {
    options: ['-d', 'display_errors=1', '-d', 'error_reporting=-1'],
    script:
      '<?php\nfunction one() { throw new RuntimeException("gone wrong"); }\nfunction two() { one(); }\necho "x\\n";\ntwo();',
    expected: 'gone wrong',
    status: 255,
  },
  'warnings and notices are told': {
    options: ['-d', 'display_errors=1', '-d', 'error_reporting=-1'],
    script: '<?php\necho $missing . "x\\n";\ntrigger_error("careful", E_USER_WARNING);',
    expected: 'careful',
  },
  'warnings of the compiler go to each connection': {
    options: ['-d', 'display_errors=1', '-d', 'error_reporting=-1'],
    script: '<?php\nfunction one($a = 1, $b) { return $b; }\necho one(1, 2), "\\n";',
    expected: 'Deprecated',
  },
  'exit with a number and with a text': { script: '<?php\necho "x";\nexit(7);', status: 7 },
  'exit with a text': { script: '<?php\nexit("bye\\n");', expected: 'bye\n', status: 0 },
  'what is registered for the end runs, in its order': {
    script: `<?php
register_shutdown_function(function () { echo "first\\n"; });
register_shutdown_function(function () { echo "second\\n"; exit(3); });
class Thing { function __destruct() { echo "destroyed\\n"; } }
$kept = new Thing;
ob_start(fn ($text) => strtoupper($text));
echo "buffered\\n";
`,
    expected: 'BUFFERED\n',
    status: 3,
  },
  'a fatal error ends it': {
    script: '<?php\nini_set("memory_limit", "4M");\n$x = str_repeat("x", 10000000);',
    status: 255,
  },
  'files that are included are found, and included for each connection': {
    script:
      '<?php\nrequire __DIR__ . "/beside.php";\nset_include_path(__DIR__);\necho include "other.inc";\nrequire "missing.php";',
    files: {
      'beside.php': '<?php\necho "beside ", getenv("B"), " ", basename(__FILE__), "\\n";',
      'other.inc': '<?php return 5;',
    },
    expected: 'beside 2 beside.php\n5',
    status: 255,
  },
  'children of its own, and signals': {
    script: `<?php
$pid = pcntl_fork();
if ($pid === 0) exit(5);
pcntl_waitpid($pid, $status); echo pcntl_wexitstatus($status), posix_getppid() > 1 ? " parent\\n" : "\\n";
pcntl_async_signals(true); pcntl_signal(SIGUSR1, function () { echo "handled\\n"; });
posix_kill(posix_getpid(), SIGUSR1);
posix_kill(posix_getpid(), SIGTERM); sleep(5);
`,
    expected: '5 parent\nhandled\n',
    status: -15,
  },
  'a client that is gone ends the script as it does otherwise': {
    script: '<?php\nusleep(100000);\nfor ($i = 0; $i < 3; $i++) echo "x\\n";',
    gone: true,
  },
  'settings and -f are as they were told': {
    options: ['-d', 'precision=5', '-dmemory_limit=64M', '-f'],
    script: '<?php\necho 1 / 3, " ", ini_get("memory_limit"), " ", json_encode($argv), "\\n";',
    expected: '0.33333 64M',
  },
});
