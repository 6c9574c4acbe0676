package import DeskbridgeCore
internal import GRDB

/// A notification on the desktop that asks about an event.
package struct DeskNotification: Sendable, Hashable {
    /// The run of the notification server that shows it: its number means nothing to another.
    package let server: String
    package let number: UInt32

    package init(server: String, number: UInt32) {
        self.server = server
        self.number = number
    }
}

extension StoreOperation where Answer == Void {
    /// Notes that a notification stands for an event that asks. Nothing if it asks no more.
    package static func keep(_ notification: DeskNotification, of event: EventID) -> Self {
        StoreOperation { db in
            try db.run(
                """
                UPDATE approvals SET notification_server = ?, notification_number = ?
                WHERE answer IS NULL AND event = (SELECT sequence FROM events WHERE id = ?)
                """,
                [notification.server, Int64(notification.number), event.text])
        }
    }

    /// Notes that a notification is gone.
    package static func forget(_ notification: DeskNotification) -> Self {
        StoreOperation { db in
            try db.run(
                """
                UPDATE approvals SET notification_server = NULL, notification_number = NULL
                WHERE notification_server = ? AND notification_number = ?
                """,
                [notification.server, Int64(notification.number)])
        }
    }
}

extension EventStore {
    /// The notifications that are not known to be gone, each with its event and whether that still asks.
    package func notifications() async throws(StoreError) -> [(event: EventID, notification: DeskNotification, isOpen: Bool)] {
        try await read { db in
            try db.rows(
                """
                SELECT e.id, a.notification_server, a.notification_number, a.answer IS NULL
                FROM approvals a JOIN events e ON e.sequence = a.event WHERE a.notification_number IS NOT NULL
                """,
                []
            ) { row in
                let number: Int64 = row[2]
                return (
                    event: try StoredText.read(row[0]) { EventID($0) },
                    notification: DeskNotification(server: row[1], number: UInt32(clamping: number)), isOpen: row[3] as Bool
                )
            }
        }
    }
}
