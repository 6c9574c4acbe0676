internal import GRDB

/// One change of the ledger, to be made whole or not at all, with the answer for whoever asked.
///
/// Each is made by a function named after what it does: `.accept(event, claim: true)`.
package struct StoreOperation<Answer: Sendable>: Sendable {
    /// About how many bytes it writes, which bounds how much one transaction gathers.
    let size: Int
    let body: @Sendable (Database) throws -> Answer

    init(size: Int = 256, _ body: @escaping @Sendable (Database) throws -> Answer) {
        self.size = size
        self.body = body
    }
}

/// An operation that waits for its transaction, whatever its answer is.
struct QueuedOperation: Sendable {
    let size: Int
    /// Makes the change, and returns what tells the caller once the change is on disk.
    let run: @Sendable (Database) throws -> () -> Void
    let fail: @Sendable (StoreError) -> Void

    init<Answer>(_ operation: StoreOperation<Answer>, completion: @escaping @Sendable (Result<Answer, StoreError>) -> Void) {
        size = operation.size
        run = { db in
            let answer = try operation.body(db)
            return { completion(.success(answer)) }
        }
        fail = { completion(.failure($0)) }
    }
}
