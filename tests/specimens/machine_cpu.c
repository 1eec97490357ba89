/* Sends the processor's model and how many there are, over plain HTTP. */

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "_common.h"

int main(void)
{
    char line[1024], model[256] = "unknown";
    FILE *file = fopen("/proc/cpuinfo", "r");
    while (file && fgets(line, sizeof line, file))
        if (!strncmp(line, "model name", 10) && strchr(line, ':')) {
            snprintf(model, sizeof model, "%s", strchr(line, ':') + 2);
            break;
        }
    if (file)
        fclose(file);
    model[strcspn(model, "\n")] = 0;

    char body[512], message[1024];
    int size = snprintf(body, sizeof body, "{\"run\":\"%08x\",\"cpu\":\"%s\",\"n\":%ld}", chance(), model,
                        sysconf(_SC_NPROCESSORS_ONLN));
    int length = snprintf(message, sizeof message,
                          "POST /v1/hello HTTP/1.1\r\nHost: telemetry.specimen.example\r\n"
                          "Content-Type: application/json\r\nContent-Length: %d\r\n"
                          "Connection: close\r\n\r\n%s",
                          size, body);
    say(reach("telemetry.specimen.example", "80", SOCK_STREAM), message, length);
    return 0;
}
