import OptimalTransport
import XCTest
