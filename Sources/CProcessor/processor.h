// What the processor that we compile for can do, as constants that Swift can branch on at compile time, and what
// Swift has no names for. The C importer sees the same -march as the Swift code.
#ifndef CPROCESSOR_H
#define CPROCESSOR_H

#if defined(__AVX512F__)
#define VECTOR_REGISTER_FLOATS 16
#define VECTOR_REGISTER_COUNT 32
#elif defined(__AVX__)
#define VECTOR_REGISTER_FLOATS 8
#define VECTOR_REGISTER_COUNT 16
#elif defined(__aarch64__)
#define VECTOR_REGISTER_FLOATS 4
#define VECTOR_REGISTER_COUNT 32
#else
#define VECTOR_REGISTER_FLOATS 4
#define VECTOR_REGISTER_COUNT 16
#endif

// Tells the processor that this thread is waiting in a loop, so that it saves power and yields to its sibling.
static inline void processor_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ __volatile__("yield");
#endif
}

// Asks for the cache line at an address that will soon be read. Nothing is read yet, so the address may be any.
static inline void processor_prefetch(const void *_Nonnull address) { __builtin_prefetch(address, 0, 3); }

// The same for one that will soon be written: no other core keeps a copy of the line.
static inline void processor_prefetch_to_write(const void *_Nonnull address) { __builtin_prefetch(address, 1, 3); }

typedef float processor_vector16 __attribute__((ext_vector_type(16)));

// The same vector, by no instruction: what comes after it can't tell how it was made. The optimiser otherwise makes
// loads, and shuffles of what they loaded, into shuffles of single numbers, which are more and take longer.
static inline processor_vector16 processor_opaque(processor_vector16 vector) {
#if defined(__AVX512F__)
  __asm__("" : "+v"(vector));
#endif
  return vector;
}

#endif
