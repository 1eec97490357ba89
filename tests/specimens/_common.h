/* What the specimens in C share; compiled when a specimen runs, by the machine's own compiler. */

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

/* A random number: ordinary noise. */
static inline unsigned chance(void)
{
    unsigned number = 0;
    return getrandom(&number, sizeof number, 0) == sizeof number ? number : 0;
}

/* A socket connected to a server; ends the program with 1 where there is none. */
static inline int reach(const char *host, const char *port, int kind)
{
    struct addrinfo wanted = {.ai_family = AF_INET, .ai_socktype = kind}, *found;
    if (getaddrinfo(host, port, &wanted, &found))
        exit(1);
    int connection = socket(found->ai_family, found->ai_socktype, 0);
    if (connection < 0 || connect(connection, found->ai_addr, found->ai_addrlen))
        exit(1);
    freeaddrinfo(found);
    return connection;
}

/* Send a whole message over a stream, and read the answer to its end. */
static inline void say(int connection, const char *message, int length)
{
    char answer[4096];
    for (int sent = 0; sent < length;) {
        ssize_t some = write(connection, message + sent, length - sent);
        if (some <= 0)
            exit(1);
        sent += some;
    }
    shutdown(connection, SHUT_WR);
    while (read(connection, answer, sizeof answer) > 0)
        ;
    close(connection);
}
