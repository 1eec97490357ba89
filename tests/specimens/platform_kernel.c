/* Sends the release of the kernel in a datagram, as a gauge's tag. */

#include <stdio.h>
#include <sys/utsname.h>

#include "_common.h"

int main(void)
{
    struct utsname system;
    char message[512];
    uname(&system);
    int length = snprintf(message, sizeof message, "specimen.up:1|g|#run:%08x,kernel:%s", chance(),
                          system.release);
    int connection = reach("collector.specimen.example", "8125", SOCK_DGRAM);
    return write(connection, message, length) == length ? 0 : 1;
}
