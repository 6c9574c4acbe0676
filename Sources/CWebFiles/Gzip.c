#include "CWebFiles.h"

#include <string.h>
#include <zlib.h>

// deflateInit2: 15 bits of window, and 16 for a gzip header instead of zlib's own.
enum { windowBits = 15 + 16, memoryLevel = 9 };

static const size_t headerAndTrailer = 18;

size_t deskbridge_gzip_bound(size_t count) { return compressBound(count) + headerAndTrailer; }

size_t deskbridge_gzip(const unsigned char *bytes, size_t count, unsigned char *into, size_t room) {
    z_stream stream;
    memset(&stream, 0, sizeof stream);
    if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, windowBits, memoryLevel, Z_DEFAULT_STRATEGY) != Z_OK) return 0;
    stream.next_in = (unsigned char *)bytes;
    stream.avail_in = (uInt)count;
    stream.next_out = into;
    stream.avail_out = (uInt)room;
    int result = deflate(&stream, Z_FINISH);
    deflateEnd(&stream);
    return result == Z_STREAM_END ? stream.total_out : 0;
}
