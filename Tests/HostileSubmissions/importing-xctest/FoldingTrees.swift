// import Foundation
import class XCTest.XCTestObservationCenter

func observe() { _ = XCTestObservationCenter.shared }
