<?php
/*
 * The adapter for php: `php -d … OPTIONS SCRIPT ARGUMENTS` in the place of `php OPTIONS SCRIPT ARGUMENTS`, with
 *
 *   auto_prepend_file=/…/php.php         this file runs before the script
 *   opcache.enable_cli=1                 the compiled script is kept in memory that children share
 *   opcache.record_warnings=1            what the compiler has to say of the script, each connection reads
 *
 * It has the script compiled, and what is to be preloaded (files, looked for as by include), and parks: the preloaded
 * library makes pcntl_fork() return once for each connection, in the child, and php goes on with the script as it always
 * does. What the script includes is compiled by the first connection that comes to it, and kept as well, if it has not been
 * changed since the process was parked.
 *
 * A process of its own does the compiling, since it leaves the functions of the script declared, and its errors are fatal.
 *
 * Without opcache all works, and each child compiles the script. Files that are included stand in get_included_files()
 * beside this one. See ask.c for the names below /kinetd/forkserver.
 */
(static function (): void {
    $say = static fn (string $text) => @readlink("/kinetd/forkserver/$text");
    $refuse = static fn (string $text) => $say('refuse/' . strtr($text, "\n", ' '));

    if (!function_exists('pcntl_fork')) {
        $refuse('php has no pcntl_fork');
    }
    $inis = array_filter([php_ini_loaded_file(), ...array_map('trim', explode(',', (string) php_ini_scanned_files()))]);
    foreach ($inis as $ini) {
        $say("loaded/$ini");
        if ((parse_ini_file($ini, false, INI_SCANNER_RAW)['auto_prepend_file'] ?? '') !== '') {
            $refuse("$ini sets auto_prepend_file");
        }
    }

    $script = get_included_files()[0];
    $files = [$script];
    foreach (preg_split('/ +/', (string) getenv('KINETD_PRELOAD_MODULES'), -1, PREG_SPLIT_NO_EMPTY) as $name) {
        $files[] = stream_resolve_include_path($name) ?: $refuse("preload_modules: $name: no such file in the include_path");
    }
    foreach ($files as $file) {
        $say("loaded/$file");
    }
    if (function_exists('opcache_compile_file')) {
        // Children look whether a file has changed whenever they use it, since the time that the cache goes by stands still
        // when the process parks. The cache knows times of files by the second: what has been written since, or just
        // before, may be written once more within the same one, and is not kept. The files that are compiled here are,
        // since the daemon has an eye on them.
        ini_set('opcache.validate_timestamps', '1');
        ini_set('opcache.revalidate_freq', '0');
        ini_set('opcache.file_update_protection', '0');
        $compiler = pcntl_fork();
        if ($compiler === 0) {
            array_map('opcache_compile_file', $files);
            exit(0);
        }
        pcntl_waitpid($compiler, $status);
        if ($status !== 0) {
            $refuse('the script, or a file to preload, does not compile');
        }
        ini_set('opcache.file_update_protection', '2');
    }

    // The lock of opcache: a file that nobody reads, locked for each process by itself.
    foreach (scandir('/proc/self/fd') as $number) {
        if (preg_match('~/\.ZendSem\.|memfd:opcache_lock~', (string) @readlink("/proc/self/fd/$number"))) {
            $say("keep/$number");
        }
    }

    // At its very end php frees its classes and modules one by one. Nobody can notice when all are its own.
    $own = 'bcmath bz2 calendar core ctype curl date dba dom enchant exif ffi fileinfo filter ftp gd gettext gmp hash iconv '
        . 'imap intl json ldap libxml mbstring mysqli mysqlnd odbc openssl pcntl pcre pdo pdo_mysql pdo_odbc pdo_pgsql '
        . 'pdo_sqlite pgsql phar posix pspell random readline reflection session shmop simplexml snmp soap sockets sodium '
        . 'spl sqlite3 standard sysvmsg sysvsem sysvshm tidy tokenizer xml xmlreader xmlwriter xsl zip zlib';
    $loaded = [...get_loaded_extensions(), ...get_loaded_extensions(true)];
    if (array_diff(array_map('strtolower', $loaded), explode(' ', $own), ['zend opcache']) === []) {
        $say('skip/php_module_shutdown');
    }

    if ($say('park') === false) {
        fwrite(STDERR, "kinetd_forkserver.so is not preloaded\n");
        exit(1);
    }
    pcntl_fork();

    // As the interpreter fills these: the environment first, what it knows by itself over it.
    $own = ['PHP_SELF', 'SCRIPT_NAME', 'SCRIPT_FILENAME', 'PATH_TRANSLATED', 'DOCUMENT_ROOT', 'argv', 'argc'];
    $now = microtime(true);
    $times = ['REQUEST_TIME' => (int) $now, 'REQUEST_TIME_FLOAT' => $now];
    $_SERVER = array_replace(getenv(), array_intersect_key($_SERVER, array_flip($own)), $times);
    if (str_contains(ini_get('variables_order'), 'E')) {
        $GLOBALS['_ENV'] = getenv(); // by this name, or the array would be there for every script
    }
    error_clear_last();
})();
