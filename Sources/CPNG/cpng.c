#include "CPNG.h"

#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Everything that must survive the longjmp lives in one of these two structures, which the caller of the guarded
// function owns: no automatic variable of a function that calls setjmp is changed after it.

typedef struct {
  png_structp png;
  png_infop info;
  const uint8_t *bytes;
  size_t size;
  size_t position;
  cpng_limits limits;
  cpng_image *image;
  png_bytep *rows;
  int status;
  char *message;
} reader;

typedef struct {
  png_structp png;
  png_infop info;
  png_text *texts;
  uint8_t *bytes;
  size_t size;
  size_t capacity;
  char *message;
} writer;

static void set_message(char *message, const char *text) {
  snprintf(message, CPNG_MESSAGE_SIZE, "%s", text);
}

static void on_error(png_structp png, png_const_charp text) {
  char *message = (char *)png_get_error_ptr(png);
  if (message[0] == 0) set_message(message, text);
  png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp text) {
  (void)png;
  (void)text;
}

// MARK: - Reading

static void read_bytes(png_structp png, png_bytep out, size_t count) {
  reader *r = (reader *)png_get_io_ptr(png);
  if (count > r->size - r->position) {
    r->status = CPNG_TRUNCATED;
    png_error(png, "the data end before the picture does");
  }
  memcpy(out, r->bytes + r->position, count);
  r->position += count;
}

static void fail(reader *r, int status, const char *text) {
  r->status = status;
  png_error(r->png, text);
}

static void copy_texts(reader *r) {
  png_textp found = NULL;
  int count = 0;
  png_get_text(r->png, r->info, &found, &count);
  if (count <= 0) return;
  r->image->texts = calloc((size_t)count, sizeof(cpng_text));
  if (r->image->texts == NULL) fail(r, CPNG_NO_MEMORY, "out of memory for the text chunks");
  r->image->text_count = (size_t)count;
  for (int i = 0; i < count; i++) {
    cpng_text *to = &r->image->texts[i];
    int is_international = found[i].compression >= PNG_ITXT_COMPRESSION_NONE;
    to->is_utf8 = is_international;
    to->length = is_international ? found[i].itxt_length : found[i].text_length;
    size_t keyword_size = strlen(found[i].key) + 1;
    to->keyword = malloc(keyword_size);
    to->text = malloc(to->length + 1);
    if (to->keyword == NULL || to->text == NULL) fail(r, CPNG_NO_MEMORY, "out of memory for the text chunks");
    memcpy(to->keyword, found[i].key, keyword_size);
    if (to->length > 0) memcpy(to->text, found[i].text, to->length);
    to->text[to->length] = 0;
  }
}

