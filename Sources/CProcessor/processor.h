// What the processor that we compile for can do, as constants that Swift can branch on at compile time.
// Swift itself has no way to ask for a target feature; the C importer sees the same -march as the Swift code.
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

#endif
