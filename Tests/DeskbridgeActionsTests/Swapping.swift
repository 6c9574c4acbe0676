import Glibc
import Synchronization

/// Tells a thread that swaps things in a loop when to stop.
final class Stop: Sendable {
    private let flag = Atomic(false)

    var isAsked: Bool { flag.load(ordering: .relaxed) }

    func ask() { flag.store(true, ordering: .relaxed) }
}

/// renameat2(2) with RENAME_EXCHANGE, which glibc declares only for C.
enum Exchange {
    private typealias Function = @convention(c) @Sendable (Int32, UnsafePointer<CChar>, Int32, UnsafePointer<CChar>, UInt32) -> Int32
    private static let function = dlsym(nil, "renameat2").map { unsafeBitCast($0, to: Function.self) }

    /// Swaps what stands under two names, at once; false if that fails.
    static func names(_ one: String, _ other: String) -> Bool { function?(AT_FDCWD, one, AT_FDCWD, other, 2) == 0 }
}
