package import DeskbridgeCore
internal import Synchronization

/// The answers that decide later events too, as the ledger has them: a copy for the gate, which cannot wait for the disk.
///
/// Each change is told on the ledger's thread, in the order of the commits.
package final class RememberedAnswers: Sendable {
    private let book: Mutex<AnswerBook>

    package init(_ book: AnswerBook = AnswerBook()) { self.book = Mutex(book) }

    package var current: AnswerBook { book.withLock { $0 } }

    func answer(for scope: AnswerScope, at moment: Timestamp) -> RememberedAnswer? {
        book.withLock { $0.answer(for: scope, at: moment) }
    }

    func put(_ answer: RememberedAnswer) { book.withLock { $0.put(answer) } }

    func remove(_ answers: [RememberedAnswer]) { book.withLock { book in for answer in answers { book.remove(answer.number) } } }

    func replace(with answers: [RememberedAnswer]) { book.withLock { $0 = AnswerBook(answers) } }
}
