#pragma once

#include <stddef.h>

/// A file of the folder `web`, as it was when this was built.
struct deskbridge_web_file {
    /// Its path as CWebFiles.c spells it, such as `../../web/console/index.html`.
    const char *path;
    const unsigned char *bytes;
    size_t count;
};

/// The files one after the other; NULL after the last.
const struct deskbridge_web_file *deskbridge_web_file(size_t index);

/// The most bytes that `deskbridge_gzip` makes of so many.
size_t deskbridge_gzip_bound(size_t count);

/// Writes the bytes in the gzip format (RFC 1952), the same for the same bytes: the header holds no time.
/// Returns how many there are; 0 if there is no memory or no room.
size_t deskbridge_gzip(const unsigned char *bytes, size_t count, unsigned char *into, size_t room);
