package import DeskbridgeActions
package import DeskbridgeCore

/// Decides whether an event is taken: the same decision for every entrance, and for dry runs.
package enum EventCheck {
    package struct Checked: Sendable {
        package let event: AcceptedEvent
        package var plan: ActionPlan
        fileprivate let planner: ActionPlanner
        /// How many events of its concurrency group may run at once.
        package let concurrencyLimit: Int?
        /// The time that the person at the desk has to agree; nil if nobody has to.
        package let asks: Duration?
        /// What their answer will count for. Nil if it is not remembered.
        package let remembers: AnswerTerms?
        /// The answer by which nobody has to be asked.
        package let answer: RememberedAnswer?
    }

    /// - Throws: ``Problem`` with the first thing that is wrong: unknown type, policy, parameters, plan.
    package static func check(
        _ draft: EventDraft, from identity: Identity, under definitions: Definitions.Snapshot, gate: Gate, now: Timestamp
    ) throws(Problem) -> Checked {
        guard let action = definitions.catalog.action(for: draft.type) else { throw unknownType(draft.type, identity, definitions, gate) }
        let permission = try gate.check(identity, .submit(draft.type, payload: draft.payload, at: now), under: definitions.policy.policy)

        let parameters: JSONObject
        do { parameters = try action.parameters.validate(draft.payload) } catch { throw invalid(error) }

        let id = EventID(at: now)
        let planner = ActionPlanner(
            action: action, grants: definitions.policy.grants, parameters: parameters, payload: draft.payload,
            event: EventFields(id: id, type: draft.type, client: identity.client, key: draft.key, acceptedAt: now))
        let plan = planner.preview()
        try demandPlanned(plan)
        let concurrencyKey: String?
        do { concurrencyKey = try planner.concurrencyKey() } catch { throw refused("concurrency", error) }

        let secrets = action.parameters.secretNames
        var event = AcceptedEvent(
            id: id, client: identity.client, type: draft.type, key: draft.key, payload: draft.payload,
            shownPayload: secrets.isEmpty ? nil : action.parameters.redacted(draft.payload),
            fingerprint: draft.fingerprint, origin: identity.origin, rule: permission.rule, action: action.name, format: draft.format,
            acceptedAt: now, expiresAt: action.expires.map { now + $0 }, concurrencyKey: concurrencyKey,
            maximumAttempts: action.retry.attempts)
        event.planDigest = AuditRecord.hexadecimal(PayloadFingerprint(of: plan.shown).bytes)
        return Checked(
            event: event, plan: plan, planner: planner, concurrencyLimit: action.concurrency?.limit, asks: permission.asks,
            remembers: permission.remembers, answer: permission.answer)
    }

    /// The same with what a look at the disk foresees of the results of steps.
    /// - Throws: ``Problem`` if what is foreseen makes a later step impossible.
    static func foreseen(_ checked: Checked) async throws(Problem) -> Checked {
        var checked = checked
        checked.plan = await checked.planner.foreseeing()
        try demandPlanned(checked.plan)
        return checked
    }

    private static func demandPlanned(_ plan: ActionPlan) throws(Problem) {
        if let (step, refusal) = plan.refusal { throw refused(step, refusal) }
    }

    /// Decides once more about an event that was taken: policies, grants and its action may have changed since.
    ///
    /// - Parameter gate: whose rates it counts against; without one, against none.
    /// - Throws: as ``check(_:from:under:gate:now:)``.
    package static func recheck(
        _ event: AcceptedEvent, under definitions: Definitions.Snapshot, gate: Gate = Gate(clock: .system), now: Timestamp
    ) throws(Problem) -> Checked {
        try check(
            EventDraft(type: event.type, key: event.key, payload: event.payload, format: event.format),
            from: Identity(client: event.client, origin: event.origin), under: definitions, gate: gate, now: now)
    }

    /// Why an event may not run any more that was taken, asked about and approved. Nil if it may; an action that is gone is met by the
    /// attempt.
    static func changeSinceAsked(_ event: AcceptedEvent, under definitions: Definitions.Snapshot, now: Timestamp) -> Failure? {
        do throws(Problem) {
            _ = try recheck(event, under: definitions, now: now)
            return nil
        } catch {
            guard error.code != .unknownEventType else { return nil }
            return Failure(
                error.code.rawValue, "It was approved at the desk, but what is allowed changed while it waited: \(error.detail)", .permanent
            )
        }
    }

    /// Suggests only what this client may cause: names of other actions are none of its business.
    private static func unknownType(
        _ type: EventType, _ identity: Identity, _ definitions: Definitions.Snapshot, _ gate: Gate
    ) -> Problem {
        let types = definitions.catalog.actions.map(\.type).filter { gate.allows(identity, .learn($0), under: definitions.policy.policy) }
        let nearest = NearestName.of(type.text, in: types.map(\.text).sorted()).map { " Did you mean \($0)?" } ?? ""
        return Problem(
            .unknownEventType, "No action serves \(type.text).\(nearest)",
            errors: [.init(pointer: "/type", message: "is served by no action")])
    }

    private static func invalid(_ errors: ValidationErrors) -> Problem {
        EventDraft.invalid(errors.errors.map { .init(pointer: "/payload\($0.pointer)", message: $0.message) })
    }

    private static func refused(_ place: String, _ refusal: PlanRefusal) -> Problem {
        Problem(
            .invalidEvent, "\(place): \(refusal.message)",
            errors: [.init(pointer: "/payload", message: "\(place): \(refusal.message)", code: refusal.code.rawValue)])
    }

    private static func refused(_ place: String, _ error: PlanError) -> Problem {
        switch error {
        case .refused(let refusal): refused(place, refusal)
        case .knownAfter(let step): refused(place, PlanRefusal(.missingValue, "needs the result of the step \"\(step)\""))
        }
    }
}
