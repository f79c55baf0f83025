/*
 * Users, groups, services, protocols, networks and rpc programs through the C library's name service, so that
 * directories other than the files in /etc work. The buffers of the re-entrant calls grow until the answer fits.
 *
 * Absent is undefined; a directory that cannot be asked throws. getpwnam(3) lists the errnos that mean absent.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <grp.h>
#include <netdb.h>
#include <pwd.h>
#include <stdlib.h>

#include "call.h"
#include "error.h"
#include "families.h"

/* Longer names than this are in no directory, and src/os/names.ts does not ask for them. */
enum { NAME_SIZE = 1024 };

struct buffer {
  char *data;
  size_t size;
};

/* Room for a first or a bigger try; false when memory is out. */
static bool grow(struct buffer *buffer) {
  size_t size = buffer->size == 0 ? 1024 : buffer->size * 4;
  char *data = realloc(buffer->data, size);
  if (data == NULL) return false;
  buffer->data = data;
  buffer->size = size;
  return true;
}

/* Makes the call until the buffer is big enough, and leaves its errno in `error`. */
#define ASK(error, buffer, call)                    \
  do {                                              \
    (error) = grow(&(buffer)) ? (call) : ENOMEM;    \
  } while ((error) == ERANGE)

static bool means_absent(int error) {
  return error == 0 || error == ENOENT || error == ESRCH || error == EBADF || error == EPERM;
}

/* The answer to a question that found nothing. */
static napi_value absent(napi_env env, const char *call, int error) {
  return means_absent(error) ? make_undefined(env) : fail(env, call, error);
}

static napi_value make_user(napi_env env, const struct passwd *user) {
  napi_value object;
  MUST(napi_create_object(env, &object));
  set_property(env, object, "name", make_text(env, user->pw_name));
  set_property(env, object, "uid", make_number(env, user->pw_uid));
  set_property(env, object, "gid", make_number(env, user->pw_gid));
  set_property(env, object, "home", make_text(env, user->pw_dir));
  set_property(env, object, "shell", make_text(env, user->pw_shell));
  return object;
}

static napi_value make_group(napi_env env, const struct group *group) {
  napi_value object;
  MUST(napi_create_object(env, &object));
  set_property(env, object, "name", make_text(env, group->gr_name));
  set_property(env, object, "gid", make_number(env, group->gr_gid));
  return object;
}

/* { name, [key]: number }: a service, a protocol, an rpc program */
static napi_value make_entry(napi_env env, const char *name, const char *key, int number) {
  napi_value object;
  MUST(napi_create_object(env, &object));
  set_property(env, object, "name", make_text(env, name));
  set_property(env, object, key, make_number(env, number));
  return object;
}

/* userByName(name) */
static napi_value user_by_name(napi_env env, napi_callback_info info) {
  napi_value argument;
  char name[NAME_SIZE];
  take_arguments(env, info, 1, &argument);
  if (!take_text(env, argument, name, sizeof name)) return NULL;
  struct passwd entry, *found = NULL;
  struct buffer buffer = {0};
  int error;
  ASK(error, buffer, getpwnam_r(name, &entry, buffer.data, buffer.size, &found));
  napi_value result = found != NULL ? make_user(env, found) : absent(env, "getpwnam", error);
  free(buffer.data);
  return result;
}

/* userById(uid) */
static napi_value user_by_id(napi_env env, napi_callback_info info) {
  napi_value argument;
  uint32_t uid;
  take_arguments(env, info, 1, &argument);
  if (!take_uint(env, argument, &uid)) return NULL;
  struct passwd entry, *found = NULL;
  struct buffer buffer = {0};
  int error;
  ASK(error, buffer, getpwuid_r(uid, &entry, buffer.data, buffer.size, &found));
  napi_value result = found != NULL ? make_user(env, found) : absent(env, "getpwuid", error);
  free(buffer.data);
  return result;
}

/* groupByName(name) */
static napi_value group_by_name(napi_env env, napi_callback_info info) {
  napi_value argument;
  char name[NAME_SIZE];
  take_arguments(env, info, 1, &argument);
  if (!take_text(env, argument, name, sizeof name)) return NULL;
  struct group entry, *found = NULL;
  struct buffer buffer = {0};
  int error;
  ASK(error, buffer, getgrnam_r(name, &entry, buffer.data, buffer.size, &found));
  napi_value result = found != NULL ? make_group(env, found) : absent(env, "getgrnam", error);
  free(buffer.data);
  return result;
}

/* groupById(gid) */
static napi_value group_by_id(napi_env env, napi_callback_info info) {
  napi_value argument;
  uint32_t gid;
  take_arguments(env, info, 1, &argument);
  if (!take_uint(env, argument, &gid)) return NULL;
  struct group entry, *found = NULL;
  struct buffer buffer = {0};
  int error;
  ASK(error, buffer, getgrgid_r(gid, &entry, buffer.data, buffer.size, &found));
  napi_value result = found != NULL ? make_group(env, found) : absent(env, "getgrgid", error);
  free(buffer.data);
  return result;
}

/* groupList(user name, gid): the groups that initgroups(3) would set, `gid` among them */
static napi_value group_list(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  char name[NAME_SIZE];
  uint32_t gid;
  take_arguments(env, info, 2, arguments);
  if (!take_text(env, arguments[0], name, sizeof name) || !take_uint(env, arguments[1], &gid)) return NULL;
  gid_t *groups = NULL;
  int room = 32, count;
  for (;;) {
    gid_t *bigger = realloc(groups, (size_t)room * sizeof(gid_t));
    if (bigger == NULL) {
      free(groups);
      return fail(env, "getgrouplist", ENOMEM);
    }
    groups = bigger;
    count = room;
    if (getgrouplist(name, gid, groups, &count) >= 0) break;
    room = count > room ? count : room * 2;
  }
  napi_value result = make_array(env);
  for (int i = 0; i < count; i++) set_element(env, result, (uint32_t)i, make_number(env, groups[i]));
  free(groups);
  return result;
}

