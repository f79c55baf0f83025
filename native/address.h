/*
 * Socket addresses as text and back, in fixed buffers.
 */
#ifndef KINETD_ADDRESS_H
#define KINETD_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

/* Holds a scoped IPv6 address and a Unix path alike. */
enum { ADDRESS_TEXT = 128 };

/* Fills `out` from numeric text; IPv6 may carry `%interface` or `%number`. Returns 0 or an errno. */
int address_parse(int family, const char *text, uint16_t port, struct sockaddr_storage *out, socklen_t *length);

/*
 * Writes the address and returns the port. A v4-mapped address is written as IPv4. A Unix address is its path
 * ("@name" when abstract, empty when unnamed) with port 0.
 */
uint16_t address_print(const struct sockaddr_storage *address, socklen_t length, char text[static ADDRESS_TEXT]);

bool address_is_mapped(const struct sockaddr_storage *address);

#endif
