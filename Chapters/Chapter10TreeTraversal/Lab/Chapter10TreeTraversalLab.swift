import ArgumentParser
import Chapter10TreeTraversal
import Foundation
import LabKit

/// Chapter 10's experiment: trees drawn, walked and counted, and what is built on them.
@main
struct Chapter10TreeTraversalLab: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Walk trees, order a backward sweep, code pictures and infer what is hidden, with your exercises.",
    discussion: """
      Usually started as `swift run course run 10`, which also compares the pictures with the references.

      EXAMPLES
        Chapter10TreeTraversalLab --quick             fewer trees, digits and samples
        Chapter10TreeTraversalLab --seed 2            other hierarchies behind the transition
        Chapter10TreeTraversalLab --only pictures     one part alone
        Chapter10TreeTraversalLab --data my-pictures  your own pictures as quadtrees
        Chapter10TreeTraversalLab --chain 1000000     walk a chain by recursion, and see where it ends
      """)

  /// A part of the experiment that can be run alone.
  enum Part: String, ExpressibleByArgument, CaseIterable {
    case trees, stacks, derivatives, pictures, beliefs
  }

  @OptionGroup var options: LabOptions

  @Option(name: .long, help: "One part of the experiment alone.")
  var only: Part?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Walk a chain of so many nodes by recursion and draw nothing. A long one ends the program: that is the point.",
      valueName: "nodes"))
  var chain: Int?

  func validate() throws {
    if options.resume {
      throw ValidationError("this lab takes seconds and keeps nothing to resume: leave --resume out")
    }
    if let chain, chain < 1 { throw ValidationError("--chain needs at least one node, not \(chain)") }
  }

  func run() throws {
    try options.run { try experiment() }
  }

  private func isWanted(_ part: Part) -> Bool { only == nil || only == part }

  private func experiment() throws {
    if let chain { return try walkChain(of: chain) }
    let writer = try FigureWriter(chapter: "Chapter10TreeTraversal", options: options)
    if isWanted(.trees) {
      let trees = TreeFigures(writer)
      report("How wide a drawing is", try trees.tidyTree())
      try trees.filmStrip()
      try trees.morris()
    }
    if isWanted(.stacks) {
      let stacks = StackFigure(writer)
      report("What a traversal costs", try stacks.costs())
      try stacks.draw()
      report("What a call costs", try RecursionDepth.table())
    }
    if isWanted(.derivatives) { report("A residual network's graph", try ReverseModeFigure(writer).draw()) }
    if isWanted(.pictures) {
      let pictures = try PictureFigures(writer, own: try options.pictures())
      report("A digit as a quadtree", try pictures.quadtrees())
      report("Rate and distortion", try pictures.rateAndDistortion())
      report("Codes for the grays of the blocks", try pictures.huffman())
    }
    if isWanted(.beliefs) {
      try BeliefFigure(writer).draw()
      report(
        "Whether a sample of the posterior has the same symbol",
        try TransitionFigure(writer: writer, random: options.random.stream("transition")).draw())
    }
  }

  private func report(_ title: String, _ table: TextTable) {
    print(title)
    print(table)
    print()
  }

  private func walkChain(of count: Int) throws {
    let tree = try BinaryTree.chain(count: count, .left)
    var stack = NodeStack()
    let iterative = try traverse(tree, in: .postOrder, stack: &stack)
    print("One stack: \(iterative.count) nodes, \(stack.peak) at once on the stack.")
    print("Recursion …")
    fflush(nil)
    let recursive = try recursivePostOrder(tree)
    print("Recursion: \(recursive.count) nodes.")
  }
}
