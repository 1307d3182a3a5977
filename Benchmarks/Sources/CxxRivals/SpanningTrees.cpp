#include "CxxRivals.h"

#if __has_include(<boost/graph/kruskal_min_spanning_tree.hpp>)

#include <boost/graph/kruskal_min_spanning_tree.hpp>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/prim_minimum_spanning_tree.hpp>
#include <vector>

using Graph = boost::adjacency_list<
    boost::vecS, boost::vecS, boost::undirectedS, boost::no_property, boost::property<boost::edge_weight_t, double>>;

struct boost_graph {
  Graph graph;
};

boost_graph *boost_make_graph(
    const int32_t *u, const int32_t *v, const double *weights, int64_t edges, int64_t vertices) {
  std::vector<std::pair<int32_t, int32_t>> ends(edges);
  for (int64_t i = 0; i < edges; i++) ends[i] = {u[i], v[i]};
  return new boost_graph{Graph(ends.begin(), ends.end(), weights, vertices)};
}

double boost_kruskal(boost_graph *g, int64_t *count) {
  std::vector<boost::graph_traits<Graph>::edge_descriptor> tree;
  tree.reserve(num_vertices(g->graph));
  boost::kruskal_minimum_spanning_tree(g->graph, std::back_inserter(tree));
  auto weights = get(boost::edge_weight, g->graph);
  double sum = 0;
  for (auto edge : tree) sum += weights[edge];
  *count = int64_t(tree.size());
  return sum;
}

double boost_prim(boost_graph *g, int64_t *count) {
  // Boost's Prim finds the tree of one component. In a random graph of ten edges a vertex the others are single vertices,
  // which have no edges; if not, the check will say so.
  auto n = num_vertices(g->graph);
  std::vector<boost::graph_traits<Graph>::vertex_descriptor> parent(n);
  std::vector<double> distance(n);
  for (std::size_t v = 0; v < n; v++) parent[v] = v;
  boost::prim_minimum_spanning_tree(
      g->graph, vertex(0, g->graph), parent.data(), distance.data(), get(boost::edge_weight, g->graph),
      get(boost::vertex_index, g->graph), boost::default_dijkstra_visitor());
  double sum = 0;
  *count = 0;
  for (std::size_t v = 0; v < n; v++) {
    if (parent[v] == v) continue;
    sum += distance[v];
    *count += 1;
  }
  return sum;
}

#else

boost_graph *boost_make_graph(const int32_t *, const int32_t *, const double *, int64_t, int64_t) { return nullptr; }
double boost_kruskal(boost_graph *, int64_t *) { return 0; }
double boost_prim(boost_graph *, int64_t *) { return 0; }

#endif
