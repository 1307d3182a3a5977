public func deep(_ a: Int) -> Int {
  return a
    /*[*/
  .self
  /*]*/
}
