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
            let change = try await store.release(record.id, dueAt: at(60))
            #expect(change.event == (try await store.find(record.id)))
            #expect(change.event.state == .queued)
            #expect(try await store.claimDue(now: at(60), limit: 1).map(\.id) == [record.id])
        }
    }

    @Test func anEventThatWaitedForABusNameGoesOnWithItsAttempts() async throws {
        try await withLedger { store in
            let record = try await store.event(in: .running)
            try await store.finish(record.id, attempt: 1, AttemptEnd(at: at(1), state: .waiting, failure: Sample.failure))
            #expect(try await store.waiting().map(\.id) == [record.id])
            #expect(try await store.nextEndOfWait() == nil)
            #expect(try await store.release(record.id, dueAt: at(2)).event.state == .retrying)
            #expect(try await store.claimDue(now: at(2), limit: 1).map(\.attempt) == [2])
        }
    }

    @Test func aDeniedEventFailsWithAConfirmation() async throws {
        try await withLedger { store in
            let record = try await store.event(in: .waiting)
            #expect(try await store.waitedTooLong(now: at(999)).isEmpty)
            #expect(try await store.waitedTooLong(now: at(1000)) == [record])
            let change = try await store.deny(record.id, at: at(1000), failure: Sample.failure, confirmation: Sample.confirmation)
            #expect(change.event == (try await store.find(record.id)))
            #expect(change.event.state == .failed)
            #expect(change.confirmation != nil)
        }
    }

    @Test(arguments: DeliveryState.allCases.filter { $0 != .waiting })
    func onlyAWaitingEventIsReleasedOrDenied(state: DeliveryState) async throws {
        try await withLedger { store in
            let record = try await store.event(in: state)
            await #expect(throws: StoreError.self) { try await store.release(record.id, dueAt: at(1)) }
            await #expect(throws: StoreError.self) {
                try await store.deny(record.id, at: at(1), failure: Sample.failure, confirmation: Sample.confirmation)
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
