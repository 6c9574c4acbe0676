/// Ends the process with these words if a promise is broken: libFuzzer then keeps the input, and a test run names the place.
///
/// `precondition` says nothing in an optimized build, and the targets are built so.
func promise(
    _ isKept: Bool, _ breach: @autoclosure () -> String, file: StaticString = #fileID, line: UInt = #line
) {
    if !isKept { fatalError("broken promise: \(breach())", file: file, line: line) }
}
