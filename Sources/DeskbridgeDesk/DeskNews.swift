import DBus
import DeskbridgeCore
import Synchronization

/// One thing that happened which the desk has to take note of.
enum DeskNews: Sendable {
    case asked(EventRecord)
    case ended(EventID)
    /// Who shows notifications now.
    case server(NameOwner, session: Int)
    /// Whether signals of the server are heard.
    case listening(Bool, session: Int)
    case signal(ServerSignal, from: String, session: Int)
    /// The time for another look has come.
    case look
    case stop
}

/// News in their order, taken all at once by one reader.
final class DeskNewsbox: Sendable {
    private let waiting = Mutex<[DeskNews]>([])
    private let arrivals: AsyncStream<Void>
    private let arrival: AsyncStream<Void>.Continuation

    init() { (arrivals, arrival) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

    func put(_ news: DeskNews) {
        waiting.withLock { $0.append(news) }
        arrival.yield()
    }

    /// All that came since the last call, as soon as there is something; empty if the task is cancelled.
    func next() async -> [DeskNews] {
        for await _ in arrivals {
            let news = waiting.withLock { waiting in
                defer { waiting = [] }
                return waiting
            }
            if !news.isEmpty { return news }
        }
        return []
    }
}
