#include "CxxRivals.h"

#include <cstddef>
#include <vector>

namespace {

struct Node {
  int32_t number;
  const Node *left, *right;
};

struct Links {
  int32_t left, right;
};

// Both kinds of tree look the same to the traversals: a place in the tree, its number, its children.
struct Pointers {
  using Place = const Node *;
  static constexpr Place none = nullptr;
  static int32_t number(Place p) { return p->number; }
  Place left(Place p) const { return p->left; }
  Place right(Place p) const { return p->right; }
};

struct Numbers {
  using Place = int32_t;
  static constexpr Place none = -1;
  const Links *links;
  static int32_t number(Place p) { return p; }
  Place left(Place p) const { return links[p].left; }
  Place right(Place p) const { return links[p].right; }
};

template <class Tree>
void preOrder(Tree tree, typename Tree::Place root, int32_t *out) {
  std::vector<typename Tree::Place> stack{root};
  while (!stack.empty()) {
    auto node = stack.back();
    stack.pop_back();
    *out++ = Tree::number(node);
    if (auto right = tree.right(node); right != Tree::none) stack.push_back(right);
    if (auto left = tree.left(node); left != Tree::none) stack.push_back(left);
  }
}

template <class Tree>
void inOrder(Tree tree, typename Tree::Place root, int32_t *out) {
  std::vector<typename Tree::Place> stack;
  auto node = root;
  while (node != Tree::none || !stack.empty()) {
    while (node != Tree::none) {
      stack.push_back(node);
      node = tree.left(node);
    }
    node = stack.back();
    stack.pop_back();
    *out++ = Tree::number(node);
    node = tree.right(node);
  }
}

template <class Tree>
void postOrder(Tree tree, typename Tree::Place root, int32_t *out) {
  std::vector<typename Tree::Place> stack;
  auto node = root, last = Tree::none;
  while (node != Tree::none || !stack.empty()) {
    while (node != Tree::none) {
      stack.push_back(node);
      node = tree.left(node);
    }
    auto top = stack.back();
    auto right = tree.right(top);
    if (right != Tree::none && right != last) {
      node = right;
    } else {
      *out++ = Tree::number(top);
      last = top;
      stack.pop_back();
    }
  }
}

template <class Tree>
void levelOrder(Tree tree, typename Tree::Place root, int32_t *out, int64_t count) {
  // All nodes pass through the queue: a vector that is read from the front needs no second one.
  std::vector<typename Tree::Place> queue;
  queue.reserve(count);
  queue.push_back(root);
  for (std::size_t head = 0; head < queue.size(); head++) {
    auto node = queue[head];
    *out++ = Tree::number(node);
    if (auto left = tree.left(node); left != Tree::none) queue.push_back(left);
    if (auto right = tree.right(node); right != Tree::none) queue.push_back(right);
  }
}

template <class Tree>
void traverse(Tree tree, typename Tree::Place root, cxx_order order, int32_t *out, int64_t count) {
  switch (order) {
    case cxx_pre: return preOrder(tree, root, out);
    case cxx_in: return inOrder(tree, root, out);
    case cxx_post: return postOrder(tree, root, out);
    case cxx_level: return levelOrder(tree, root, out, count);
  }
}

}  // namespace

struct cxx_tree {
  std::vector<Node> nodes;
  std::vector<Links> links;
  int64_t count;
};

cxx_tree *cxx_make_tree(const int32_t *left, const int32_t *right, int64_t count, bool of_pointers) {
  auto *tree = new cxx_tree;
  tree->count = count;
  if (!of_pointers) {
    for (int64_t i = 0; i < count; i++) tree->links.push_back({left[i], right[i]});
    return tree;
  }
  tree->nodes.resize(count);
  for (int64_t i = 0; i < count; i++) {
    auto at = [&](int32_t n) { return n < 0 ? nullptr : &tree->nodes[n]; };
    tree->nodes[i] = {int32_t(i), at(left[i]), at(right[i])};
  }
  return tree;
}

void cxx_traverse(const cxx_tree *tree, cxx_order order, int32_t *numbers) {
  if (tree->count == 0) return;
  if (tree->nodes.empty()) {
    traverse(Numbers{tree->links.data()}, 0, order, numbers, tree->count);
  } else {
    traverse(Pointers{}, &tree->nodes[0], order, numbers, tree->count);
  }
}
