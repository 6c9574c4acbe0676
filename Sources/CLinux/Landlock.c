#define _GNU_SOURCE
#include "Spawn.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

// Named here because the headers of an older system lack the later ones (linux/landlock.h).
struct ruleset_attributes {
    uint64_t files;
    uint64_t network;
    uint64_t scopes;
};

struct path_beneath_attributes {
    uint64_t rights;
    int32_t place;
} __attribute__((packed));

enum { version_flag = 1, path_beneath_rule = 1 };

int deskbridge_landlock_version(void) {
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, version_flag);
    return version < 0 ? 0 : (int)version;
}

int deskbridge_landlock_ruleset(uint64_t files, uint64_t network, uint64_t scopes) {
    struct ruleset_attributes attributes = {files, network, scopes};
    return (int)syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0);
}

int deskbridge_landlock_allow(int ruleset, int place, uint64_t rights) {
    struct path_beneath_attributes attributes = {rights, place};
    return (int)syscall(SYS_landlock_add_rule, ruleset, path_beneath_rule, &attributes, 0);
}
