package import DeskbridgeCore
internal import Synchronization

/// The one place that decides whether somebody may do something. Every entrance asks here.
package final class Gate: Sendable {
    private struct Window: Hashable {
        let rule: String
        let client: ClientName
    }

    private let windows = Mutex<[Window: RateWindow]>([:])
    private let clock: MonotonicClock
    /// What the person at the desk has answered once and for all.
    private let answers: RememberedAnswers
    /// By which the times of day in policies are meant.
    package let zone: ZoneOffset

    package init(clock: MonotonicClock, zone: ZoneOffset = .system, answers: RememberedAnswers = RememberedAnswers()) {
        self.clock = clock
        self.answers = answers
        self.zone = zone
    }

    /// - Returns: the rule that allows it, or wants the person at the desk to be asked.
    /// - Throws: ``Problem`` that says why not.
    @discardableResult
    package func check(_ identity: Identity, _ verb: Verb, under policy: Policy) throws(Problem) -> Permission {
        let decision = decide(identity, verb, under: policy)
        switch decision.answer {
        case .allow: return Permission(rule: decision.rule, answer: decision.remembered)
        case .ask(let timeout): return Permission(rule: decision.rule, asks: timeout, remembers: decision.remembers)
        case .deny(let problem): throw problem
        }
    }

    /// Whether it may be done, be it only after the person at the desk was asked.
    package func allows(_ identity: Identity, _ verb: Verb, under policy: Policy) -> Bool {
        if case .deny = decide(identity, verb, under: policy).answer { false } else { true }
    }

    package func decide(_ identity: Identity, _ verb: Verb, under policy: Policy) -> Decision {
        GateWitness.current?.note(verb.kind)
        return switch verb {
        case .submit(let type, let payload, let now):
            submission(
                identity,
                PolicyRequest(
                    type: type.text, client: identity.client.text, origin: identity.origin, payload: payload,
                    moment: LocalMoment(now, in: zone)),
                policy, now)
        case .learn(let type):
            if identity.isOwner {
                Decision(.allow, "desk")
            } else if policy.mayCause(type: type.text, client: identity.client.text, origin: identity.origin) {
                Decision(.allow, "policies")
            } else {
                Decision(.deny(Problem(.unknownEventType, "No action serves \(type.text).")), "default")
            }
        case .see(let owner): sight(identity, of: owner, policy)
        case .manage(let owner):
            if identity.isOwner {
                Decision(.allow, "desk")
            } else if identity.client == owner {
                Decision(.allow, "own")
            } else {
                Self.noEvent
            }
        // Never the client itself, whatever the policies say.
        case .decide(let owner): ofDesk(identity, Self.approvals, of: owner, policy)
        case .settle(let owner): ofDesk(identity, Self.unknowns, of: owner, policy)
        case .acknowledge(let owner):
            identity.client == owner
                ? Decision(.allow, "own")
                : Decision(.deny(Problem(.forbidden, "Each client acknowledges its own confirmations.")), "default")
        case .plan, .listActions, .watch, .readStatus, .readMetrics, .takeTicket: Decision(.allow, "client")
        case .seeAll: atDesk(identity, "Only the person at the desk sees the events of all clients.")
        case .readDetails: atDesk(identity, "These details are for the person at the desk.")
        case .administer: atDesk(identity, "Tokens are managed on the machine itself, with `deskbridge token`.")
        case .readPolicies: atDesk(identity, "Policies are shown on the machine itself, with `deskbridge policy`.")
        case .forgetAnswer: atDesk(identity, "Answers are forgotten on the machine itself, with `deskbridge policy forget`.")
        case .readAudit: atDesk(identity, "The audit is read on the machine itself, with `deskbridge audit`.")
        // Not from the console: a desk session would otherwise never end.
        case .openConsole:
            identity.isLocal
                ? Decision(.allow, "local") : Self.desk("The console is opened on the machine itself, with `deskbridge console`.")
        case .closeConsole: identity.isDesk ? Decision(.allow, "desk") : Self.desk("Only the console ends its own session.")
        }
    }

    private static let approvals =
        "Only the person at the desk decides, at the notification, in the console, or with `deskbridge queue approve` and `deny`."
    private static let unknowns =
        """
        Only the person at the desk says what became of an event that is unknown, in the console or with `deskbridge queue resolve`, \
        `retry` or `drop`.
        """
    private static let noEvent = Decision(.deny(Problem(.notFound, "There is no such event for this client.")), "default")

    private static func desk(_ words: String) -> Decision { Decision(.deny(Problem(.forbidden, words)), "default") }

    private func atDesk(_ identity: Identity, _ words: String) -> Decision {
        identity.isOwner ? Decision(.allow, "desk") : Self.desk(words)
    }

    /// Who may not see the event is not told that it is there.
    private func ofDesk(_ identity: Identity, _ words: String, of owner: ClientName, _ policy: Policy) -> Decision {
        identity.isOwner ? Decision(.allow, "desk") : sight(identity, of: owner, policy).isAllowed ? Self.desk(words) : Self.noEvent
    }

    private func sight(_ identity: Identity, of owner: ClientName, _ policy: Policy) -> Decision {
        if identity.isOwner { return Decision(.allow, "desk") }
        if identity.client == owner { return Decision(.allow, "own") }
        return policy.canSee(viewer: identity.client.text, owner: owner.text) ? Decision(.allow, "visibility") : Self.noEvent
    }

    private func submission(_ identity: Identity, _ request: PolicyRequest, _ policy: Policy, _ now: Timestamp) -> Decision {
        let decision = policy.decide(request) { answers.answer(for: $0, at: now) }
        let rule = decision.rule?.description ?? "default"
        let answer: Decision.Answer
        switch decision.effect {
        case .allow: answer = .allow
        case .ask(let timeout): answer = .ask(timeout)
        case .deny:
            return Decision(.deny(Problem(.deniedByPolicy, decision.sentence + Self.advice(identity, request, decision))), decision.source)
        }
        do throws(Problem) {
            if let rate = decision.rate { try take(rate, rule: rule, client: identity.client) }
        } catch {
            return Decision(.deny(error), rule)
        }
        return Decision(answer, decision.source, remembers: decision.remembers, remembered: decision.answer)
    }

    /// How the person at the desk sees which rules there are. The command line says that itself, with the home that it is about; an answer that
    /// is remembered names the command that forgets it.
    private static func advice(_ identity: Identity, _ request: PolicyRequest, _ decision: PolicyDecision) -> String {
        guard !identity.isLocal, decision.answer == nil else { return "" }
        let origin = request.origin.map { " --origin \($0)" } ?? ""
        return " The person at the desk sees why with `deskbridge policy explain \(request.type) --client \(request.client)\(origin)`."
    }

    private func take(_ rate: Rate, rule: String, client: ClientName) throws(Problem) {
        let now = clock.now()
        let refusal: Duration? = windows.withLock { windows in
            let key = Window(rule: rule, client: client)
            var window = windows[key].flatMap { $0.rate == rate ? $0 : nil } ?? RateWindow(rate)
            defer { windows[key] = window }
            if case .refused(let retryAfter) = window.take(now: now) { return retryAfter }
            return nil
        }
        if let refusal {
            throw Problem(.rateLimited, "A policy lets each client cause this \(rate.description) at most.", retryAfter: refusal)
        }
    }
}
