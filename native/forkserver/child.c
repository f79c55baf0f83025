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

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

extern char **environ;

static pid_t *thread_number;
static void *robust_list;
static size_t robust_size;
static sigset_t mask;
static struct sigaction on_termination;

void child_prepare(void) {
  if (prctl(PR_GET_TID_ADDRESS, &thread_number) < 0 || thread_number == NULL)
    channel_refuse("the kernel does not tell where the C library keeps thread numbers (CONFIG_CHECKPOINT_RESTORE)");
  if (syscall(SYS_get_robust_list, 0, &robust_list, &robust_size) < 0) robust_list = NULL;
  sigset_t all_but_one;
  sigfillset(&all_but_one);
  sigdelset(&all_but_one, SIGTERM);
  sigprocmask(SIG_SETMASK, &all_but_one, &mask);
  sigaction(SIGTERM, &(struct sigaction){.sa_handler = SIG_DFL}, &on_termination);
}

/*
 * The address stands in both places where kernels look for it (clone(2), "C library/kernel differences"): the other one
 * is that of CLONE_SETTLS, which is not asked for.
 */
pid_t child_clone(void) {
  unsigned long flags = CLONE_PARENT | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD;
#if defined(__s390__) || defined(__CRIS__)
  return (pid_t)syscall(SYS_clone, NULL, flags, NULL, thread_number, NULL);
#else
  return (pid_t)syscall(SYS_clone, flags, NULL, NULL, thread_number, thread_number);
#endif
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
  channel_close();
  if (robust_list != NULL) syscall(SYS_set_robust_list, robust_list, robust_size);
  for (int i = 0; i < 3; i++) {
    if (dup2(request->descriptors[i], i) < 0) _exit(127);
  }
  for (int i = 0; i < 3; i++) close(request->descriptors[i]);
  open_separate();
  setsid();
  environ = park_mode == PARK_IN_FORK ? as_owned(request->environment) : request->environment;
  if (environ == NULL) _exit(127);
  if (on_termination.sa_handler != SIG_DFL) sigaction(SIGTERM, &on_termination, NULL);
  sigprocmask(SIG_SETMASK, &mask, NULL);
}
