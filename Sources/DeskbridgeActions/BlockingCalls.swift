import Dispatch

/// Runs calls that may wait for a disk or the kernel on threads of their own, so that they hold up no task.
package enum BlockingCalls {
    private static let queue = DispatchQueue(label: "deskbridge.blocking-calls", attributes: .concurrent)

    package static func run<Value: Sendable>(_ call: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: call()) }
        }
    }
}
