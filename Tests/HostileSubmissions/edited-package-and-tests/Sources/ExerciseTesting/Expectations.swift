public func expect(_ condition: Bool, _ message: String) {}
