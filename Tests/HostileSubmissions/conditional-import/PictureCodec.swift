#if canImport(Nothing)
  import Exercises
#elseif canImport(XCTest)
  import XCTest
#endif