/* serviceByName(name, protocol | undefined): { name, port } */
static napi_value service_by_name(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  char name[NAME_SIZE], protocol[NAME_SIZE];
  const char *wanted;
  take_arguments(env, info, 2, arguments);
  if (!take_text(env, arguments[0], name, sizeof name)) return NULL;
  if (!take_optional_text(env, arguments[1], protocol, sizeof protocol, &wanted)) return NULL;
  struct servent entry, *found = NULL;
  struct buffer buffer = {0};
  int error;
  ASK(error, buffer, getservbyname_r(name, wanted, &entry, buffer.data, buffer.size, &found));
  napi_value result = found != NULL ? make_entry(env, found->s_name, "port", ntohs((uint16_t)found->s_port))
                                    : absent(env, "getservbyname", error);
  free(buffer.data);
  return result;
}

/* serviceByPort(port, protocol | undefined): { name, port } */
static napi_value service_by_port(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  uint32_t port;
  char protocol[NAME_SIZE];
  const char *wanted;
  take_arguments(env, info, 2, arguments);
  if (!take_uint(env, arguments[0], &port)) return NULL;
  if (!take_optional_text(env, arguments[1], protocol, sizeof protocol, &wanted)) return NULL;
  if (port > UINT16_MAX) return make_undefined(env);
  struct servent entry, *found = NULL;
  struct buffer buffer = {0};
  int error;
  ASK(error, buffer, getservbyport_r(htons((uint16_t)port), wanted, &entry, buffer.data, buffer.size, &found));
  napi_value result = found != NULL ? make_entry(env, found->s_name, "port", ntohs((uint16_t)found->s_port))
                                    : absent(env, "getservbyport", error);
  free(buffer.data);
  return result;
}

/* protocolByName(name): { name, number } */
static napi_value protocol_by_name(napi_env env, napi_callback_info info) {
  napi_value argument;
  char name[NAME_SIZE];
  take_arguments(env, info, 1, &argument);
  if (!take_text(env, argument, name, sizeof name)) return NULL;
  struct protoent entry, *found = NULL;
  struct buffer buffer = {0};
  int error;
  ASK(error, buffer, getprotobyname_r(name, &entry, buffer.data, buffer.size, &found));
  napi_value result = found != NULL ? make_entry(env, found->p_name, "number", found->p_proto)
                                    : absent(env, "getprotobyname", error);
  free(buffer.data);
  return result;
}

/* protocolByNumber(number): { name, number } */
static napi_value protocol_by_number(napi_env env, napi_callback_info info) {
  napi_value argument;
  int number;
  take_arguments(env, info, 1, &argument);
  if (!take_int(env, argument, &number)) return NULL;
  struct protoent entry, *found = NULL;
  struct buffer buffer = {0};
  int error;
  ASK(error, buffer, getprotobynumber_r(number, &entry, buffer.data, buffer.size, &found));
  napi_value result = found != NULL ? make_entry(env, found->p_name, "number", found->p_proto)
                                    : absent(env, "getprotobynumber", error);
  free(buffer.data);
  return result;
}

/* rpcByName(name): { name, number } */
static napi_value rpc_by_name(napi_env env, napi_callback_info info) {
  napi_value argument;
  char name[NAME_SIZE];
  take_arguments(env, info, 1, &argument);
  if (!take_text(env, argument, name, sizeof name)) return NULL;
  struct rpcent entry, *found = NULL;
  struct buffer buffer = {0};
  int error;
  ASK(error, buffer, getrpcbyname_r(name, &entry, buffer.data, buffer.size, &found));
  napi_value result =
      found != NULL ? make_entry(env, found->r_name, "number", found->r_number) : absent(env, "getrpcbyname", error);
  free(buffer.data);
  return result;
}

/* networkByName(name): { name, address }, the IPv4 address as a number in host order, zeros at its end included */
static napi_value network_by_name(napi_env env, napi_callback_info info) {
  napi_value argument;
  char name[NAME_SIZE];
  take_arguments(env, info, 1, &argument);
  if (!take_text(env, argument, name, sizeof name)) return NULL;
  struct netent entry, *found = NULL;
  struct buffer buffer = {0};
  int error, resolver_error = 0;
  ASK(error, buffer, getnetbyname_r(name, &entry, buffer.data, buffer.size, &found, &resolver_error));
  napi_value result;
  if (found != NULL && found->n_addrtype == AF_INET) {
    MUST(napi_create_object(env, &result));
    set_property(env, result, "name", make_text(env, found->n_name));
    set_property(env, result, "address", make_number(env, found->n_net));
  } else {
    result = absent(env, "getnetbyname", error);
  }
  free(buffer.data);
  return result;
}

void define_names(napi_env env, napi_value exports) {
  define_function(env, exports, "userByName", user_by_name);
  define_function(env, exports, "userById", user_by_id);
  define_function(env, exports, "groupByName", group_by_name);
  define_function(env, exports, "groupById", group_by_id);
  define_function(env, exports, "groupList", group_list);
  define_function(env, exports, "serviceByName", service_by_name);
  define_function(env, exports, "serviceByPort", service_by_port);
  define_function(env, exports, "protocolByName", protocol_by_name);
  define_function(env, exports, "protocolByNumber", protocol_by_number);
  define_function(env, exports, "networkByName", network_by_name);
  define_function(env, exports, "rpcByName", rpc_by_name);
}
