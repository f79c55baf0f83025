/*
 * A child that shares the memory of this process until it executes a program, as vfork(2) makes it.
 */
#ifndef KINETD_VFORK_H
#define KINETD_VFORK_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

/* The kernel's own set of signals: the C library hides two of them. */
enum { KERNEL_SIGNALS = _NSIG - 1, KERNEL_SET_BYTES = KERNEL_SIGNALS / 8 };
struct kernel_set {
  unsigned char bits[KERNEL_SET_BYTES];
};

/* Of this thread. */
void set_signal_mask(const struct kernel_set *mask, struct kernel_set *before);

/*
 * Runs child(data) in a new process, which must not return from it; the calling thread waits until it has executed a
 * program or ended. Any thread.
 *
 * *handlers_gone is set before the child runs: true when it has no signal handlers, so that of all signals only those
 * that are ignored have to be reset; false where the kernel cannot do that (before Linux 5.5), and then the child begins
 * with all signals blocked.
 *
 * The child must touch nothing that its parent still needs, its own part of the stack excepted.
 *
 * Returns the pid of the child, or -1 with errno.
 */
pid_t vfork_into(void (*child)(void *data), void *data, bool *handlers_gone);

#endif
