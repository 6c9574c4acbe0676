import DeskbridgeCore
import Foundation
import Synchronization
import Testing

@testable import DeskbridgeActions

struct FolderRaceTests {
    private let fixture: FolderFixture

    init() throws { fixture = try FolderFixture() }

    private func outcomes(_ yamls: [String]) async throws -> [StepOutcome] {
        let plans = try yamls.map { try fixture.plan($0) }
        return await withTaskGroup(of: StepOutcome.self) { group in
            for plan in plans { group.addTask { [fixture] in await fixture.perform(plan) } }
            return await group.reduce(into: []) { $0.append($1) }
        }
    }

    private func yaml(_ rule: String, name: String = "p", _ tree: String = "[a/b, {c.txt: x}]") -> String {
        "{root: ~/Projects, name: \"\(name)\", tree: \(tree), ifExists: \(rule)}"
    }

    private static let inside = ["a/", "a/b/", "c.txt"]

    @Test func ofFiftyEventsOneMakesTheFolderAndTheOthersReuseIt() async throws {
        let outcomes = try await outcomes(Array(repeating: yaml("reuse"), count: 50))
        #expect(outcomes.filter { $0 == fixture.result("p", created: true) }.count == 1)
        #expect(outcomes.filter { $0 == fixture.result("p", created: false) }.count == 49)
        #expect(try fixture.listing() == ["p/"] + Self.inside.map { "p/" + $0 })
    }

    @Test func ofFiftyEventsOneMakesTheFolderAndTheOthersFail() async throws {
        let outcomes = try await outcomes(Array(repeating: yaml("fail", name: "x/p"), count: 50))
        #expect(outcomes.filter { $0 == fixture.result("x/p", created: true) }.count == 1)
        #expect(outcomes.filter { $0.code == "folder_exists" }.count == 49)
    }

    @Test func fiftyEventsGetFiftyNumbers() async throws {
        let outcomes = try await outcomes(Array(repeating: yaml("suffix"), count: 50))
        #expect(Set(outcomes.map(\.name)) == Set(["p"] + (2...50).map { "p_\($0)" }))
        #expect(outcomes.allSatisfy { $0.created == true })
        for name in outcomes.compactMap(\.name) { #expect(try fixture.listing("Projects/\(name)") == Self.inside) }
        #expect(try fixture.listing().count == 50 * 4)
        #expect(try fixture.openDescriptors() == 0)
    }

    @Test func ofNamesThatDifferOnlyInCaseOneIsMade() async throws {
        for round in 1...10 {
            let names = ["a\(round)B", "A\(round)b", "A\(round)B", "a\(round)b", "P\(round)/x", "p\(round)/x"]
            let outcomes = try await outcomes(names.map { yaml("reuse", name: $0) })
            #expect(outcomes.filter { $0.created == true }.count == 2)
            #expect(outcomes.filter { $0.code == "collision" }.count == 4)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: fixture.root).count == 20)
    }

    @Test func whatEventsAddToOneFolderIsAllThere() async throws {
        try fixture.add(folder: "Projects/p")
        let yamls = (0..<24).map { yaml("reuse", "[a/b, \"own\($0)/x\", {\"shared{1..3}\": x}, {\"f\($0)\": y}]") }
        let outcomes = try await outcomes(yamls)
        #expect(outcomes.allSatisfy { $0 == fixture.result("p", created: false) })
        #expect(try fixture.listing().count == 1 + 2 + 24 * 3 + 3)
    }

    @Test func ofEntriesThatDifferOnlyInCaseOneIsAdded() async throws {
        try fixture.add(folder: "Projects/p")
        let outcomes = try await outcomes([yaml("reuse", "[Assets]"), yaml("reuse", "[assets]"), yaml("reuse", "[ASSETS]")])
        #expect(outcomes.filter { $0.created == false }.count == 1)
        #expect(outcomes.filter { $0.code == "collision" }.count == 2)
    }

    /// Another thread swaps a folder on the way for a link to one outside that looks the same, and back, all the time.
    @Test(
        .timeLimit(.minutes(5)),
        arguments: [("client", ["p/", "p/a/"]), ("client/p", ["a/"]), ("client/p/a", [])] as [(String, [String])])
    func noSwappedLinkLeadsOutOfTheRoot(_ swapped: String, _ outside: [String]) async throws {
        let fixture = try FolderFixture(in: "/dev/shm")
        try fixture.add(folder: "outside")
        for folder in outside { try fixture.add(folder: "outside/\(folder)") }
        try fixture.add(folder: "Projects/client/p/a")
        let place = "\(fixture.root)/\(swapped)"
        let link = "\(fixture.home)/link"
        try fixture.add(link: "link", to: "\(fixture.home)/outside")
        let stop = Stop()

        let codes = try await withThrowingTaskGroup(of: [String: Int].self) { group in
            group.addTask {
                await FolderLanes(count: 1).run {
                    var swaps = 0
                    while !stop.isAsked {
                        swaps += Exchange.names(place, link) ? 1 : 0
                        swaps += Exchange.names(place, link) ? 1 : 0
                        for _ in 0..<5 { access(place, F_OK) }
                    }
                    return ["swaps": swaps]
                }
            }
            group.addTask { [fixture, self] in
                defer { stop.ask() }
                var codes: [String: Int] = [:]
                for number in 0..<400 {
                    let plan = try fixture.plan(yaml("reuse", name: "client/p", "[\"a/b\(number)/c\", {\"a/f\(number)\": x}]"))
                    codes[await fixture.perform(plan).code ?? "made", default: 0] += 1
                }
                return codes
            }
            return try await group.reduce(into: [:]) { $0.merge($1) { $0 + $1 } }
        }
        #expect(codes["swaps", default: 0] > 1000)
        #expect(codes["made", default: 0] > 0)
        #expect(Set(codes.keys).isSubset(of: ["swaps", "made", "symlink_in_the_way", "folder_changing?"]))
        #expect(try fixture.listing("outside") == outside)
        #expect(try fixture.openDescriptors() == 0)
        #expect(try !fixture.listing().contains { $0.contains(".deskbridge-") })
    }

    @Test func workWaitsForAFreeThreadAndAllIsDone() async {
        let lanes = FolderLanes(count: 2)
        let crowd = Crowd()
        let results = await withTaskGroup(of: Int.self) { group in
            for number in 0..<100 {
                group.addTask {
                    await lanes.run {
                        crowd.enter()
                        defer { crowd.leave() }
                        return number
                    }
                }
            }
            return await group.reduce(into: Set<Int>()) { $0.insert($1) }
        }
        #expect(results == Set(0..<100))
        #expect(crowd.most <= 2)
    }
}

/// Counts how many are inside at once.
private final class Crowd: Sendable {
    private let counts = Mutex((now: 0, most: 0))

    var most: Int { counts.withLock { $0.most } }

    func enter() { counts.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) } }

    func leave() { counts.withLock { $0.now -= 1 } }
}
