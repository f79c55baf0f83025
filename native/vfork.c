/*
 * vfork(2), and the same by clone3(2) with CLONE_CLEAR_SIGHAND: to reset each of 64 signals by itself costs more than all
 * else that a child does before execve.
 *
 * The C library has no function for that: its clone has no room for the flag. The child of a plain system call would come
 * back into a frame of the stack that its parent is still in. So here it goes from the call to its function directly, and
 * below everything that the parent has on the stack.
 */
#include "vfork.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

void set_signal_mask(const struct kernel_set *mask, struct kernel_set *before) {
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, mask, before, KERNEL_SET_BYTES);
}

/* AddressSanitizer knows what vfork does to a stack, and nothing of this. */
#if defined(__x86_64__) && defined(__LP64__) && defined(SYS_clone3) && !defined(__SANITIZE_ADDRESS__)

/* clone3(2): struct clone_args as it was at first; linux/sched.h does not go together with sched.h everywhere. */
struct clone_arguments {
  uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
};

static const uint64_t share_memory = 0x100, wait_for_execve = 0x4000, clear_handlers = 0x100000000;

static long clone_into(const struct clone_arguments *arguments, void (*child)(void *), void *data) {
  long result;
  /* The 128 bytes below the stack pointer are still the parent's (System V ABI for x86-64). */
  __asm__ volatile("syscall\n\t"
                   "testq %%rax, %%rax\n\t"
                   "jnz 1f\n\t"
                   "subq $128, %%rsp\n\t"
                   "andq $-16, %%rsp\n\t"
                   "movq %[data], %%rdi\n\t"
                   "call *%[child]\n\t"
                   "ud2\n"
                   "1:"
                   : "=a"(result)
                   : "0"((long)SYS_clone3), "D"(arguments), "S"(sizeof *arguments), [child] "r"(child), [data] "r"(data)
                   : "rcx", "r11", "cc", "memory");
  return result;
}

static pid_t clone_without_handlers(void (*child)(void *), void *data) {
  const struct clone_arguments arguments = {.flags = share_memory | wait_for_execve | clear_handlers,
                                            .exit_signal = SIGCHLD};
  long result = clone_into(&arguments, child, data);
  if (result >= 0) return (pid_t)result;
  errno = (int)-result;
  return -1;
}

#else

static pid_t clone_without_handlers(void (*child)(void *), void *data) {
  (void)child;
  (void)data;
  errno = ENOSYS;
  return -1;
}

#endif

__attribute__((noinline)) static pid_t vfork_blocked(void (*child)(void *), void *data) {
  struct kernel_set all, before;
  memset(&all, 0xff, sizeof all);
  set_signal_mask(&all, &before);
  pid_t pid = vfork();
  if (pid == 0) child(data);
  int error = errno;
  set_signal_mask(&before, NULL);
  errno = error;
  return pid;
}

/* The kernel does not know the call or the flag, or a filter of system calls that is older than them is in the way. */
static bool is_unknown(int error) { return error == ENOSYS || error == EINVAL || error == EPERM; }

pid_t vfork_into(void (*child)(void *), void *data, bool *handlers_gone) {
  static atomic_bool unknown;
  if (!atomic_load_explicit(&unknown, memory_order_relaxed)) {
    *handlers_gone = true;
    pid_t pid = clone_without_handlers(child, data);
    if (pid >= 0 || !is_unknown(errno)) return pid;
    atomic_store_explicit(&unknown, true, memory_order_relaxed);
  }
  *handlers_gone = false;
  return vfork_blocked(child, data);
}
