#include "CWebFiles.h"

// #embed is of C23, and no extension of the compiler's own.
#pragma clang diagnostic ignored "-Wc23-extensions"

// A new file of the folder web is served once it stands here.
static const struct deskbridge_web_file files[] = {
#define FILE "../../web/client.js"
#include "File.h"
#define FILE "../../web/console/index.html"
#include "File.h"
#define FILE "../../web/console/console.css"
#include "File.h"
#define FILE "../../web/console/main.js"
#include "File.h"
#define FILE "../../web/console/session.js"
#include "File.h"
};

const struct deskbridge_web_file *deskbridge_web_file(size_t index) {
    return index < sizeof files / sizeof files[0] ? &files[index] : NULL;
}
