import Chapter10TreeTraversal
import ExerciseTesting

final class Exercise10_1_RecursiveTraversal: ExerciseTestCase {
  func test1_EmptyAndOne() throws {
    let pre = try recursivePreOrder(BinaryTree())
    expectEqual(pre, [], "the empty tree has no nodes")
    let inside = try recursiveInOrder(BinaryTree())
    expectEqual(inside, [], "the empty tree has no nodes")
    let post = try recursivePostOrder(BinaryTree())
    expectEqual(post, [], "the empty tree has no nodes")
    let one = try BinaryTree(levelOrder: [7])
    let onePre = try recursivePreOrder(one)
    expectEqual(onePre, [0], "the *index* of the only node, not its value")
    let oneIn = try recursiveInOrder(one)
    expectEqual(oneIn, [0], "the *index* of the only node, not its value")
    let onePost = try recursivePostOrder(one)
    expectEqual(onePost, [0], "the *index* of the only node, not its value")
  }

  func test2_ByHand() throws {
    let three = try BinaryTree(levelOrder: [2, 1, 3])
    let pre = try recursivePreOrder(three)
    expectEqual(three.found(pre), [2, 1, 3], "pre-order: the root, the left child, the right child")
    let inside = try recursiveInOrder(three)
    expectEqual(three.found(inside), [1, 2, 3], "in-order: the left child, the root, the right child")
    let post = try recursivePostOrder(three)
    expectEqual(three.found(post), [1, 3, 2], "post-order: the left child, the right child, the root")

    let tree = try workedTree()
    let treePre = try recursivePreOrder(tree)
    expectEqual(tree.found(treePre), [5, 2, 1, 4, 3, 7, 6], "the worked tree in pre-order")
    let treeIn = try recursiveInOrder(tree)
    expectEqual(
      tree.found(treeIn), [1, 2, 3, 4, 5, 6, 7], "the worked tree in in-order: a search tree comes out sorted")
    let treePost = try recursivePostOrder(tree)
    expectEqual(tree.found(treePost), [1, 3, 4, 2, 6, 7, 5], "the worked tree in post-order")

    let right = try BinaryTree(levelOrder: [1, nil, 2])
    let rightIn = try recursiveInOrder(right)
    expectEqual(right.found(rightIn), [1, 2], "a node without a left child still has a right one")
    let left = try BinaryTree(levelOrder: [1, 2])
    let leftIn = try recursiveInOrder(left)
    expectEqual(left.found(leftIn), [2, 1], "in-order of a root with a left child only")
    let leftPost = try recursivePostOrder(left)
    expectEqual(left.found(leftPost), [2, 1], "post-order of a root with a left child only")
  }

  func test3_EveryTree() throws {
    for count in 0...8 {
      for shape in TreeShape.all(count) {
        let tree = try shape.tree()
        let pre = try recursivePreOrder(tree)
        expectEqual(pre, tree.plainOrder(.preOrder), "pre-order of one of all trees of \(count) nodes")
        let inside = try recursiveInOrder(tree)
        expectEqual(tree.found(inside), Array(0..<count), "in-order of one of all search trees of \(count) nodes")
        let post = try recursivePostOrder(tree)
        expectEqual(post, tree.plainOrder(.postOrder), "post-order of one of all trees of \(count) nodes")
      }
    }
  }

  func test4_AgainstPython() throws {
    struct Content: Decodable {
      struct Case: Decodable, KnownTree {
        let keys, left, right, preorder, inorder, postorder: [Int]
      }
      let cases: [Case]
    }
    let content: Content = try Fixture.load("traversals", from: .module)
    for known in content.cases {
      let tree = try known.tree(values: known.keys)
      let pre = try recursivePreOrder(tree)
      expectEqual(tree.found(pre), known.preorder, "binarytree's preorder")
      let inside = try recursiveInOrder(tree)
      expectEqual(tree.found(inside), known.inorder, "binarytree's inorder")
      let post = try recursivePostOrder(tree)
      expectEqual(tree.found(post), known.postorder, "binarytree's postorder")
    }
  }

  func test5_Identities() throws {
    var rng = stream("trees")
    for round in 0..<400 {
      let kind = TreeKind.allCases[round % TreeKind.allCases.count]
      let tree = try kind.tree(rng.integer(below: 60), using: &rng)
      let mirror = try tree.mirrored()
      let pre = try recursivePreOrder(tree)
      let inside = try recursiveInOrder(tree)
      let post = try recursivePostOrder(tree)
      expectEqual(pre.sorted(), Array(0..<tree.count), "\(kind): each node once, also where values are equal")
      let mirroredPre = try recursivePreOrder(mirror)
      expectEqual(post, mirroredPre.reversed(), "\(kind): post-order is the mirrored tree's pre-order, backwards")
      let mirroredIn = try recursiveInOrder(mirror)
      expectEqual(inside, mirroredIn.reversed(), "\(kind): in-order is the mirrored tree's in-order, backwards")
      let again = try recursiveInOrder(tree)
      expectEqual(again, inside, "\(kind): a second call knows nothing of the first")
    }
  }
}
