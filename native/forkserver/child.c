/*
 * A child of the fork server, from its clone to the program.
 *
 * CLONE_PARENT makes it a child of the daemon, as the fork server is one: the daemon waits for it, nobody else can, and
 * it outlives the fork server. The C library's fork() cannot do that, so this does by hand what fork() would: the number
 * of the thread goes where the C library keeps it (the kernel tells where, since the C library has told the kernel), and
 * the list of robust mutexes is made known again. With one thread there is nothing else to mend: locks are free.
 *
 * Handlers and mask of signals are as the program had them when it parked: an interpreter has its own by then. While it
 * is parked all signals wait but SIGTERM, which ends it.
 */
#include "forkserver.h"
#include "system-call.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

extern char **environ;

static pid_t *thread_number;
static void *robust_list;
static size_t robust_size;
static uint64_t mask; /* as the kernel has it */
static struct sigaction on_termination;
static bool owns_environment;

void child_prepare(void) {
  if (prctl(PR_GET_TID_ADDRESS, &thread_number) < 0 || thread_number == NULL)
    channel_refuse("the kernel does not tell where the C library keeps thread numbers (CONFIG_CHECKPOINT_RESTORE)");
  if (syscall(SYS_get_robust_list, 0, &robust_list, &robust_size) < 0) robust_list = NULL;
  uint64_t all_but_one = ~(UINT64_C(1) << (SIGTERM - 1));
  system_call(SYS_rt_sigprocmask, SIG_SETMASK, (long)&all_but_one, (long)&mask, sizeof mask, 0, 0);
  sigaction(SIGTERM, &(struct sigaction){.sa_handler = SIG_DFL}, &on_termination);
  owns_environment = park_mode == PARK_IN_FORK;
}

/*
 * The address stands in both places where kernels look for it (clone(2), "C library/kernel differences"): the other one
 * is that of CLONE_SETTLS, which is not asked for.
 */
pid_t child_clone(void) {
  unsigned long flags = CLONE_PARENT | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD;
#if defined(__s390__) || defined(__CRIS__)
  return (pid_t)system_call(SYS_clone, 0, (long)flags, 0, (long)thread_number, 0, 0);
#else
  return (pid_t)system_call(SYS_clone, (long)flags, 0, 0, (long)thread_number, (long)thread_number, 0);
#endif
}

/* The last variable may be UNIXLOCALPID without a value, which is the number of this process. */
static void tell_own_pid(char **received) {
  static char text[40];
  char **last = NULL;
  for (; *received != NULL; received++) last = received;
  if (last == NULL || **last != 'U' || strcmp(*last, "UNIXLOCALPID=") != 0) return;
  snprintf(text, sizeof text, "UNIXLOCALPID=%ld", system_call(SYS_getpid, 0, 0, 0, 0, 0, 0));
  *last = text;
}

/*
 * Each variable and the list in memory of its own: perl, which by now holds environ for its own, will free them. Before
 * main nobody does, and they stay where they were received: this is the child's own copy of it.
 */
static char **as_owned(char **received) {
  size_t count = 0;
  while (received[count] != NULL) count++;
  char **owned = calloc(count + 1, sizeof *owned);
  for (size_t i = 0; owned != NULL && i < count; i++) {
    owned[i] = strdup(received[i]);
    if (owned[i] == NULL) return NULL;
  }
  return owned;
}

void child_begin(const struct request *request) {
  channel_tell_started(request->id);
  if (robust_list != NULL) system_call(SYS_set_robust_list, (long)robust_list, (long)robust_size, 0, 0, 0, 0);
  for (int i = 0; i < 3; i++) {
    if (system_call(SYS_dup3, request->descriptors[i], i, 0, 0, 0, 0) < 0) _exit(127);
  }
  for (int i = 0; i < 3; i++) system_call(SYS_close, request->descriptors[i], 0, 0, 0, 0, 0);
  open_separate();
  system_call(SYS_setsid, 0, 0, 0, 0, 0, 0);
  tell_own_pid(request->environment);
  environ = owns_environment ? as_owned(request->environment) : request->environment;
  if (environ == NULL) _exit(127);
  if (on_termination.sa_handler != SIG_DFL) sigaction(SIGTERM, &on_termination, NULL);
  system_call(SYS_rt_sigprocmask, SIG_SETMASK, (long)&mask, 0, sizeof mask, 0, 0);
}
