package import DeskbridgeCore
internal import Synchronization

extension Gate {
    /// What somebody wants to do, and with what.
    package enum Verb: Sendable {
        /// Cause an event, now.
        case submit(EventType, payload: JSONValue, at: Timestamp)
        /// Be told that there is an action for this type.
        case learn(EventType)
        /// Read an event, its output or its confirmation.
        case see(owner: ClientName)
        /// The same for the events of all clients.
        case seeAll
        /// Retry, cancel or drop an event.
        case manage(owner: ClientName)
        /// Decide what became of an event of which nobody knows: resolve it, or retry or drop it while it is `unknown`.
        case settle(owner: ClientName)
        /// Answer for the person at the desk whether an event may run.
        case decide(owner: ClientName)
        /// Say that confirmations came.
        case acknowledge(owner: ClientName)
        /// Ask what an event would do. Whether it may be caused is asked with ``submit(_:payload:at:)``.
        case plan
        /// List actions. Each one is asked for with ``learn(_:)``.
        case listActions
        /// Be told of what happens. Each event is asked for with ``see(owner:)``.
        case watch
        case readStatus
        /// The parts of the status that tell about the machine and other clients.
        case readDetails
        case readMetrics
        /// Get a pass for what cannot set headers.
        case takeTicket
        /// Make, list and revoke tokens.
        case administer
        /// See the policies, and what they would say to anybody.
        case readPolicies
        /// Take back an answer that is remembered.
        case forgetAnswer
        case readAudit
        /// Begin a desk session.
        case openConsole
        /// End the desk session that asks.
        case closeConsole

        package var kind: Kind {
            switch self {
            case .submit: .submit
            case .learn: .learn
            case .see, .seeAll: .see
            case .manage: .manage
            case .settle: .settle
            case .decide: .decide
            case .acknowledge: .acknowledge
            case .plan: .plan
            case .listActions: .listActions
            case .watch: .watch
            case .readStatus, .readDetails: .readStatus
            case .readMetrics: .readMetrics
            case .takeTicket: .takeTicket
            case .administer: .administer
            case .readPolicies: .readPolicies
            case .forgetAnswer: .forgetAnswer
            case .readAudit: .readAudit
            case .openConsole, .closeConsole: .openConsole
            }
        }
    }

    /// A verb without what it is about.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case submit, learn, see, manage, settle, decide, acknowledge, plan, watch, administer
        case listActions = "list_actions"
        case readStatus = "read_status"
        case readMetrics = "read_metrics"
        case takeTicket = "take_ticket"
        case readPolicies = "read_policies"
        case forgetAnswer = "forget_answer"
        case readAudit = "read_audit"
        case openConsole = "open_console"
    }

    /// What the gate says, and by which rule.
    package struct Decision: Sendable {
        package enum Answer: Sendable {
            case allow
            /// The person at the desk has this long to agree.
            case ask(Duration)
            case deny(Problem)
        }

        package let answer: Answer
        /// A policy rule's place such as `policies/default.yaml:3`, with `, answer 7` behind it if a remembered answer decided; else `desk` and `local` for the owner of the machine, `own` for a
        /// client's own events, `visibility` for what policies let it see, `client` for what all clients may, `default` for a no
        /// without a rule.
        package let rule: String
        /// What an answer to the question will count for. Nil if it is not remembered.
        package let remembers: AnswerTerms?
        /// The answer that made a question needless.
        package let remembered: RememberedAnswer?

        init(_ answer: Answer, _ rule: String, remembers: AnswerTerms? = nil, remembered: RememberedAnswer? = nil) {
            self.answer = answer
            self.rule = rule
            self.remembers = remembers
            self.remembered = remembered
        }

        package var isAllowed: Bool {
            if case .deny = answer { false } else { true }
        }
    }

    /// What the gate says if it doesn't say no.
    package struct Permission: Sendable, Hashable {
        /// The rule that decided.
        package let rule: String
        /// The time that the person at the desk has to agree; nil if nobody has to.
        package var asks: Duration?
        /// What their answer will count for. Nil if it is not remembered.
        package var remembers: AnswerTerms?
        /// The answer by which nobody has to be asked.
        package var answer: RememberedAnswer?
    }
}

/// Notes what the gate was asked for while a request is answered, so that no answer goes out that it was not asked about.
package final class GateWitness: Sendable {
    @TaskLocal static var current: GateWitness?

    private let asked = Mutex<Set<Gate.Kind>>([])
    /// What watches the message within which this request is answered.
    private let outer: GateWitness?

    fileprivate init(within outer: GateWitness?) { self.outer = outer }

    func note(_ kind: Gate.Kind) {
        asked.withLock { _ = $0.insert(kind) }
        outer?.note(kind)
    }

    /// Runs what answers a request that is of one of these kinds.
    /// - Returns: nil if there was an answer without the gate being asked: then nobody may get it.
    package static func watching<Answer: Sendable, Failure: Error>(
        _ kinds: [Gate.Kind], _ body: () async throws(Failure) -> Answer
    ) async throws(Failure) -> Answer? {
        let witness = GateWitness(within: current)
        let result: Result<Answer, Failure> = await $current.withValue(witness) {
            do throws(Failure) { return .success(try await body()) } catch { return .failure(error) }
        }
        let answer = try result.get()
        return witness.asked.withLock { !$0.isDisjoint(with: kinds) } ? answer : nil
    }
}

extension Problem {
    /// What somebody gets in place of an answer that nothing decided about.
    package static let undecided = Problem(.internalError, "The answer was withheld: nothing decided whether it may be given.")
}
