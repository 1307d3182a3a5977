#ifndef CPNG_H
#define CPNG_H

#include <stddef.h>
#include <stdint.h>

// Whole-file PNG encoding and decoding on top of libpng.
//
// libpng reports an error by longjmp. A jump through Swift frames is undefined behaviour, so each of the two functions
// below does all its work under one setjmp of its own, holds every piece of memory in a structure that outlives the
// jump, and comes back to Swift with a status and a message.

enum {
  CPNG_OK = 0,
  CPNG_NOT_PNG = 1,     // the first eight bytes are not PNG's signature
  CPNG_TRUNCATED = 2,   // the data end before the picture does
  CPNG_TOO_LARGE = 3,   // beyond the limits that the caller set
  CPNG_CORRUPT = 4,     // anything else that libpng objects to
  CPNG_NO_MEMORY = 5,
};

enum { CPNG_MESSAGE_SIZE = 256 };

typedef struct {
  uint32_t max_width;
  uint32_t max_height;
  uint64_t max_pixels;
  size_t max_chunk_bytes;  // memory that one ancillary chunk may take when it is unpacked
} cpng_limits;

typedef struct {
  char *keyword;  // Latin-1, ends in 0
  char *text;     // ends in 0; UTF-8 if is_utf8, else Latin-1
  size_t length;
  int is_utf8;
} cpng_text;

typedef struct {
  uint32_t width;
  uint32_t height;
  int channels;  // 1 gray, 2 gray and alpha, 3 RGB, 4 RGBA; always 8 bits each
  uint8_t *pixels;
  size_t text_count;
  cpng_text *texts;
} cpng_image;

/// Decodes a whole PNG. On failure nothing is left allocated and `message` says why.
int cpng_decode(const uint8_t *bytes, size_t size, cpng_limits limits, cpng_image *image,
                char message[CPNG_MESSAGE_SIZE]);

/// Frees what `cpng_decode` allocated.
void cpng_free_image(cpng_image *image);

/// Encodes 8-bit pixels of 1 to 4 channels. The caller frees `*bytes` with `cpng_free_bytes`.
int cpng_encode(const uint8_t *pixels, uint32_t width, uint32_t height, int channels, int compression_level,
                const cpng_text *texts, size_t text_count, uint8_t **bytes, size_t *size,
                char message[CPNG_MESSAGE_SIZE]);

void cpng_free_bytes(uint8_t *bytes);

#endif
