import Foundation
import XCTest

@testable import CourseKit

final class BuildFolderLockTests: XCTestCase {
  func testOneProcessAtATime() async throws {
    #if !os(Linux)
      throw XCTSkip("this system has no `flock` command")
    #endif
    let folder = try TemporaryFolder(of: self)
    try folder.write("", to: ".build/course/grading.lock")
    let path = folder.url.appending(path: ".build/course/grading.lock").path
    // Another process has it: `flock` holds it while `sleep` runs.
    var holder = Command("flock", [path, "sh", "-c", "touch taken; sleep 3"], in: folder.url)
    holder.limits.time = 20
    async let held = holder.run()
    while !FileManager.default.fileExists(atPath: folder.url.appending(path: "taken").path) {
      try await Task.sleep(for: .milliseconds(20))
    }
    XCTAssertThrowsError(try BuildFolderLock.take(in: folder.url)) { error in
      XCTAssert("\(error)".contains("Another `course grade` is running"), "\(error)")
    }
    _ = try await held
    try BuildFolderLock.take(in: folder.url)
    try BuildFolderLock.take(in: folder.url)
    let other = try await Command("flock", ["--nonblock", path, "true"], in: folder.url).run()
    XCTAssertEqual(other.ending, .exited(1), "and now no other process gets it")
  }
}
