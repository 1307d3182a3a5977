@c(exit) public func stay(_ code: Int32) {}
