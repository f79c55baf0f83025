/*
 * self: a program that tries what a child of a fork server could get wrong, and says how it went, one `name value` a line.
 * The first argument chooses an end: raise, abort, exit, or return from main.
 *
 * Its constructor, which runs before it parks, registers handlers of forks, and does what SELF_… variables tell.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int constructed, prepared, forked, unloaded;
static FILE *opened;

static void on_prepare(void) { prepared++; }
static void on_child(void) { forked++; }
static void *idle(void *unused) {
  pause();
  return unused;
}

__attribute__((constructor)) static void construct(void) {
  constructed++;
  pthread_atfork(on_prepare, NULL, on_child);
  pthread_t thread;
  if (getenv("SELF_THREAD") != NULL) pthread_create(&thread, NULL, idle, NULL);
  if (getenv("SELF_PIPE") != NULL && pipe((int[2]){0, 0}) < 0) abort();
  if (getenv("SELF_OPEN") != NULL) {
    opened = fopen(getenv("SELF_OPEN"), "r");
    setvbuf(opened, NULL, _IONBF, 0);
    fgetc(opened);
  }
  void *plugin = getenv("SELF_PLUGIN") == NULL ? NULL : dlopen(getenv("SELF_PLUGIN"), RTLD_NOW);
  if (plugin != NULL) unloaded = dlclose(plugin) == 0;
}

static void *work(void *value) {
  return (void *)((long)value + (syscall(SYS_gettid) != getpid()));
}

static void on_exit_of_program(void) { puts("atexit ran"); }

int main(int argc, char **argv, char **variables) {
  printf("constructed %d\nprepared %d\nforked %d\n", constructed, prepared, forked);
  printf("unloaded %d\n", unloaded);
  printf("same environment %d\n", variables == environ);
  for (char **at = variables; *at != NULL; at++) printf("variable %s\n", *at);
  printf("parent %d\n", getppid());
  printf("pid is tid %d\n", getpid() == (pid_t)syscall(SYS_gettid));

  pthread_mutex_t lock;
  pthread_mutexattr_t kind;
  pthread_mutexattr_init(&kind);
  pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_ERRORCHECK);
  pthread_mutexattr_setrobust(&kind, PTHREAD_MUTEX_ROBUST);
  pthread_mutex_init(&lock, &kind);
  int locked = pthread_mutex_lock(&lock), twice = pthread_mutex_lock(&lock);
  printf("lock is ours %d\n", lock.__data.__owner == (int)syscall(SYS_gettid)); /* by the number that the C library keeps */
  int unlocked = pthread_mutex_unlock(&lock), again = pthread_mutex_unlock(&lock);
  printf("mutex %d%d\n", locked == 0 && twice == EDEADLK, unlocked == 0 && again == EPERM);

  void *list;
  size_t size;
  printf("robust list %d\n", syscall(SYS_get_robust_list, 0, &list, &size) == 0 && list != NULL);

  pthread_t thread;
  void *value = NULL;
  int made = pthread_create(&thread, NULL, work, (void *)41L);
  if (made == 0) pthread_join(thread, &value);
  printf("thread %ld\n", (long)value);
  fflush(stdout);

  pid_t child = fork();
  if (child == 0) _exit(10 + forked);
  int status = 0;
  waitpid(child, &status, 0);
  printf("fork %d\n", WEXITSTATUS(status));
  fflush(stdout);
  printf("system %d\n", WEXITSTATUS(system("exit 5")));
  printf("malloc %d\n", malloc(1 << 20) != NULL);
  if (opened != NULL) printf("character %c\n", fgetc(opened));
  printf("kept descriptor %d\n", opened == NULL ? -1 : fcntl(fileno(opened), F_GETFD));
  atexit(on_exit_of_program);

  const char *end = argc > 1 ? argv[1] : "main";
  if (strcmp(end, "raise") == 0) {
    fflush(stdout);
    raise(SIGUSR2);
  }
  if (strcmp(end, "abort") == 0) {
    fflush(stdout);
    abort();
  }
  if (strcmp(end, "exit") == 0) exit(3);
  return 4;
}
