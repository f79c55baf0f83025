/*
 * An extension of php that is none of its own: it says so when php takes its modules apart. Built without php's headers:
 * the structures are those of Zend/zend_modules.h, of php 8 without threads; API and BUILD are what `php -i` says of it.
 */
#include <stddef.h>
#include <unistd.h>

#define TEXT(...) #__VA_ARGS__
#define SPELT(...) TEXT(__VA_ARGS__)

struct module {
  unsigned short size;
  unsigned int zend_api;
  unsigned char debug;
  unsigned char threads;
  const void *ini_entry;
  const void *deps;
  const char *name;
  const void *functions;
  int (*module_startup)(int, int);
  int (*module_shutdown)(int, int);
  int (*request_startup)(int, int);
  int (*request_shutdown)(int, int);
  void (*info)(void *);
  const char *version;
  size_t globals_size;
  void *globals;
  void (*globals_ctor)(void *);
  void (*globals_dtor)(void *);
  int (*post_deactivate)(void);
  int module_started;
  unsigned char type;
  void *handle;
  int module_number;
  const char *build_id;
};

static int shut_down(int type, int number) {
  (void)type;
  (void)number;
  static const char said[] = "foreign has ended\n";
  return write(STDOUT_FILENO, said, sizeof said - 1) < 0 ? -1 : 0;
}

static struct module foreign = {
    .size = sizeof(struct module),
    .zend_api = API,
    .name = "foreign",
    .module_shutdown = shut_down,
    .version = "1",
    .build_id = SPELT(BUILD),
};

struct module *get_module(void);
struct module *get_module(void) { return &foreign; }
