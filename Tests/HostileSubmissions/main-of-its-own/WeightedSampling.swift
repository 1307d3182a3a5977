import Foundation

@main struct Beginning {
  static func main() { exit(0) }
}
