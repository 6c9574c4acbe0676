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
