package import DBus
package import DeskbridgeCore
package import DeskbridgeEngine
import DeskbridgeStore
package import ServiceLifecycle

/// Asks the person at the desk by notifications on the desktop, and takes the answers.
///
/// The question stands in the ledger and not here: without a notification server, and whatever becomes of one, the event waits on and is
/// decided elsewhere. While nothing asks, nothing of the bus is watched.
package final class ApprovalNotifications: WaitSource {
    let connection: BusConnection
    let news = DeskNewsbox()

    /// - Parameter bus: where the desktop is.
    package init(on bus: BusAddress = .session) { connection = BusConnection(to: bus) }

    package func covers(_ reason: WaitReason) -> Bool { reason == .approval }

    package func arm(_ event: EventRecord, for reason: WaitReason, release: @escaping @Sendable () -> Void) async {
        news.put(.asked(event))
    }

    package func disarm(_ event: EventID) async { news.put(.ended(event)) }

    /// What shows the questions of this bridge. One, for as long as the bridge runs.
    package func service(of bridge: Bridge) -> any Service { DeskService(self, bridge) }
}

/// Serves the desk until the bridge stops; then it takes the notifications down.
private struct DeskService: Service {
    private let notifications: ApprovalNotifications
    private let bridge: Bridge

    init(_ notifications: ApprovalNotifications, _ bridge: Bridge) {
        self.notifications = notifications
        self.bridge = bridge
    }

    func run() async throws {
        let news = notifications.news
        var board = DeskBoard(bridge: bridge, connection: notifications.connection, news: news)
        await withGracefulShutdownHandler {
            await board.takeOver()
            while !board.hasStopped {
                board.take(await news.next())
                if board.hasWork, !board.hasStopped { await serve(&board) }
            }
        } onGracefulShutdown: {
            news.put(.stop)
        }
        await notifications.connection.shutdown()
    }

    /// Watches the bus while something asks.
    private func serve(_ board: inout DeskBoard) async {
        let session = board.beginSession()
        let watch = DeskWatch(connection: notifications.connection, news: notifications.news, session: session)
        await withDiscardingTaskGroup { group in
            group.addTask { await watch.watchServer() }
            group.addTask { await watch.hear() }
            while board.hasWork, !board.hasStopped {
                await board.act()
                if board.hasWork { board.take(await notifications.news.next()) }
            }
            group.cancelAll()
        }
        await board.endSession()
    }
}