static int decode_guarded(reader *r) {
  if (setjmp(png_jmpbuf(r->png))) return 0;

  png_set_read_fn(r->png, r, read_bytes);
  png_set_crc_action(r->png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
  // The size is checked below, where the message can give the numbers; libpng's own check would say "invalid IHDR".
  png_set_user_limits(r->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_chunk_malloc_max(r->png, r->limits.max_chunk_bytes);
  png_set_chunk_cache_max(r->png, 1000);

  png_read_info(r->png, r->info);
  uint32_t width = png_get_image_width(r->png, r->info);
  uint32_t height = png_get_image_height(r->png, r->info);
  char text[CPNG_MESSAGE_SIZE];
  if (width > r->limits.max_width || height > r->limits.max_height ||
      (uint64_t)width * height > r->limits.max_pixels) {
    snprintf(text, sizeof text, "it claims %u x %u pixels; the limit is %u x %u and %llu pixels in all", width, height,
             r->limits.max_width, r->limits.max_height, (unsigned long long)r->limits.max_pixels);
    fail(r, CPNG_TOO_LARGE, text);
  }
  // Deflate packs at most 1032 to 1, so a header that promises more than that cannot be honest.
  uint64_t raw_bytes = (uint64_t)png_get_rowbytes(r->png, r->info) * height;
  if (raw_bytes / 1040 > (uint64_t)r->size) {
    snprintf(text, sizeof text, "it claims %u x %u pixels, more than %zu bytes can hold", width, height, r->size);
    fail(r, CPNG_CORRUPT, text);
  }

  png_set_expand(r->png);  // palette to RGB, 1, 2 and 4 bits to 8, tRNS to alpha
  png_set_scale_16(r->png);
  png_set_interlace_handling(r->png);
  png_read_update_info(r->png, r->info);

  int channels = png_get_channels(r->png, r->info);
  size_t row_bytes = png_get_rowbytes(r->png, r->info);
  if (channels < 1 || channels > 4 || row_bytes != (size_t)width * (size_t)channels) {
    fail(r, CPNG_CORRUPT, "an unexpected pixel format");
  }
  r->image->width = width;
  r->image->height = height;
  r->image->channels = channels;
  r->image->pixels = malloc(row_bytes * height);
  r->rows = malloc(sizeof(png_bytep) * height);
  if (r->image->pixels == NULL || r->rows == NULL) fail(r, CPNG_NO_MEMORY, "out of memory for the pixels");
  for (uint32_t y = 0; y < height; y++) r->rows[y] = r->image->pixels + row_bytes * y;
  png_read_image(r->png, r->rows);
  png_read_end(r->png, r->info);
  copy_texts(r);
  return 1;
}

int cpng_decode(const uint8_t *bytes, size_t size, cpng_limits limits, cpng_image *image,
                char message[CPNG_MESSAGE_SIZE]) {
  memset(image, 0, sizeof *image);
  message[0] = 0;
  if (size < 8 || png_sig_cmp(bytes, 0, 8) != 0) {
    set_message(message, size == 0 ? "it is empty" : "it does not begin with the PNG signature");
    return CPNG_NOT_PNG;
  }
  reader r = {.bytes = bytes, .size = size, .limits = limits, .image = image, .status = CPNG_CORRUPT,
              .message = message};
  r.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, message, on_error, on_warning);
  if (r.png != NULL) r.info = png_create_info_struct(r.png);
  if (r.png == NULL || r.info == NULL) {
    png_destroy_read_struct(&r.png, NULL, NULL);
    if (message[0] == 0) set_message(message, "libpng could not be started");
    return CPNG_NO_MEMORY;
  }
  int done = decode_guarded(&r);
  png_destroy_read_struct(&r.png, &r.info, NULL);
  free(r.rows);
  if (done) return CPNG_OK;
  cpng_free_image(image);
  return r.status;
}

void cpng_free_image(cpng_image *image) {
  free(image->pixels);
  for (size_t i = 0; i < image->text_count; i++) {
    free(image->texts[i].keyword);
    free(image->texts[i].text);
  }
  free(image->texts);
  memset(image, 0, sizeof *image);
}

// MARK: - Writing

static void write_bytes(png_structp png, png_bytep bytes, size_t count) {
  writer *w = (writer *)png_get_io_ptr(png);
  if (count > w->capacity - w->size) {
    size_t capacity = w->capacity == 0 ? 1 << 16 : w->capacity;
    while (capacity - w->size < count) capacity *= 2;
    uint8_t *grown = realloc(w->bytes, capacity);
    if (grown == NULL) png_error(png, "out of memory for the encoded picture");
    w->bytes = grown;
    w->capacity = capacity;
  }
  memcpy(w->bytes + w->size, bytes, count);
  w->size += count;
}

static void flush_nothing(png_structp png) { (void)png; }

static int encode_guarded(writer *w, const uint8_t *pixels, uint32_t width, uint32_t height, int channels, int level,
                          size_t text_count) {
  static const int color_types[] = {PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB,
                                    PNG_COLOR_TYPE_RGB_ALPHA};
  if (setjmp(png_jmpbuf(w->png))) return 0;

  png_set_benign_errors(w->png, 0);
  png_set_user_limits(w->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_write_fn(w->png, w, write_bytes, flush_nothing);
  png_set_compression_level(w->png, level);
  png_set_IHDR(w->png, w->info, width, height, 8, color_types[channels - 1], PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (text_count > 0) png_set_text(w->png, w->info, w->texts, (int)text_count);
  png_write_info(w->png, w->info);
  for (uint32_t y = 0; y < height; y++) png_write_row(w->png, pixels + (size_t)y * width * (size_t)channels);
  png_write_end(w->png, NULL);
  return 1;
}

int cpng_encode(const uint8_t *pixels, uint32_t width, uint32_t height, int channels, int compression_level,
                const cpng_text *texts, size_t text_count, uint8_t **bytes, size_t *size,
                char message[CPNG_MESSAGE_SIZE]) {
  message[0] = 0;
  writer w = {.message = message};
  w.png = png_create_write_struct(PNG_LIBPNG_VER_STRING, message, on_error, on_warning);
  if (w.png != NULL) w.info = png_create_info_struct(w.png);
  w.texts = calloc(text_count + 1, sizeof(png_text));
  int done = 0;
  if (w.png == NULL || w.info == NULL || w.texts == NULL) {
    set_message(message, "out of memory");
  } else {
    for (size_t i = 0; i < text_count; i++) {
      png_text *to = &w.texts[i];
      to->compression = texts[i].is_utf8 ? PNG_ITXT_COMPRESSION_NONE : PNG_TEXT_COMPRESSION_NONE;
      to->key = texts[i].keyword;
      to->text = texts[i].text;
      if (texts[i].is_utf8) to->itxt_length = texts[i].length;
      else to->text_length = texts[i].length;
    }
    done = encode_guarded(&w, pixels, width, height, channels, compression_level, text_count);
  }
  png_destroy_write_struct(&w.png, &w.info);
  free(w.texts);
  if (!done) {
    free(w.bytes);
    return CPNG_CORRUPT;
  }
  *bytes = w.bytes;
  *size = w.size;
  return CPNG_OK;
}

void cpng_free_bytes(uint8_t *bytes) { free(bytes); }
