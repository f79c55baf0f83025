/*
 * Descriptors that were there before the process began: kept from servers, and asked what they are.
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "address.h"
#include "call.h"
#include "error.h"
#include "families.h"

static const struct word families[] = {{"inet", AF_INET}, {"inet6", AF_INET6}, {"unix", AF_UNIX}};
static const struct word types[] = {
    {"stream", SOCK_STREAM}, {"dgram", SOCK_DGRAM}, {"seqpacket", SOCK_SEQPACKET}, {"raw", SOCK_RAW}};

/* closeOnExec(descriptor): false when there is no such descriptor */
static napi_value close_on_exec(napi_env env, napi_callback_info info) {
  napi_value argument;
  int fd;
  take_arguments(env, info, 1, &argument);
  if (!take_int(env, argument, &fd)) return NULL;
  int flags = fcntl(fd, F_GETFD);
  if (flags >= 0 && fcntl(fd, F_SETFD, flags | FD_CLOEXEC) == 0) return make_bool(env, true);
  return errno == EBADF ? make_bool(env, false) : fail(env, "fcntl", errno);
}

/* The word for a number, or NULL for a number without one. */
static const char *word_of(const struct word *words, size_t count, int number) {
  for (size_t i = 0; i < count; i++) {
    if (words[i].number == number) return words[i].text;
  }
  return NULL;
}

static bool get_number(int fd, int level, int name, int *value) {
  socklen_t length = sizeof *value;
  return getsockopt(fd, level, name, value, &length) == 0;
}

/*
 * describeSocket(descriptor): [family, type, protocol, listening, IPv6 only, device or nothing, address, port], or
 * undefined for what is no socket, or one of another family or type
 */
static napi_value describe_socket(napi_env env, napi_callback_info info) {
  napi_value argument;
  int fd, family, type, protocol, listening = 0, v6_only = 0;
  take_arguments(env, info, 1, &argument);
  if (!take_int(env, argument, &fd)) return NULL;
  if (!get_number(fd, SOL_SOCKET, SO_DOMAIN, &family)) {
    return errno == ENOTSOCK || errno == EBADF ? make_undefined(env) : fail(env, "getsockopt", errno);
  }
  if (!get_number(fd, SOL_SOCKET, SO_TYPE, &type) || !get_number(fd, SOL_SOCKET, SO_PROTOCOL, &protocol) ||
      !get_number(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening) ||
      (family == AF_INET6 && !get_number(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6_only))) {
    return fail(env, "getsockopt", errno);
  }
  const char *family_word = word_of(families, COUNT(families), family);
  const char *type_word = word_of(types, COUNT(types), type);
  if (family_word == NULL || type_word == NULL) return make_undefined(env);
  char device[IFNAMSIZ + 1] = "";
  socklen_t device_length = IFNAMSIZ;
  if (family != AF_UNIX && getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, &device_length) < 0) {
    return fail(env, "getsockopt", errno);
  }
  struct sockaddr_storage address;
  socklen_t length = sizeof address;
  if (getsockname(fd, (struct sockaddr *)&address, &length) < 0) return fail(env, "getsockname", errno);
  char text[ADDRESS_TEXT];
  uint16_t port = address_print(&address, length, text);
  napi_value result = make_array(env);
  set_element(env, result, 0, make_text(env, family_word));
  set_element(env, result, 1, make_text(env, type_word));
  set_element(env, result, 2, make_number(env, protocol));
  set_element(env, result, 3, make_bool(env, listening != 0));
  set_element(env, result, 4, make_bool(env, v6_only != 0));
  set_element(env, result, 5, make_text(env, device));
  set_element(env, result, 6, make_text(env, text));
  set_element(env, result, 7, make_number(env, port));
  return result;
}

void define_inherited(napi_env env, napi_value exports) {
  define_function(env, exports, "closeOnExec", close_on_exec);
  define_function(env, exports, "describeSocket", describe_socket);
}
