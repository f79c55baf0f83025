/* plugin: a library that registers handlers of forks, which nobody may call when it is unloaded. */
#include <pthread.h>
#include <stdlib.h>

__attribute__((constructor)) static void construct(void) { pthread_atfork(abort, abort, abort); }
