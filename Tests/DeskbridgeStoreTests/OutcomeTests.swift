import DeskbridgeCore
import Testing

@testable import DeskbridgeStore

@Suite struct OutcomeTests {
    @Test func outcomeAndConfirmationAreStoredTogether() async throws {
        try await withLedger { store in
            let record = try await store.event(in: .running)
            let end = AttemptEnd(
                at: at(40), state: .failed, failure: Sample.failure,
                outputTail: [OutputTailLine(stream: "stderr", text: "no such \"file\"")], plan: ["argv": ["/bin/false"]],
                confirmation: ["type": "CREATE_RESOURCE_FAILED"])
            let confirmation = try #require(try await store.finish(record.id, attempt: 1, end))

            #expect(confirmation.client == Sample.client)
            #expect(confirmation.body == ["type": "CREATE_RESOURCE_FAILED"])
            let history = try await store.history(record.id)
            #expect(history.confirmation == confirmation)
            #expect(history.event.state == .failed)
            #expect(history.event.failure == Sample.failure)
            #expect(history.event.finalAt == at(40))
            #expect(history.event.confirmationSeq == confirmation.seq)
            #expect(
                history.attempts == [
                    AttemptRecord(
                        number: 1, startedAt: at(0), endedAt: at(40), outcome: .failed, failure: Sample.failure,
                        outputTail: end.outputTail, plan: end.plan)
                ])
        }
    }

    @Test func aRetryIsDueWhenItSays() async throws {
        try await withLedger { store in
            let record = try await store.event(in: .retrying)
            #expect(record.dueAt == at(2000))
            #expect(record.failure == Sample.failure)
            #expect(try await store.claimDue(now: at(1999), limit: 1).isEmpty)
            let again = try await store.claimDue(now: at(2000), limit: 1)
            #expect(again.map(\.attempt) == [2])
            #expect(again.map(\.attemptsBeforeRetry) == [0])
        }
    }

    @Test func aLateWriterOverwritesNothing() async throws {
        try await withLedger { store in
            let record = try await store.event(in: .retrying)
            _ = try await store.claimDue(now: at(2000), limit: 1)
            let late = AttemptEnd(at: at(3000), state: .succeeded, confirmation: ["type": "LATE"])

            await #expect(throws: StoreError.self) { try await store.finish(record.id, attempt: 1, late) }
            await #expect(throws: StoreError.self) {
                try await store.storeStepResult(event: record.id, step: "s", attempt: 1, result: true, at: at(3000))
            }
            #expect(try await store.find(record.id).state == .running)
            #expect(try await store.confirmations(visibleTo: nil, after: 0, limit: 9).isEmpty)
            #expect(try await store.stepResults(record.id).isEmpty)
        }
    }

    @Test(arguments: DeliveryState.allCases.filter { $0 != .running })
    func onlyARunningAttemptCanEnd(state: DeliveryState) async throws {
        try await withLedger { store in
            let record = try await store.event(in: state)
            let error = await #expect(throws: StoreError.self) {
                try await store.finish(record.id, attempt: max(1, record.attempt), AttemptEnd(at: at(99), state: .succeeded))
            }
            #expect(error?.kind == .wrongState(state))
            #expect(try await store.find(record.id) == record)
        }
    }

    @Test(arguments: [DeliveryState.queued, .running, .expired])
    func anAttemptCannotEndInThisState(state: DeliveryState) async throws {
        try await withLedger { store in
            let record = try await store.event(in: .running)
            let error = await #expect(throws: StoreError.self) {
                try await store.finish(record.id, attempt: 1, AttemptEnd(at: at(99), state: state))
            }
            #expect(error?.kind == .wrongState(.running))
            #expect(try await store.history(record.id).attempts.map(\.outcome) == [nil])
        }
    }

    @Test func finishedStepsStayInOrderAndTheLaterResultCounts() async throws {
        try await withLedger { store in
            let record = try await store.event(in: .running)
            for (step, result) in [("z", 1), ("a", 2), ("z", 3)] as [(String, JSONValue)] {
                try await store.storeStepResult(event: record.id, step: step, attempt: 1, result: result, at: at(7))
            }
            let steps = try await store.stepResults(record.id)
            #expect(steps.map(\.step) == ["z", "a"])
            #expect(steps.map(\.result) == [3, 2])
            #expect(try await store.history(record.id).attempts.map(\.steps) == [steps])
        }
    }

    @Test func deeplyNestedResultsCanBeReadAgain() async throws {
        try await withLedger { store in
            var deep: JSONValue = 1
            for _ in 0..<100 { deep = [deep] }
            let record = try await store.event(in: .running)
            try await store.finish(record.id, attempt: 1, AttemptEnd(at: at(1), state: .succeeded, result: deep))
            #expect(try await store.find(record.id).result == deep)
        }
    }
}
