/*
 * Socket addresses as text and back. inet_ntop of the GNU C library prints IPv6 as RFC 5952 wants it; the scope of a
 * link-local address is the interface's name, or its number when the interface has gone.
 */
#include "address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

/* The number of an interface given by name or number; 0 when there is none. */
static uint32_t scope_of(const char *text) {
  uint32_t index = if_nametoindex(text);
  if (index != 0) return index;
  char *end;
  unsigned long number = strtoul(text, &end, 10);
  return *text >= '0' && *text <= '9' && *end == '\0' && number <= UINT32_MAX ? (uint32_t)number : 0;
}

static int parse_inet6(const char *text, struct sockaddr_in6 *out) {
  char plain[INET6_ADDRSTRLEN];
  const char *scope = strchr(text, '%');
  size_t length = scope == NULL ? strlen(text) : (size_t)(scope - text);
  if (length >= sizeof plain) return EINVAL;
  memcpy(plain, text, length);
  plain[length] = '\0';
  if (inet_pton(AF_INET6, plain, &out->sin6_addr) != 1) return EINVAL;
  if (scope == NULL) return 0;
  out->sin6_scope_id = scope_of(scope + 1);
  return out->sin6_scope_id == 0 ? ENODEV : 0;
}

int address_parse(int family, const char *text, uint16_t port, struct sockaddr_storage *out, socklen_t *length) {
  memset(out, 0, sizeof *out);
  out->ss_family = (sa_family_t)family;
  if (family == AF_INET) {
    struct sockaddr_in *inet = (struct sockaddr_in *)out;
    inet->sin_port = htons(port);
    *length = sizeof *inet;
    return inet_pton(AF_INET, text, &inet->sin_addr) == 1 ? 0 : EINVAL;
  }
  if (family != AF_INET6) return EAFNOSUPPORT;
  struct sockaddr_in6 *inet6 = (struct sockaddr_in6 *)out;
  inet6->sin6_port = htons(port);
  *length = sizeof *inet6;
  return parse_inet6(text, inet6);
}

bool address_is_mapped(const struct sockaddr_storage *address) {
  return address->ss_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&((const struct sockaddr_in6 *)address)->sin6_addr);
}

static void print_scope(uint32_t scope, char *end) {
  char name[IF_NAMESIZE];
  if (if_indextoname(scope, name) != NULL) {
    sprintf(end, "%%%s", name);
  } else {
    sprintf(end, "%%%u", scope);
  }
}

static void print_unix(const struct sockaddr_un *local, socklen_t length, char *text) {
  size_t size = length > offsetof(struct sockaddr_un, sun_path) ? length - offsetof(struct sockaddr_un, sun_path) : 0;
  if (size > sizeof local->sun_path) size = sizeof local->sun_path;
  if (size > 0 && local->sun_path[0] != '\0') size = strnlen(local->sun_path, size); /* the kernel may count the NUL */
  for (size_t i = 0; i < size; i++) text[i] = local->sun_path[i] == '\0' ? '@' : local->sun_path[i];
  text[size] = '\0';
}

uint16_t address_print(const struct sockaddr_storage *address, socklen_t length, char text[static ADDRESS_TEXT]) {
  text[0] = '\0';
  if (address->ss_family == AF_INET) {
    const struct sockaddr_in *inet = (const struct sockaddr_in *)address;
    inet_ntop(AF_INET, &inet->sin_addr, text, ADDRESS_TEXT);
    return ntohs(inet->sin_port);
  }
  if (address->ss_family == AF_INET6) {
    const struct sockaddr_in6 *inet6 = (const struct sockaddr_in6 *)address;
    if (address_is_mapped(address)) {
      inet_ntop(AF_INET, &inet6->sin6_addr.s6_addr[12], text, ADDRESS_TEXT);
    } else {
      inet_ntop(AF_INET6, &inet6->sin6_addr, text, ADDRESS_TEXT);
      if (inet6->sin6_scope_id != 0) print_scope(inet6->sin6_scope_id, text + strlen(text));
    }
    return ntohs(inet6->sin6_port);
  }
  if (address->ss_family == AF_UNIX) print_unix((const struct sockaddr_un *)address, length, text);
  return 0;
}
