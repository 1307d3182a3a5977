// What chapters 8 to 10 are measured against: the C++ standard library and Boost, called without anything between.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// std::priority_queue: pushes all keys, then pops them all into `sorted`.
void cxx_push_and_pop(const int64_t *keys, int64_t count, int64_t *sorted);

/// Two std::priority_queues: the median after each key.
void cxx_medians(const int64_t *keys, int64_t count, double *medians);

enum cxx_order { cxx_pre, cxx_in, cxx_post, cxx_level };

/// A tree of objects that point to each other, as C++ programs usually have it, or of links by number in one array.
struct cxx_tree;
struct cxx_tree *cxx_make_tree(const int32_t *left, const int32_t *right, int64_t count, bool of_pointers);

/// The numbers of the nodes in this order, by an explicit stack or queue.
void cxx_traverse(const struct cxx_tree *tree, enum cxx_order order, int32_t *numbers);

/// An adjacency list for Boost's algorithms; null if Boost was not there when this was compiled.
struct boost_graph;
struct boost_graph *boost_make_graph(
    const int32_t *u, const int32_t *v, const double *weights, int64_t edges, int64_t vertices);
/// The weight of the minimum spanning forest, and its number of edges.
double boost_kruskal(struct boost_graph *graph, int64_t *edges);
double boost_prim(struct boost_graph *graph, int64_t *edges);

#ifdef __cplusplus
}
#endif
