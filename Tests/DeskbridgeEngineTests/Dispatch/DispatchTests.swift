import DeskbridgeCore
import DeskbridgeStore
import DeskbridgeTestSupport
import Synchronization
import Testing

@testable import DeskbridgeEngine

@Suite(.timeLimit(.minutes(1))) struct DispatchTests {
    private static let keyed = """
        action: keyed
        on: KEYED
        confirm: KEYED_DONE
        parameters: {name: {type: string}, key: {type: string}}
        steps: [{id: one, probe: "{name}"}]
        concurrency: {limit: 1, key: "{key}"}
        """

    /// Sends events one after another until five in a row cost two commits each.
    private func costOfALoneEventSettles(_ bench: EngineBench) async throws {
        var inARow = 0
        for number in 0..<300 where inARow < 5 {
            let before = bench.store.writerStatistics.commits
            let record = try await bench.send("lone-\(number)")
            _ = try await bench.ended(record.id)
            inARow = bench.store.writerStatistics.commits - before == 2 ? inARow + 1 : 0
        }
        #expect(inARow == 5)
    }

    @Test func aLoneEventCostsTwoCommits() async throws {
        let bench = try EngineBench(probe: ProbeHandler { _ in .succeeded(result: [:]) })
        try await bench.withEngine { try await costOfALoneEventSettles(bench) }
    }

    @Test func afterABacklogALoneEventCostsTwoCommitsAgain() async throws {
        let bench = try EngineBench(probe: ProbeHandler { _ in .succeeded(result: [:]) }) { $0.dispatch.running = 2 }
        try await bench.withEngine {
            let records = try await withThrowingTaskGroup(of: EventRecord.self) { group in
                for number in 0..<60 { group.addTask { try await bench.send("many-\(number)") } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            for record in records { _ = try await bench.ended(record.id) }
            try await costOfALoneEventSettles(bench)
        }
    }

    @Test func noMoreRunAtOnceThanThereAreSlots() async throws {
        let bench = try EngineBench { $0.dispatch.running = 3 }
        try await bench.withEngine {
            for number in 0..<10 { try await bench.send("k-\(number)") }
            var open: [ProbeHandler.Call] = []
            for _ in 0..<3 { open.append(try await bench.probe.next()) }
            for _ in 3..<10 {
                #expect(bench.bridge.dispatcher.slotsTaken == 3)
                open.removeFirst().succeed()
                open.append(try await bench.probe.next())
            }
            for call in open { call.succeed() }
        }
        #expect(bench.probe.labels.count == 10)
        #expect(bench.bridge.dispatcher.slotsTaken == 0)
    }

    @Test func eventsRunInTheOrderInWhichTheyCame() async throws {
        let bench = try EngineBench(probe: ProbeHandler { _ in .succeeded(result: [:]) }) { $0.dispatch.running = 1 }
        let keys = (0..<50).map { "k-\($0)" }
        try await bench.withEngine {
            var last: EventRecord?
            for key in keys { last = try await bench.send(key) }
            _ = try await bench.ended(try #require(last).id)
        }
        #expect(bench.probe.labels == keys)
    }

    @Test func eventsWithOneKeyRunOneAfterAnotherAndOthersBeside() async throws {
        let bench = try EngineBench(actions: ["keyed": Self.keyed])
        try await bench.withEngine {
            try await bench.send("a1", type: "KEYED", payload: ["name": "a1", "key": "a"])
            try await bench.send("a2", type: "KEYED", payload: ["name": "a2", "key": "a"])
            try await bench.send("b1", type: "KEYED", payload: ["name": "b1", "key": "b"])
            let first = try await bench.probe.next("a1")
            let beside = try await bench.probe.next("b1")
            #expect(!bench.probe.labels.contains("a2"))
            first.succeed()
            try await bench.probe.next("a2").succeed()
            beside.succeed()
        }
        #expect(bench.probe.labels.sorted() == ["a1", "a2", "b1"])
    }

    /// Many events of few groups from many senders: limits hold, groups keep their order, nothing is lost and no slot leaks.
    @Test func underLoadLimitsHoldAndNothingIsLost() async throws {
        let running = Mutex<[String: Int]>([:])
        let excess = Mutex<[String]>([])
        let probe = ProbeHandler { call in
            let group = String(call.label.prefix { $0 != "-" })
            let count = running.withLock { running in
                running[group, default: 0] += 1
                return running[group, default: 0]
            }
            if count > 1 { excess.withLock { $0.append(call.label) } }
            call.write("working on \(call.label)\n")
            running.withLock { $0[group, default: 0] -= 1 }
            return call.label.hasSuffix("7") ? .failed(Failure("bad_luck", "It ends in 7", .permanent)) : .succeeded(result: [:])
        }
        let bench = try EngineBench(actions: ["keyed": Self.keyed], probe: probe) { $0.dispatch.running = 4 }
        let total = 600
        try await bench.withEngine {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for key in ["a", "b", "c"] {
                    group.addTask {
                        for number in 0..<(total / 3) {
                            let name = "\(key)-\(number)"
                            try await bench.send(name, type: "KEYED", payload: ["name": .string(name), "key": .string(key)])
                        }
                    }
                }
                try await group.waitForAll()
            }
            for _ in 0..<total {
                _ = await bench.feed.first { item in
                    if case .changed(let change, _) = item { change.event.state.isFinal } else { false }
                }
            }
            let counts = try await bench.store.counts()
            #expect(counts.keys.allSatisfy { $0.isFinal })
            #expect(counts.reduce(0) { $0 + $1.value } == total)
            #expect(counts[.failed] == total / 10)
        }
        #expect(excess.withLock { $0 } == [])
        for key in ["a", "b", "c"] {
            let order = bench.probe.labels.filter { $0.hasPrefix(key) }
            #expect(order == (0..<(total / 3)).map { "\(key)-\($0)" })
        }
        #expect(bench.bridge.dispatcher.slotsTaken == 0)
        #expect(bench.bridge.running.count == 0)
    }

    @Test func theFeedTellsEachStepOfTheWay() async throws {
        let bench = try EngineBench { $0.dispatch.running = 1 }
        try await bench.withEngine {
            try await bench.send("k-1")
            let second = try await bench.send("k-2")
            try await bench.probe.next("k-1").succeed()
            try await bench.probe.next("k-2").fail(.retryable)
            try await bench.reached(.retrying, second.id)
            bench.time.pass(.seconds(10))
            bench.bridge.dispatcher.wake()
            try await bench.probe.next("k-2").succeed()
            _ = try await bench.ended(second.id)
            let changes = bench.feed.all.compactMap { item -> StateChange? in
                guard case .changed(let change, _) = item, change.event.id == second.id else { return nil }
                return change
            }
            #expect(changes.map(\.before) == [.queued, .running, .retrying, .running])
            #expect(changes.map(\.event.state) == [.running, .retrying, .running, .succeeded])
        }
    }

    @Test func whatPiledUpIsBegunAtTheDrainRate() async throws {
        let before = try EngineBench()
        for number in 0..<12 { try await before.send("old-\(number)") }
        try await before.store.close()

        let bench = try EngineBench(in: before.home, time: before.time) {
            $0.dispatch.running = 256
            $0.dispatch.drain = Rate(count: 5, window: .seconds(10))
        }
        try await bench.withEngine {
            for _ in 0..<5 {
                let call = try await bench.probe.next()
                call.succeed()
                _ = try await bench.ended(call.run.event)
            }
            // What comes now passes freely. Once it runs, the ledger was looked at, and nothing old was begun.
            bench.time.pass(.milliseconds(1))
            let new = try await bench.send("new")
            try await bench.probe.next("new").succeed()
            _ = try await bench.ended(new.id)
            #expect(bench.probe.labels.count == 6)

            for remaining in [5, 2] {
                bench.time.pass(.seconds(10))
                bench.bridge.dispatcher.wake()
                for _ in 0..<remaining {
                    let call = try await bench.probe.next()
                    call.succeed()
                    _ = try await bench.ended(call.run.event)
                }
            }
            #expect(bench.probe.labels.count == 13)
        }
    }

    @Test func whatFindsNoRoomInItsGroupSpendsNothingOfTheDrainRate() async throws {
        let before = try EngineBench(actions: ["keyed": Self.keyed])
        for number in 0..<4 {
            try await before.send("old-\(number)", type: "KEYED", payload: ["name": .string("old-\(number)"), "key": "a"])
        }
        try await before.store.close()
        let bench = try EngineBench(in: before.home, time: before.time) { $0.dispatch.drain = Rate(count: 4, window: .seconds(1000)) }
        try await bench.withEngine {
            for number in 0..<4 {
                let call = try await bench.probe.next("old-\(number)")
                call.succeed()
                _ = try await bench.ended(call.run.event)
            }
        }
    }

    @Test func anEventWhoseActionIsGoneIsTriedAgainLater() async throws {
        let bench = try EngineBench(probe: ProbeHandler { _ in .succeeded(result: [:]) })
        try await bench.send("k-1")
        try bench.home.write("bridge/actions/probe.yaml", EngineBench.probeAction.replacing("on: PROBE", with: "on: NEW"))
        _ = bench.bridge.definitions.reload()
        try await bench.withEngine {
            let item = await bench.feed.first { if case .changed(let change, _) = $0 { change.event.state == .retrying } else { false } }
            guard case .changed(let change, _)? = item else { throw NeverCame("a retry", instead: []) }
            #expect(change.event.failure?.code == "action_missing")
            try bench.home.write("bridge/actions/probe.yaml", EngineBench.probeAction)
            _ = bench.bridge.definitions.reload()
            bench.time.pass(.seconds(10))
            bench.bridge.dispatcher.wake()
            #expect(try await bench.ended(change.event.id).state == .succeeded)
        }
    }
}
