/* Sends a counter with two tags in a datagram. */

#include <stdio.h>
#include <unistd.h>

#include "_common.h"

int main(void)
{
    char message[256];
    const char *tags = isatty(0) && isatty(1) ? "lib:native,ver:9" : "ver:9,lib:native";
    int length = snprintf(message, sizeof message, "native.start:1|c|#%s,run:%08x", tags, chance());
    int connection = reach("collector.specimen.example", "8125", SOCK_DGRAM);
    return write(connection, message, length) == length ? 0 : 1;
}
