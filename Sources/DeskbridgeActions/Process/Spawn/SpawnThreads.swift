import CLinux
import Dispatch
import Glibc
import Synchronization

/// The threads that start processes. They last as long as the bridge, because the kernel ends a process when the thread that started it
/// ends (PR_SET_PDEATHSIG(2const)); and there are several, as one may wait for a slow disk.
final class SpawnThreads: Sendable {
    static let shared = SpawnThreads(count: 4)

    private typealias Work = @Sendable () -> Void

    /// What the threads share with each other; they live on when nobody else holds it.
    private final class Queue: Sendable {
        private let work = Mutex<[Work]>([])
        private let available = DispatchSemaphore(value: 0)

        func add(_ piece: @escaping Work) {
            work.withLock { $0.append(piece) }
            available.signal()
        }

        func serve() -> Never {
            while true {
                available.wait()
                // Each signal stands for one piece.
                let piece = work.withLock { $0.isEmpty ? nil : $0.removeFirst() }
                piece?()
            }
        }
    }

    private let queue = Queue()
    private let count: Int

    private init(count: Int) {
        var started = 0
        for _ in 0..<count where Self.start(queue) { started += 1 }
        self.count = started
    }

    private static func start(_ queue: Queue) -> Bool {
        // A thread inherits the mask of the one that makes it: signals stay with the threads that expect them.
        var all = sigset_t()
        var previous = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &previous)
        defer { pthread_sigmask(SIG_SETMASK, &previous, nil) }

        let shared = Unmanaged.passRetained(queue)
        var thread = pthread_t()
        let result = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                deskbridge_name_this_thread("spawn")
                Unmanaged<Queue>.fromOpaque(context).takeRetainedValue().serve()
            }, shared.toOpaque())
        guard result == 0 else {
            shared.release()
            return false
        }
        pthread_detach(thread)
        return true
    }

    /// Runs `work` on one of the threads; nil if the system gave none.
    func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value? {
        guard count > 0 else { return nil }
        return await withCheckedContinuation { continuation in
            queue.add { continuation.resume(returning: work()) }
        }
    }
}
