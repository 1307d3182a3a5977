#include "CxxRivals.h"

#include <functional>
#include <queue>
#include <vector>

using MaxHeap = std::priority_queue<int64_t>;
using MinHeap = std::priority_queue<int64_t, std::vector<int64_t>, std::greater<int64_t>>;

void cxx_push_and_pop(const int64_t *keys, int64_t count, int64_t *sorted) {
  MinHeap heap;
  for (int64_t i = 0; i < count; i++) heap.push(keys[i]);
  for (int64_t i = 0; i < count; i++) {
    sorted[i] = heap.top();
    heap.pop();
  }
}

void cxx_medians(const int64_t *keys, int64_t count, double *medians) {
  MaxHeap lower;
  MinHeap upper;
  for (int64_t i = 0; i < count; i++) {
    if (!lower.empty() && lower.top() < keys[i]) {
      upper.push(keys[i]);
    } else {
      lower.push(keys[i]);
    }
    if (lower.size() > upper.size() + 1) {
      upper.push(lower.top());
      lower.pop();
    } else if (upper.size() > lower.size()) {
      lower.push(upper.top());
      upper.pop();
    }
    // The keys are small enough for the sum.
    medians[i] = lower.size() > upper.size() ? double(lower.top()) : double(lower.top() + upper.top()) / 2;
  }
}
