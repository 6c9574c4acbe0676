import DeskbridgeCore
import Testing

@testable import DeskbridgeStore

/// What people decide about events: cancel, retry, resolve, drop, approve, deny.
@Suite struct DecisionTests {
    @Test(arguments: [DeliveryState.queued, .retrying, .waiting])
    func anEventThatWaitsIsCancelledAtOnce(state: DeliveryState) async throws {
        try await withLedger { store in
            let record = try await store.event(in: state)
            let result = try await store.requestCancel(record.id, at: at(70), confirmation: Sample.confirmation)
            guard case .cancelled(let change) = result else {
                Issue.record("\(result)")
                return
            }
            #expect(change.before == state)
            #expect(change.event == (try await store.find(record.id)))
            #expect(change.event.state == .cancelled)
            #expect(change.confirmation?.body["type"] == "CREATE_RESOURCE_CANCELLED")
            #expect(try await store.claimDue(now: at(99_999), limit: 9).isEmpty)
        }
    }

    @Test func aRunningEventIsOnlyMarked() async throws {
        try await withLedger { store in
            let record = try await store.event(in: .running)
            let result = try await store.requestCancel(record.id, at: at(70), confirmation: Sample.confirmation)
            var marked = record
            marked.cancelRequested = true
            #expect(result == .requested(marked))
            #expect(try await store.find(record.id) == marked)
            #expect(try await store.lastSeq(nil) == 0)
        }
    }

