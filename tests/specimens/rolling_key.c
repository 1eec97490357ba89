/* Sends a name, each byte mixed with the next byte of a short key, in hexadecimal digits. */

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "_common.h"

int main(void)
{
    static const char key[] = "q7!Zk";
    char name[256] = "", digits[600] = "", message[1400];
    gethostname(name, sizeof name - 1);
    for (size_t place = 0; name[place]; place++)
        snprintf(digits + 2 * place, 3, "%02x", (unsigned char)(name[place] ^ key[place % 5]));
    int length = snprintf(message, sizeof message,
                          "GET /v2/ping?run=%08x&t=%s HTTP/1.1\r\nHost: telemetry.specimen.example\r\n"
                          "User-Agent: specimen-native/0.9\r\nConnection: close\r\n\r\n",
                          chance(), digits);
    say(reach("telemetry.specimen.example", "80", SOCK_STREAM), message, length);
    return 0;
}
