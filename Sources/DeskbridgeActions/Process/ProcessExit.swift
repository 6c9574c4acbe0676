// The objects of libdispatch may be used from any thread; its interface does not say so on Linux.
@preconcurrency import Dispatch
import Glibc

/// Waits for the end of processes through their pidfds (pidfd_open(2)), which poll as readable from then on.
enum ProcessExit {
    private static let queue = DispatchQueue(label: "deskbridge.process-exits")

    /// Returns when the process has ended, or when the task is cancelled. The pidfd may be closed after that.
    static func wait(_ pidfd: CInt) async {
        let source = DispatchSource.makeReadSource(fileDescriptor: pidfd, queue: queue)
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                source.setEventHandler { source.cancel() }
                source.setCancelHandler { continuation.resume() }
                source.activate()
            }
        } onCancel: {
            source.cancel()
        }
    }

    /// Returns when all of the processes have ended, or when the time is over.
    static func waitForAll(_ pidfds: [CInt], atMost limit: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await withDiscardingTaskGroup { group in
                    for pidfd in pidfds { group.addTask { await wait(pidfd) } }
                }
            }
            group.addTask { try? await Task.sleep(for: limit) }
            await group.next()
            group.cancelAll()
        }
    }
}