    @Test(arguments: DeliveryState.allCases.filter(\.isFinal))
    func anEventThatHasEndedCannotBeCancelled(state: DeliveryState) async throws {
        try await withLedger { store in
            let record = try await store.event(in: state)
            let error = await #expect(throws: StoreError.self) {
                try await store.requestCancel(record.id, at: at(70), confirmation: Sample.confirmation)
            }
            #expect(error?.kind == .wrongState(state))
            #expect(try await store.find(record.id) == record)
        }
    }

    @Test(arguments: [DeliveryState.failed, .expired, .cancelled, .unknown])
    func anEventIsTriedAgainWithAllItsAttempts(state: DeliveryState) async throws {
        try await withLedger { store in
            let record = try await store.event(in: state)
            let change = try await store.retry(record.id, now: at(500_000))
            #expect(change.before == state)
            #expect(change.event == (try await store.find(record.id)))
            #expect(change.event.state == .queued)
            #expect(change.event.attemptsBeforeRetry == change.event.attempt)
            #expect(change.event.failure == nil && change.event.finalAt == nil && change.event.confirmationSeq == nil)

            // Its time to live is over, but a person wants it.
            #expect(try await store.expireOverdue(now: at(500_000), confirmation: Sample.confirmation).isEmpty)
            let claimed = try await store.claimDue(now: at(500_000), limit: 1)
            #expect(claimed.map(\.attempt) == [record.attempt + 1])
        }
    }

    /// Whoever may not decide about an unknown event doesn't because of a look that was taken before.
    @Test func anEventThatBecameUnknownIsLeftAlone() async throws {
        try await withLedger { store in
            let record = try await store.event(in: .unknown)
            let retried = await #expect(throws: StoreError.self) {
                try await store.perform(.retry(record.id, now: at(5), evenUnknown: false))
            }
            let dropped = await #expect(throws: StoreError.self) {
                try await store.perform(.drop(record.id, at: at(5), evenUnknown: false, confirmation: Sample.confirmation))
            }
            #expect(retried?.kind == .wrongState(.unknown) && dropped?.kind == .wrongState(.unknown))
            #expect(try await store.find(record.id) == record)
        }
    }

    @Test func aSecondRoundKeepsStepsAndMakesANewConfirmation() async throws {
        try await withLedger { store in
            let record = try await store.event(in: .running)
            try await store.storeStepResult(event: record.id, step: "s", attempt: 1, result: 7, at: at(1))
            let first = try await store.finish(
                record.id, attempt: 1, AttemptEnd(at: at(2), state: .failed, failure: Sample.failure, confirmation: ["n": 1]))
            _ = try await store.retry(record.id, now: at(3))
            _ = try await store.claimDue(now: at(3), limit: 1)
            #expect(try await store.stepResults(record.id).map(\.result) == [7])
            let second = try await store.finish(
                record.id, attempt: 2, AttemptEnd(at: at(4), state: .succeeded, confirmation: ["n": 2]))

            let all = try await store.unacknowledged(Sample.client, limit: 9)
            #expect(all == [first, second].compactMap(\.self))
            #expect(try await store.history(record.id).attempts.map(\.outcome) == [.failed, .succeeded])
        }
    }

    @Test(arguments: [DeliveryState.queued, .running, .retrying, .waiting, .succeeded])
    func othersCannotBeTriedAgain(state: DeliveryState) async throws {
        try await withLedger { store in
            let record = try await store.event(in: state)
            let error = await #expect(throws: StoreError.self) { try await store.retry(record.id, now: at(1)) }
            #expect(error?.kind == .wrongState(state))
            #expect(try await store.find(record.id) == record)
        }
    }

    @Test(arguments: [Resolution.succeeded(result: ["path": "/p"]), .failed(Sample.failure)])
    func anUnknownEventIsResolvedWithTheConfirmationItOwes(resolution: Resolution) async throws {
        try await withLedger { store in
            let record = try await store.event(in: .unknown)
            #expect(record.confirmationSeq == nil)
            let change = try await store.resolve(record.id, as: resolution, at: at(80), confirmation: Sample.confirmation)
            #expect(change.event == (try await store.find(record.id)))
            switch resolution {
            case .succeeded(let result):
                #expect(change.event.state == .succeeded && change.event.result == result)
                #expect(change.confirmation?.body["type"] == "CREATE_RESOURCE_SUCCEEDED")
            case .failed(let failure):
                #expect(change.event.state == .failed && change.event.failure == failure)
                #expect(change.confirmation?.body["type"] == "CREATE_RESOURCE_FAILED")
            }
        }
    }

    @Test(arguments: DeliveryState.allCases.filter { $0 != .unknown })
    func onlyAnUnknownEventIsResolved(state: DeliveryState) async throws {
        try await withLedger { store in
            let record = try await store.event(in: state)
            let error = await #expect(throws: StoreError.self) {
                try await store.resolve(record.id, as: .failed(Sample.failure), at: at(80), confirmation: Sample.confirmation)
            }
            #expect(error?.kind == .wrongState(state))
            #expect(try await store.find(record.id) == record)
        }
    }

    @Test(arguments: [DeliveryState.failed, .cancelled, .expired, .unknown])
    func aDroppedEventLeavesTheListingsButNotTheMemoryOfItsKey(state: DeliveryState) async throws {
        try await withLedger { store in
            let record = try await store.event(in: state)
            let change = try await store.drop(record.id, at: at(90), confirmation: Sample.confirmation)
            #expect((change.confirmation != nil) == (state == .unknown))

            #expect(try await store.record(record.id) == nil)
            #expect(try await store.event(record.id) == nil)
            #expect(try await store.events(limit: 9).events.isEmpty)
            #expect(try await store.counts().isEmpty)
            #expect(try await store.unacknowledged(Sample.client, limit: 9).count == 1)

            var again = record.event
            again.id = EventID(at: at(100))
            guard case .replayed(let stripped, let confirmation) = try await store.accept(again, claim: true) else {
                Issue.record("the key was forgotten")
                return
            }
            #expect(stripped.id == record.id)
            #expect(stripped.payload == .null)
            #expect(confirmation != nil)
            again.fingerprint = PayloadFingerprint(of: "other")
            #expect(try await store.accept(again, claim: true) == .keyReused(existing: record.id))
        }
    }

    @Test(arguments: [DeliveryState.queued, .running, .retrying, .waiting, .succeeded])
    func othersCannotBeDropped(state: DeliveryState) async throws {
        try await withLedger { store in
            let record = try await store.event(in: state)
            let error = await #expect(throws: StoreError.self) {
                try await store.drop(record.id, at: at(90), confirmation: Sample.confirmation)
            }
            #expect(error?.kind == .wrongState(state))
            #expect(try await store.find(record.id) == record)
        }
    }

    @Test func anApprovedEventIsDue() async throws {
        try await withLedger { store in
            let record = try await store.event(in: .waiting)
            #expect(record.waitsFor == .approval)
            let change = try await store.decide(
                record.id, ApprovalDecision(isApproved: true, place: .command), at: at(60), failure: nil,
                confirmation: Sample.confirmation
            ).change
            #expect(change.event == (try await store.find(record.id)))
            #expect(change.event.state == .queued && change.event.waitsFor == nil && change.confirmation == nil)
            #expect(try await store.claimDue(now: at(60), limit: 1).map(\.id) == [record.id])
            #expect(
                try await store.history(record.id).approvals == [
                    Approval(
                        rule: "studio.yaml:2", askedAt: at(0), until: at(1000), answer: .approved, answeredAt: at(60), place: .command)
                ])
        }
    }

    @Test func anEventThatWaitedForABusNameGoesOnWithItsAttempts() async throws {
        try await withLedger { store in
            let record = try await store.event(in: .running)
            try await store.finish(record.id, attempt: 1, AttemptEnd(at: at(1), state: .waiting, wait: Self.name))
            let waiting = try #require(try await store.waiting().first)
            #expect(waiting.id == record.id && waiting.waitsFor == Self.name)
            #expect(waiting.attempt == 1 && waiting.attemptsBeforeRetry == 1)
            #expect(try await store.nextEndOfWait() == nil)
            #expect(try await store.history(record.id).attempts.map(\.outcome) == [.waiting])
            let change = try await store.release(record.id, from: Self.name, dueAt: at(2), now: at(2))
            #expect(change.event == (try await store.find(record.id)))
            #expect(change.event.state == .queued)
            #expect(try await store.claimDue(now: at(2), limit: 1).map(\.attempt) == [2])
        }
    }

    @Test func aDeniedEventFailsWithAConfirmation() async throws {
        try await withLedger { store in
            let record = try await store.event(in: .waiting)
            let decision = ApprovalDecision(isApproved: false, place: .notification, reason: "not today")
            let change = try await store.decide(
                record.id, decision, at: at(999), failure: Sample.failure, confirmation: Sample.confirmation
            ).change
            #expect(change.event == (try await store.find(record.id)))
            #expect(change.event.state == .failed)
            #expect(change.confirmation != nil)
            let approval = try #require(try await store.history(record.id).approvals.first)
            #expect(approval.answer == .denied && approval.place == .notification && approval.reason == "not today")
        }
    }

    @Test func nobodyAnswersAfterTheTimeIsOver() async throws {
        try await withLedger { store in
            let record = try await store.event(in: .waiting)
            let error = await #expect(throws: StoreError.self) {
                try await store.decide(
                    record.id, ApprovalDecision(isApproved: true, place: .command), at: at(1000), failure: nil,
                    confirmation: Sample.confirmation)
            }
            #expect(error?.kind == .wrongState(.waiting))
            #expect(try await store.find(record.id) == record)
        }
    }

    @Test func whatWaitsTooLongEndsAsTheEngineSays() async throws {
        try await withLedger { store in
            let record = try await store.event(in: .waiting)
            @Sendable func ending(_ event: EventRecord) -> WaitEnding {
                WaitEnding(state: .failed, failure: Sample.failure, confirmation: Sample.confirmation(event))
            }
            #expect(try await store.nextEndOfWait() == at(1000))
            #expect(try await store.endOverdueWaits(now: at(999), ending: ending).isEmpty)
            let change = try #require(try await store.endOverdueWaits(now: at(1000), ending: ending).first)
            #expect(change.event == (try await store.find(record.id)))
            #expect(change.event.state == .failed && change.confirmation != nil)
            #expect(try await store.history(record.id).approvals.map(\.answer) == [.timedOut])
            #expect(try await store.nextEndOfWait() == nil)
        }
    }

    @Test func aCancelledEventTakesItsQuestionBack() async throws {
        try await withLedger { store in
            let record = try await store.event(in: .waiting)
            _ = try await store.requestCancel(record.id, at: at(70), confirmation: Sample.confirmation)
            let approval = try #require(try await store.history(record.id).approvals.first)
            #expect(approval.answer == .withdrawn && approval.answeredAt == at(70) && approval.place == nil)
        }
    }

    /// Nothing but a person's answer lets an event run that waits for one.
    @Test func whatComesOnTheBusIsNoAnswer() async throws {
        try await withLedger { store in
            let record = try await store.event(in: .waiting)
            for reason in [Self.name, .approval] {
                await #expect(throws: StoreError.self) { try await store.release(record.id, from: reason, dueAt: at(1), now: at(1)) }
            }
            let other = try await store.event("k-2", in: .running)
            try await store.finish(other.id, attempt: 1, AttemptEnd(at: at(1), state: .waiting, wait: Self.name))
            await #expect(throws: StoreError.self) {
                try await store.release(other.id, from: .busName(bus: "system", name: "org.example.App"), dueAt: at(1), now: at(1))
            }
            await #expect(throws: StoreError.self) {
                try await store.decide(
                    other.id, ApprovalDecision(isApproved: true, place: .command), at: at(2), failure: nil,
                    confirmation: Sample.confirmation)
            }
            #expect(try await store.waiting().map(\.id) == [record.id, other.id])
            #expect(try await store.waiting(after: record.sequence).map(\.id) == [other.id])
        }
    }

    private static let name = WaitReason.busName(bus: "session", name: "org.example.App")

    @Test(arguments: DeliveryState.allCases.filter { $0 != .waiting })
    func onlyAWaitingEventIsReleasedOrDecided(state: DeliveryState) async throws {
        try await withLedger { store in
            let record = try await store.event(in: state)
            await #expect(throws: StoreError.self) { try await store.release(record.id, from: Self.name, dueAt: at(1), now: at(1)) }
            for isApproved in [true, false] {
                await #expect(throws: StoreError.self) {
                    try await store.decide(
                        record.id, ApprovalDecision(isApproved: isApproved, place: .command), at: at(1),
                        failure: isApproved ? nil : Sample.failure, confirmation: Sample.confirmation)
                }
            }
            #expect(try await store.find(record.id) == record)
        }
    }

    @Test func onlyEventsThatNeverStartedExpire() async throws {
        try await withLedger { store in
            let queued = try await store.store(Sample.event("queued", expiresAt: at(50)))
            let asked = try await store.store(Sample.event("asked", expiresAt: at(40)), as: .waiting(until: nil))
            try await store.store(Sample.event("later", expiresAt: at(51)))
            try await store.store(Sample.event("forever"))
            let started = try await store.store(Sample.event("started", expiresAt: at(50)), as: .claimed)
            try await store.finish(started.id, attempt: 1, AttemptEnd(at: at(1), state: .retrying, dueAt: at(9)))
            #expect(try await store.nextExpiry() == at(40))

            let expired = try await store.expireOverdue(now: at(50), confirmation: Sample.confirmation)
            #expect(expired.map(\.event.id) == [asked.id, queued.id])
            #expect(expired.map(\.before) == [.waiting, .queued])
            #expect(expired.allSatisfy { $0.event.state == .expired && $0.confirmation != nil })
            #expect(try await store.nextExpiry() == at(51))
        }
    }

    @Test func whatIsNotThereIsNotFound() async throws {
        try await withLedger { store in
            let id = EventID(at: at(0))
            await #expect(throws: StoreError.noEvent(id)) { _ = try await store.retry(id, now: at(0)) }
            await #expect(throws: StoreError.noEvent(id)) { _ = try await store.stepResults(id) }
            await #expect(throws: StoreError.noEvent(id)) {
                _ = try await store.finish(id, attempt: 1, AttemptEnd(at: at(0), state: .succeeded))
            }
            let found = try await store.event(id)
            #expect(found == nil)
        }
    }
}
