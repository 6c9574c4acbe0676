import DeskbridgeCore
import Testing

@testable import DeskbridgeStore

@Suite struct IntakeTests {
    @Test func everyPartOfAnEventComesBack() async throws {
        try await withLedger { store in
            let payload = try JSONParser.parse(#"{"b":1,"a":[1.5,"😀",null,true]}"#)
            var event = try Sample.event(
                "clé-ü", payload: payload, expiresAt: at(60_000), concurrencyKey: "Project",
                format: .cloudEvents(source: "/studio"))
            event.shownPayload = ["b": "<secret>"]
            let record = try await store.store(event)

            #expect(record.state == .queued)
            #expect(record.dueAt == at(0))
            #expect(record.event == event)
            let found = try await store.find(event.id)
            #expect(found == record)
            #expect(found.payload.text == #"{"b":1,"a":[1.5,"😀",null,true]}"#)
        }
    }

    @Test func aClaimedEventRunsAtOnceAndCostsOneCommit() async throws {
        try await withLedger { store in
            let before = store.writerStatistics.commits
            let record = try await store.store(Sample.event(), as: .claimed)
            #expect(store.writerStatistics.commits == before + 1)
            #expect(record.state == .running)
            #expect(record.attempt == 1)

            let history = try await store.history(record.id)
            #expect(history.event == record)
            #expect(history.attempts == [AttemptRecord(number: 1, startedAt: at(0))])
        }
    }

    @Test func anEventAloneCostsTwoCommits() async throws {
        try await withLedger { store in
            let before = store.writerStatistics.commits
            let record = try await store.store(Sample.event(), as: .claimed)
            let step = StepRecord(step: "project", result: ["path": "/p"], attempt: 1, at: at(5))
            try await store.finish(
                record.id, attempt: 1,
                AttemptEnd(at: at(6), state: .succeeded, result: ["path": "/p"], steps: [step], confirmation: ["type": "DONE"]))
            #expect(store.writerStatistics.commits == before + 2)
            #expect(try await store.stepResults(record.id) == [step])
        }
    }

    @Test func anEqualPayloadUnderTheSameKeyJoinsTheFirst() async throws {
        try await withLedger { store in
            let first = try await store.store(Sample.event(payload: ["a": 1, "b": 2]), as: .claimed)
            let again = try Sample.event(payload: try JSONParser.parse(#"{"b":2,"a":1.0}"#), acceptedAt: at(50))

            #expect(try await store.accept(again, claim: true) == .replayed(first, confirmation: nil))
            let confirmation = try await store.finish(
                first.id, attempt: 1, AttemptEnd(at: at(9), state: .succeeded, confirmation: ["type": "DONE"]))
            #expect(confirmation != nil)
            let ended = try await store.find(first.id)
            #expect(try await store.accept(again, claim: false) == .replayed(ended, confirmation: confirmation))
            #expect(try await store.counts() == [.succeeded: 1])
        }
    }

    @Test func anotherPayloadUnderTheSameKeyIsRefused() async throws {
        try await withLedger { store in
            let first = try await store.store(Sample.event(payload: ["a": 1]))
            let result = try await store.accept(Sample.event(payload: ["a": 2]), claim: false)
            #expect(result == .keyReused(existing: first.id))
        }
    }

    @Test func aKeyIsLookedUpWithoutStoringAnything() async throws {
        try await withLedger { store in
            let event = try Sample.event()
            let other = PayloadFingerprint(of: "other")
            let commits = store.writerStatistics.commits
            #expect(try await store.perform(.find(event.key, of: event.client, fingerprint: event.fingerprint)) == nil)
            #expect(store.writerStatistics.commits == commits)
            let record = try await store.store(event)
            #expect(
                try await store.perform(.find(event.key, of: event.client, fingerprint: event.fingerprint))
                    == .replayed(record, confirmation: nil))
            #expect(
                try await store.perform(.find(event.key, of: event.client, fingerprint: other)) == .keyReused(existing: record.id))
        }
    }

    @Test func clientsHaveTheirOwnKeys() async throws {
        try await withLedger { store in
            try await store.store(Sample.event("k"))
            try await store.store(Sample.event("k", client: .local))
            #expect(try await store.counts() == [.queued: 2])
        }
    }

    /// Swift takes the two for the same string; they are different bytes.
    @Test func keysAreComparedByTheirBytes() async throws {
        try await withLedger { store in
            try await store.store(Sample.event("caf\u{E9}"))
            try await store.store(Sample.event("cafe\u{301}"))
            #expect(try await store.counts() == [.queued: 2])
        }
    }

    @Test func anEventThatWaitsForAPersonIsNotDue() async throws {
        try await withLedger { store in
            let record = try await store.event(in: .waiting)
            #expect(record.dueAt == at(1000))
            #expect(try await store.find(record.id) == record)
            #expect(try await store.claimDue(now: at(9999), limit: 10).isEmpty)
            #expect(try await store.nextEndOfWait() == at(1000))
        }
    }

    @Test func manyRepetitionsAtOnceStoreOneEvent() async throws {
        try await withLedger { store in
            let events = try (0..<200).map { _ in try Sample.event() }
            let results = try await withThrowingTaskGroup(of: IntakeResult.self) { group in
                for event in events { group.addTask { try await store.accept(event, claim: true) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let stored = results.filter { if case .stored = $0 { true } else { false } }
            #expect(stored.count == 1)
            #expect(try await store.counts() == [.running: 1])
        }
    }
}
