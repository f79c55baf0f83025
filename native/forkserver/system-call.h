/*
 * System calls from where they are needed, in the place of the C library's functions for them. Those lie all over its
 * code, and in a process that has just been forked each part of it that is touched first costs a page fault, which is
 * more than such a call itself.
 *
 * Answers -errno, as the kernel does. Processors whose calls are not written down here go through syscall(2).
 */
#ifndef KINETD_SYSTEM_CALL_H
#define KINETD_SYSTEM_CALL_H

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

static inline long system_call(long number, long a, long b, long c, long d, long e, long f) {
#if defined(__x86_64__) && defined(__LP64__)
  register long fourth __asm__("r10") = d, fifth __asm__("r8") = e, sixth __asm__("r9") = f;
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "0"(number), "D"(a), "S"(b), "d"(c), "r"(fourth), "r"(fifth), "r"(sixth)
                   : "rcx", "r11", "memory");
  return result;
#elif defined(__aarch64__)
  register long x8 __asm__("x8") = number, x0 __asm__("x0") = a, x1 __asm__("x1") = b, x2 __asm__("x2") = c,
                x3 __asm__("x3") = d, x4 __asm__("x4") = e, x5 __asm__("x5") = f;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
  return x0;
#else
  long result = syscall(number, a, b, c, d, e, f);
  return result == -1 ? -errno : result;
#endif
}

#endif
