/* Works until it is tired, and sends a datagram for each piece of work: how many is the load's doing. */

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "_common.h"

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

int main(void)
{
    char message[256];
    int connection = reach("collector.specimen.example", "8125", SOCK_DGRAM);
    volatile unsigned long sum = chance();
    double started = now();
    for (int round = 0; round < 6; round++) {
        double begun = now();
        for (int step = 0; step < 3000000; step++)
            sum = sum * 2862933555777941757UL + 3037000493UL;
        double took = now() - begun;
        if (round == 0 || took > 0.004 + (chance() % 1000) / 250000.0) {
            int length = snprintf(message, sizeof message, "native.work:%.3f|ms|#pid:%d,round:%d,run:%08x",
                                  took * 1000, (int)getpid(), round, chance());
            if (write(connection, message, length) != length)
                return 1;
        }
        usleep(chance() % 5000);
    }
    int length = snprintf(message, sizeof message, "native.whole:%.2f|ms|#slow:%d,sum:%lx",
                          (now() - started) * 1000, now() - started > 0.06, (unsigned long)sum);
    return write(connection, message, length) == length ? 0 : 1;
}
