import Exercises
import Foundation

public func recursivePreOrder(_ tree: BinaryTree) throws -> [Int] {
  var order: [Int] = []
  order.reserveCapacity(tree.count)
  func visit(_ node: Int?) {
    guard let node else { return }
    order.append(node)
    visit(tree[node].left)
    visit(tree[node].right)
  }
  visit(tree.root)
  return order
}

public func recursiveInOrder(_ tree: BinaryTree) throws -> [Int] {
  var order: [Int] = []
  order.reserveCapacity(tree.count)
  func visit(_ node: Int?) {
    guard let node else { return }
    visit(tree[node].left)
    order.append(node)
    visit(tree[node].right)
  }
  visit(tree.root)
  return order
}

public func recursivePostOrder(_ tree: BinaryTree) throws -> [Int] {
  var order: [Int] = []
  order.reserveCapacity(tree.count)
  func visit(_ node: Int?) {
    guard let node else { return }
    visit(tree[node].left)
    visit(tree[node].right)
    order.append(node)
  }
  visit(tree.root)
  return order
}
