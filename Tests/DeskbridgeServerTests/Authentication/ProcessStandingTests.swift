import DeskbridgeTestSupport
import Glibc
import Testing

@testable import DeskbridgeServer

struct ProcessStandingTests {
    private static let ours = ["user:[1]", "pid:[2]", "net:[3]"]
    private static let bridge: pid_t = 100

    private func facts(
        _ id: pid_t = 700, privileges: Bool = false, filtered: Bool = false, namespaces: [String] = Self.ours
    ) -> ProcessFacts {
        ProcessFacts(id: id, parent: 1, session: id, gainsNoPrivileges: privileges, isFiltered: filtered, namespaces: namespaces)
    }

    private func standing(_ process: ProcessFacts, _ lineage: [pid_t], beside itself: ProcessFacts? = nil) -> ProcessStanding {
        .of(process, lineage: lineage, bridge: Self.bridge, itself: itself ?? facts(Self.bridge))
    }

    @Test(
        arguments: [
            // A terminal, its shell, its own session.
            ([700, 600, 1, 600, 1], .other),
            // A step; what it started; what left its parents and not its session; what a subreaper took in.
            ([700, 100, 1], .ofStep), ([700, 650, 100, 1], .ofStep), ([700, 1, 650, 100, 1], .ofStep), ([700], .other),
        ] as [([pid_t], ProcessStanding)])
    func whatTheBridgeStartedIsKnownByItsLineage(lineage: [pid_t], standing: ProcessStanding) {
        #expect(self.standing(facts(), lineage) == standing)
    }

    @Test func theBridgeItselfIsNoStep() { #expect(standing(facts(Self.bridge), [Self.bridge, 1]) == .other) }

    /// What a sandboxed process cannot shake off, though it may leave its session and lose its parents.
    @Test func whatIsConfinedIsToldApartWithoutAnyLineage() {
        let line: [pid_t] = [700, 1]
        #expect(standing(facts(privileges: true), line) == .confined(.privileges))
        #expect(standing(facts(filtered: true), line) == .confined(.seccomp))
        for index in Self.ours.indices {
            var other = Self.ours
            other[index] = "x:[9]"
            #expect(standing(facts(namespaces: other), line) == .confined(.namespaces))
        }
    }

    @Test func aBridgeThatIsConfinedItselfTakesItForNothing() {
        let itself = facts(Self.bridge, privileges: true, filtered: true)
        #expect(standing(facts(privileges: true, filtered: true), [700, 1], beside: itself) == .other)
        #expect(standing(facts(), [700, 1], beside: itself) == .other)
    }

    @Test func theKernelTellsIt() async throws {
        let itself = try #require(ProcessFacts.read(getpid()))
        #expect(itself.id == getpid() && itself.parent == getppid() && itself.session == getsid(0))
        #expect(itself.namespaces.allSatisfy { $0.contains(":[") } && itself.namespaces.count == 3)
        #expect(ProcessFacts.line(of: itself).prefix(2) == [getpid(), getppid()])
        // To this process, what it starts is what steps are to the bridge.
        let process = try SpawnedProcess(["/bin/cat"])
        defer { process.end() }
        let pid = try #require(process.pid)
        #expect(CallerProcess.read(UInt32(pid))?.standing == .ofStep)
        #expect(CallerProcess.read(UInt32(pid))?.sharesGroup == true)
        #expect(ProcessFacts.read(-1) == nil)
    }
}
